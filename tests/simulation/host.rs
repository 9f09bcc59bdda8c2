//! One host: its node, across all its starts.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use proximity_chat::{
    core::{discovery::listen_plan::ListenPlan, log::storage::Snapshot, networks::Standing, node::Retention},
    domain::{
        bus::{
            COMMAND_CAPACITY, Command, Invitation, KeptRoom, KeptRooms, RoomMembers, RoomUse, RoomView,
            UPDATE_CAPACITY, Update,
        },
        model::{
            Date, Guests, Known, MessageId, Met, Network, Nick, NodeId, PeerId, PortRange, Presence, ProfileName, Room,
            Target, Text, Timestamp, Topic, Who,
        },
    },
    protocol::{identity::Identity, sealing::Card},
    runtime::{
        actor::{Actor, DesiredNetwork, Random, Settings},
        io::Clock,
        profile::{self, Profile},
        store::Database,
    },
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{backups, disk, private, rules::Rules, run::EPOCH, speech, world::World};

/// The port of all nodes in the simulation.
pub(crate) const PORT: u16 = 4_000;

/// The network that they sweep.
const NETWORK: &str = "192.168.0.0/28";

/// One in so many lines of a node sets a topic.
const TOPIC_EVERY: u64 = 8;

/// What the profile of a host is called.
const PROFILE: &str = "default";

const DAY: Duration = Duration::from_hours(24);

/// How long lines are kept: longer than any run, so that none gets old enough to be forgotten.
pub(crate) const KEPT: Duration = Duration::from_hours(90 * 24);

pub(crate) struct Host {
    pub(crate) index: usize,
    pub(crate) ip: IpAddr,
    pub(crate) node: NodeId,
    identity: Identity,
    /// What survives every crash.
    directory: PathBuf,
    seed: u64,
    /// The hosts that it knows by configuration. The sweep finds the others.
    peers: Vec<Target>,
    /// The keys that it met on earlier days: all hosts, and perhaps strangers.
    known: Vec<Known>,
    /// When it starts for the first time.
    pub(crate) joins_at: Duration,
    pub(crate) boots: Cell<u64>,
    /// By how much its clock is wrong, in milliseconds.
    pub(crate) skew: Arc<AtomicI64>,
    /// The network that it is on.
    place: watch::Sender<DesiredNetwork>,
    commands: RefCell<Option<mpsc::Sender<Command>>>,
    /// The nodes that it lists as present.
    pub(crate) listed: RefCell<BTreeSet<NodeId>>,
    /// The rooms that its user is in, and whose cards it has, as its profile keeps both.
    pub(crate) rooms: RefCell<BTreeSet<Room>>,
    cards: RefCell<BTreeMap<NodeId, Arc<[u8]>>>,
    /// The invitations that its user has not answered.
    pub(crate) invited: RefCell<Vec<Invitation>>,
    /// Whom it lists in each room.
    pub(crate) listed_in: RefCell<BTreeMap<Room, BTreeSet<NodeId>>>,
    lines: Cell<u64>,
    /// How many lines its user says as soon as it starts.
    says_first: Cell<u64>,
}

impl Host {
    pub(crate) fn new(
        index: usize,
        nodes: usize,
        strangers: usize,
        seed: u64,
        joins_at: Duration,
        knows: &[usize],
        directory: PathBuf,
    ) -> Self {
        let identity = identity_of(seed, index);
        let others = (0..nodes).filter(|other| *other != index);
        let expelled = (strangers > 0 && private::happens(seed)).then(|| private::expelled(seed));
        Self {
            index,
            ip: address(index),
            node: identity.node(),
            identity,
            directory,
            seed,
            peers: knows.iter().map(|&other| Target::Socket(SocketAddr::new(address(other), PORT))).collect(),
            known: strangers_met(strangers - usize::from(expelled.is_some()))
                .chain(expelled.map(|expelled| Known {
                    card: Some(Card::sign(&expelled, 0).encode().into()),
                    ..known(expelled.node(), 2, 9 * DAY)
                }))
                .chain(others.map(|other| known(identity_of(seed, other).node(), 2, 9 * DAY)))
                .collect(),
            joins_at,
            boots: Cell::new(0),
            skew: Arc::default(),
            place: watch::channel(place(index)).0,
            commands: RefCell::default(),
            listed: RefCell::default(),
            rooms: RefCell::default(),
            cards: RefCell::default(),
            invited: RefCell::default(),
            listed_in: RefCell::default(),
            lines: Cell::new(0),
            says_first: Cell::new(0),
        }
    }

    /// Says a line in the lobby, if the host runs.
    pub(crate) fn say(&self, answers: Option<MessageId>) {
        self.say_in(&Room::Lobby, "", answers);
    }

    /// Says a line in a room. `between` is what a line to one person alone begins with.
    pub(crate) fn say_in(&self, room: &Room, between: &str, answers: Option<MessageId>) {
        let (room, text) = (room.clone(), self.line(between, answers));
        if self.lines.get().is_multiple_of(TOPIC_EVERY) {
            let topic = Topic::new(text.as_str()).unwrap();
            return self.does(Command::SetTopic { room, topic, network: None });
        }
        self.does(Command::Say { room, text, action: false, network: None });
    }

    /// Says a line to one person alone.
    pub(crate) fn tell(&self, other: &Self) {
        let who = Who::new(&other.node.to_string()).unwrap();
        self.does(Command::Tell { who, text: self.line(&speech::between(self.index, other.index), None) });
    }

    /// Its user does something, if the host runs. A node that is thousands of commands behind gets no more.
    pub(crate) fn does(&self, command: Command) {
        if let Some(commands) = &*self.commands.borrow() {
            let _ = commands.try_send(command);
        }
    }

    fn line(&self, between: &str, answers: Option<MessageId>) -> Text {
        self.lines.set(self.lines.get() + u64::from(self.is_up()));
        Text::new(&speech::line(between, (self.index, self.boots.get(), self.lines.get()), answers)).unwrap()
    }

    /// The host comes to a place that may be another network, or it turns out to be its own, where everybody is known.
    pub(crate) fn moves(&self, certain: bool) {
        let known = self.known.iter().filter(|_| certain).map(|known| known.node);
        let known = Arc::new(known.collect());
        self.place.send_modify(|place| {
            let stay = place.standing.stay + u64::from(!certain);
            place.standing = Standing { certain, known, stay, shared: false };
        });
    }

    /// Whether its clock is right to the hour.
    pub(crate) fn is_right(&self) -> bool {
        self.skew.load(Ordering::Relaxed).unsigned_abs() <= 3_600_000
    }

    /// By how many milliseconds its clock is ahead.
    pub(crate) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    /// Lets the user leave with `/quit`.
    pub(crate) fn leave(&self) {
        self.does(Command::Quit);
    }

    /// The host is gone without a word.
    pub(crate) fn crashed(&self) {
        self.commands.take();
        self.listed.take();
        self.listed_in.take();
        // The profile knows better which of them its user is in.
        self.rooms.borrow_mut().retain(|room| !matches!(room, Room::Private(_)));
        self.invited.take();
    }

    /// The private rooms that its user is in.
    pub(crate) fn private(&self) -> Vec<Room> {
        self.rooms.borrow().iter().filter(|room| matches!(room, Room::Private(_))).cloned().collect()
    }

    pub(crate) fn is_up(&self) -> bool {
        self.commands.borrow().is_some()
    }

    /// Makes a copy of its disk.
    pub(crate) fn copy_disk(&self) {
        backups::copy(&self.directory, &self.backup());
        backups::copy(&self.profile_files(), &self.profile_files().with_extension("backup"));
    }

    /// Puts its disk back to the copy. The host must not be running. Its user says this many lines as soon as it starts
    /// again.
    pub(crate) fn go_back(&self, lines: u64, world: &World, now: Duration) -> Result<(), String> {
        self.says_first.set(lines);
        backups::copy(&self.backup(), &self.directory);
        backups::copy(&self.profile_files().with_extension("backup"), &self.profile_files());
        world.rules.borrow_mut().rooms.private.goes_back(self.index);
        world.rules.borrow_mut().each().for_each(|rules| rules.goes_back(self.index, self.node, now));
        self.read(world, false)?;
        world.rules.borrow_mut().each().for_each(Rules::some_may_be_lost);
        Ok(())
    }

    /// Its profile, which no other start of it has open.
    fn profile(&self) -> Result<Profile, String> {
        let name = ProfileName::new(PROFILE);
        let options =
            profile::Options { data_dir: Some(self.directory.with_extension("profiles")), name, ephemeral: false };
        std::fs::create_dir_all(self.directory.with_extension("profiles")).unwrap();
        profile::open(&options).map_err(|error| error.to_string())
    }

    fn profile_files(&self) -> PathBuf {
        self.directory.with_extension("profiles").join(PROFILE)
    }

    fn backup(&self) -> PathBuf {
        self.directory.with_extension("backup")
    }

    /// Reads the disk of a host that does not run, and checks it against the rules.
    pub(crate) fn read(&self, world: &World, thorough: bool) -> Result<(Database, Snapshot), String> {
        let kept = self.profile()?.rooms().private;
        world.rules.borrow_mut().rooms.private.kept(self.index, &self.identity, kept)?;
        let (mut database, snapshot) = disk::open(&self.directory, self.node)?;
        let held = disk::read(&mut database, &snapshot, (&world.rules.borrow(), self.node), thorough);
        let held = held.map_err(|what| format!("node {}: {what}", self.index))?;
        world.rules.borrow_mut().on_disk(self.index, &held)?;
        Ok((database, snapshot))
    }

    /// The bytes of its files.
    pub(crate) fn files(&self) -> Vec<Vec<u8>> {
        std::fs::read_dir(&self.directory).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    fn with_card(&self, known: &Known) -> Known {
        Known { card: self.cards.borrow().get(&known.node).cloned(), ..known.clone() }
    }

    /// What its profile keeps of this.
    fn keeps(&self, update: &Update, cards: &[(NodeId, Arc<[u8]>)]) {
        match update {
            Update::PeerJoined(peer) => {
                if let PeerId::Node(node) = peer.id {
                    self.listed.borrow_mut().insert(node);
                    self.cards.borrow_mut().extend(cards.iter().filter(|(of, _)| *of == node).cloned());
                }
            }
            Update::PeerLeft { peer: PeerId::Node(node), .. } => {
                self.listed.borrow_mut().remove(node);
            }
            Update::RoomJoined { room, .. } => {
                self.rooms.borrow_mut().insert(room.clone());
            }
            Update::RoomLeft { room, .. } => {
                self.rooms.borrow_mut().remove(room);
                self.listed_in.borrow_mut().remove(room);
            }
            Update::Invited(invitation) => self.invited.borrow_mut().push(invitation.clone()),
            Update::RoomMembers(RoomMembers { room, people }) => {
                self.listed_in.borrow_mut().insert(room.clone(), people.iter().copied().collect());
            }
            _ => {}
        }
    }

    fn settings(&self, world: &Rc<World>, boot: u64, database: Database, snapshot: Snapshot) -> Settings {
        // Decided by the seed, and different at each start: it takes the place of the operating system's random
        // numbers.
        let mut random = fastrand::Rng::with_seed(self.seed ^ ((self.index as u64 + 1) << 48) ^ (boot << 32));
        let mut secret = [0; 32];
        random.fill(&mut secret);
        let skew = self.skew.clone();
        let wall = move || {
            let since_epoch = turmoil::since_epoch().expect("the clock is read on a host");
            let ms = i64::try_from(since_epoch.as_millis()).unwrap() + skew.load(Ordering::Relaxed);
            Timestamp::from_millis(ms)
        };
        let (store, answers) = disk::run(database, random.u64(..), world.clone(), self.index);
        let port = PORT.try_into().unwrap();
        let profile = self.profile().unwrap();
        Settings {
            desired: self.place.subscribe(),
            wishes: mpsc::channel(1).0,
            linked: watch::channel(BTreeSet::new()).0,
            port: None,
            announce: false,
            diagnose: false,
            ports: PortRange::new(port, port).unwrap(),
            peers: self.peers.clone(),
            sweep_rate: None,
            nick: Nick::new(&format!("node{}", self.index)).unwrap(),
            presence: Presence::Here,
            identity: self.identity.clone(),
            known: self.known.iter().map(|known| self.with_card(known)).collect(),
            rooms: KeptRooms {
                list: self
                    .rooms
                    .borrow()
                    .iter()
                    .map(|room| KeptRoom { room: room.clone(), view: RoomView::default(), used: RoomUse::Used })
                    .collect(),
                private: profile.rooms().private,
            },
            guests: Guests::None,
            hold: false,
            saver: profile.saver(),
            random: Random { seed: random.u64(..), boot: random.u64(..), secret },
            clock: Clock::showing(wall),
            snapshot,
            retention: Retention { age: Some(KEPT), lines: None },
            store,
            answers,
        }
    }
}

/// The network, as this host sees it.
fn place(index: usize) -> DesiredNetwork {
    let site = ListenPlan::fixed(address(index), vec![NETWORK.parse().unwrap()], &[]);
    DesiredNetwork::fixed(site, Network::new("simulation").unwrap())
}

pub(crate) fn identity_of(seed: u64, index: usize) -> Identity {
    let mut secret = [index as u8 + 1; 32];
    secret[..8].copy_from_slice(&seed.to_be_bytes());
    Identity::from_secret(&secret)
}

/// Keys that were met once, yesterday.
fn strangers_met(count: usize) -> impl Iterator<Item = Known> {
    (0..count).map(|number| {
        let mut key = [0xff; 32];
        key[..8].copy_from_slice(&(number as u64).to_be_bytes());
        known(NodeId::new(key), 1, DAY)
    })
}

/// The record of a key that was met on this many days, the last of them this long ago.
fn known(node: NodeId, days: u16, ago: Duration) -> Known {
    let at = |since_epoch: Duration| Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap());
    let last_seen = at(EPOCH.saturating_sub(ago));
    let met = Met { days, last_day: Date::of(last_seen), host: None, proven: true };
    Known {
        node,
        nick: None,
        first_seen: at(EPOCH.saturating_sub(ago + u32::from(days - 1) * DAY)),
        last_seen,
        addrs: Vec::new(),
        verified: false,
        differs: false,
        trusted: false,
        displaced: false,
        ignored: false,
        met: Some(met),
        card: None,
    }
}

/// The number of the host with this address.
pub(crate) fn number(ip: IpAddr) -> usize {
    let IpAddr::V4(ip) = ip else { return usize::MAX };
    usize::from(ip.octets()[3]).wrapping_sub(1)
}

fn address(index: usize) -> IpAddr {
    Ipv4Addr::new(192, 168, 0, index as u8 + 1).into()
}

/// One start of a host, until it leaves or everything is dropped.
pub(crate) async fn live(world: Rc<World>, host: Rc<Host>) -> turmoil::Result {
    let now = turmoil::sim_elapsed().unwrap();
    tokio::time::sleep(host.joins_at.saturating_sub(now)).await;
    let boot = host.boots.get() + 1;
    host.boots.set(boot);
    world.starts(&host);
    let (commands, commands_out) = mpsc::channel(COMMAND_CAPACITY);
    let (updates_in, mut updates) = mpsc::channel(UPDATE_CAPACITY);
    let net = world.cables.of(host.ip);
    let (database, snapshot) = host.read(&world, false)?;
    let settings = host.settings(&world, boot, database, snapshot);
    let actor = Actor::start(net, settings, commands_out, updates_in, CancellationToken::new()).await?;
    tokio::spawn(actor.run());
    host.commands.replace(Some(commands));
    for _ in 0..host.says_first.take() {
        host.say(None);
        for room in &*host.rooms.borrow() {
            host.say_in(room, &world.between(&host, room), None);
        }
    }
    let mut random = fastrand::Rng::with_seed(world.seed ^ ((host.index as u64) << 40) ^ boot);
    while let Some(update) = updates.recv().await {
        world.saw(&host, &update);
        host.keeps(&update, &world.cards);
        // Lines of strangers are not answered: they may be gone when the answer is shown.
        if let Update::Message(message) = update
            && world.rules.borrow().lobby().is_honest(&message.position.author)
            && speech::invites_answer(&message, &mut random)
        {
            host.say_in(&message.room, &world.between(&host, &message.room), Some(message.id));
        }
    }
    host.crashed();
    Ok(())
}
