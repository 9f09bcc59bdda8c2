//! A host's disk, which takes its time, and what is on it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
    rc::Rc,
};

use ed25519_dalek::{Signature, VerifyingKey};
use proximity_chat::{
    core::log::storage::{Ignored, LogState, MAX_REQUESTS, PageRequest, Read, Reply, Request, Snapshot, StoredLine},
    domain::model::{EventId, Hlc, LogId, MessageId, Network, NodeId, Position, RoomId, Seek, Timestamp},
    protocol::codec::event::Content,
    runtime::store::{self, Answer, Backend, Database, Options, Store},
};
use tokio::sync::mpsc;

use crate::{all_rules::AllRules, faults::disk_pause, rules::Rules, world::World};

/// More than a run ever has of anything.
const ALL: usize = 1_000_000;

/// What a history holds of a room from honest authors.
#[derive(Debug, Default, Clone)]
pub(crate) struct Held {
    /// All events of honest authors, and how each is dated.
    pub(crate) lines: Vec<Line>,
    dates: BTreeMap<MessageId, Hlc>,
    /// The events of all authors.
    pub(crate) events: Vec<(LogId, u64, EventId)>,
    /// What its user sees, in the order of the screen, with how each line got its place. A line that was said again is
    /// seen once.
    pub(crate) seen: Vec<(Position, Placed)>,
}

impl Held {
    /// How an event is dated.
    pub(crate) fn dated(&self, id: &MessageId) -> Timestamp {
        self.dates[id].wall()
    }
}

/// An event on disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) log: LogId,
    pub(crate) seq: u64,
    pub(crate) id: MessageId,
    /// The first event that says the same: the line itself, unless it repeats one.
    pub(crate) first: MessageId,
}

/// How a line got its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placed {
    /// By its author's clock.
    ByClock,
    /// By its arrival.
    ByArrival,
    /// Another mark hides which of the two it was.
    Unknown,
}

/// Opens a host's history.
pub(crate) fn open(directory: &Path, me: NodeId) -> Result<(Database, Snapshot), String> {
    std::fs::create_dir_all(directory).unwrap();
    let place = Backend::Directory(directory.to_owned());
    let options = Options { place, network: Network::new("simulation").unwrap(), joined: Vec::new(), me };
    let opened = store::open(&options).map_err(|error| error.to_string())?;
    match opened.recovered {
        None => Ok((opened.database, opened.snapshot)),
        Some(recovered) => Err(format!("{me:?}'s history was damaged: {recovered:?}")),
    }
}

/// A store whose disk works only while the host runs: what is not committed when it crashes is gone.
pub(crate) fn run(mut database: Database, seed: u64, world: Rc<World>, node: usize) -> (Store, mpsc::Receiver<Answer>) {
    let (requests_in, mut requests) = mpsc::channel(MAX_REQUESTS);
    let (answers_in, answers) = mpsc::channel(MAX_REQUESTS);
    let mut random = fastrand::Rng::with_seed(seed);
    tokio::task::spawn_local(async move {
        // As in the real store, freeing space waits until nobody asks for anything else.
        let mut later = VecDeque::new();
        while let Some((ticket, request)) = next(&mut requests, &mut later).await {
            pause(&mut random).await;
            let taken = if let Request::Write(writes) = &request { world.writes(node, writes) } else { Ok(()) };
            let reply = taken.and_then(|()| database.handle(request));
            pause(&mut random).await;
            if answers_in.send(Answer { ticket, reply }).await.is_err() {
                return;
            }
        }
    });
    (Store::passing_to(requests_in), answers)
}

async fn next(
    requests: &mut mpsc::Receiver<(u64, Request)>,
    later: &mut VecDeque<(u64, Request)>,
) -> Option<(u64, Request)> {
    loop {
        let asked = match (requests.try_recv(), later.is_empty()) {
            (Ok(asked), _) => asked,
            (Err(_), true) => requests.recv().await?,
            (Err(_), false) => return later.pop_front(),
        };
        if !matches!(asked.1, Request::Shrink(_)) {
            return Some(asked);
        }
        later.push_back(asked);
    }
}

async fn pause(random: &mut fastrand::Rng) {
    tokio::time::sleep(disk_pause(random)).await;
}

/// What honest authors have said, out of everything that a history holds. It fails if there is something that no honest
/// node would have stored: an event that its author did not sign, one outside of every chain, or one that is not later
/// than its causes.
///
/// Events of others may be incomplete and contradict each other. Checking signatures takes long, and happens only if
/// `thorough`.
pub(crate) fn read(
    database: &mut Database,
    snapshot: &Snapshot,
    (all, me): (&AllRules, NodeId),
    thorough: bool,
) -> Result<BTreeMap<RoomId, Held>, String> {
    let rules = all.lobby();
    let oldest = |log: &LogState| log.older.as_ref().map_or(log.base, |older| older.base);
    let from = snapshot.logs.iter().map(|log| (log.id, oldest(log))).collect();
    let Reply::Events(held) = ask(database, Request::Read(Read { from, events: ALL, bytes: usize::MAX }))? else {
        return Err("no events for an answer".to_owned());
    };
    let mut events: BTreeMap<(LogId, u64), (EventId, Hlc)> = BTreeMap::new();
    let mut rooms: BTreeMap<RoomId, Held> = BTreeMap::from([(RoomId::LOBBY, Held::default())]);
    // Private rooms whose keys their host has forgotten: it crashed before they were in its profile.
    let mut closed: BTreeSet<RoomId> = BTreeSet::new();
    for held in &held {
        let event = held.signed.read().map_err(|_| format!("{:?} {} is no event", held.log, held.seq))?;
        let at = format!("number {} of {:?}", event.seq, event.log.author);
        if thorough {
            let author = VerifyingKey::from_bytes(event.log.author.as_bytes()).map_err(|error| error.to_string())?;
            let signature = Signature::from_bytes(&held.signed.sig);
            author.verify_strict(&held.signed.message(), &signature).map_err(|_| format!("{at}: forged"))?;
        }
        if (event.log, event.seq) != (held.log, held.seq) {
            return Err(format!("{at} is stored as {:?} {}", held.log, held.seq));
        }
        all.rooms.may_hold(me, &event.log)?;
        let (opened, deps) = all.rooms.opened(&event, &held.signed).map_err(|what| format!("{at}: {what}"))?;
        let before = events.get(&(event.log, event.seq - 1));
        let honest = rules.is_honest(&event.log.author);
        // Events that follow older ones which were held back arrive without these.
        let is_gap = rules.has_gaps && before.is_none();
        if honest && !is_gap && event.prev != before.map(|(id, _)| *id) {
            return Err(format!("{at} does not follow the one before it"));
        }
        // The store returns causes before effects. For an author with two histories, another event may be meant.
        let meant = deps.iter().filter(|dep| !rules.is_copied(&dep.log.author));
        let causes = meant.filter_map(|dep| events.get(&(dep.log, dep.seq)));
        if honest && causes.chain(before).any(|(_, hlc)| *hlc >= event.hlc) {
            return Err(format!("never against causality: {at} is not later than what it follows"));
        }
        if events.insert((event.log, event.seq), (event.id, event.hlc)).is_some() {
            return Err(format!("nothing twice: {at} is stored twice"));
        }
        if opened.is_none() && all.rooms.private.has(&event.log.room) {
            closed.insert(event.log.room);
        }
        let room = rooms.entry(event.log.room).or_default();
        room.events.push((event.log, event.seq, event.id));
        if honest {
            let content = match opened {
                Some(clear) => Content::read(clear.kind, &clear.content()),
                None => Content::read(event.kind, &held.signed.content),
            };
            let (id, first) = (event.id.into(), content.again().unwrap_or(event.id).into());
            room.lines.push(Line { log: event.log, seq: event.seq, id, first });
            room.dates.insert(id, event.hlc);
        }
    }
    for log in &snapshot.logs {
        if log.head >= log.base && !events.contains_key(&(log.id, log.head)) {
            return Err(format!("number {} of {:?}, the last one, is not stored", log.head, log.id.author));
        }
    }
    for (room, held) in rooms.iter_mut().filter(|(room, _)| !closed.contains(room)) {
        held.seen = read_page(database, *room, rules)?;
        all_is_seen_once(room, &held.lines, &events, &held.seen)?;
    }
    Ok(rooms)
}

/// What the user sees of honest authors in a room.
fn read_page(database: &mut Database, room: RoomId, rules: &Rules) -> Result<Vec<(Position, Placed)>, String> {
    let page = PageRequest { room, seek: Seek::Newest, max: ALL, ignored: Ignored::default() };
    let Reply::Page(page) = ask(database, Request::Page(page))? else {
        return Err("no page for an answer".to_owned());
    };
    let placed = |line: &StoredLine| if line.dating.is_by_arrival() { Placed::ByArrival } else { Placed::ByClock };
    let seen: Vec<_> = page.lines.iter().map(|line| (line.position, placed(line))).collect();
    if !seen.is_sorted_by(|(one, _), (next, _)| one < next) {
        return Err("one order: a page is not in the order of its positions".to_owned());
    }
    let seen: Vec<_> = seen.into_iter().filter(|(position, _)| rules.is_honest(&position.author)).collect();
    let mut last: BTreeMap<(NodeId, u64), Position> = BTreeMap::new();
    for (position, placed) in &seen {
        // Older lines that were held back stand where they arrived, after newer ones, if their author's clock was
        // wrong.
        if rules.has_gaps && *placed != Placed::ByClock {
            continue;
        }
        let before = last.insert((position.author, position.epoch), *position);
        if before.is_some_and(|before| before.seq > position.seq) {
            return Err(format!("an author's own order: {position:?} stands after {before:?}"));
        }
    }
    Ok(seen)
}

/// Everything held is on the page once, and nothing else is. Of a line that was said again, only a repetition is there.
fn all_is_seen_once(
    room: &RoomId,
    lines: &[Line],
    events: &BTreeMap<(LogId, u64), (EventId, Hlc)>,
    seen: &[(Position, Placed)],
) -> Result<(), String> {
    let all: BTreeMap<MessageId, &Line> = lines.iter().map(|line| (line.id, line)).collect();
    let repeated: BTreeSet<_> = lines.iter().filter(|line| line.first != line.id).map(said).collect();
    let mut missing: BTreeSet<_> = lines.iter().map(said).collect();
    for (position, placed) in seen {
        let line = all.get(&position.id).ok_or_else(|| format!("{position:?} is on the page, and no event"))?;
        let log = LogId { room: *room, author: position.author, epoch: position.epoch };
        let hlc = events.get(&(line.log, line.seq)).map(|(_, hlc)| *hlc);
        if (line.log, line.seq) != (log, position.seq) || *placed == Placed::ByClock && hlc != Some(position.hlc) {
            return Err(format!("{position:?} is on the page, and another event"));
        }
        if !missing.remove(&said(line)) {
            return Err(format!("nothing twice: {position:?} is on the page, and another line that says the same"));
        }
        if line.first == line.id && repeated.contains(&said(line)) {
            return Err(format!("{position:?} is on the page, and was said again"));
        }
    }
    match missing.first() {
        None => Ok(()),
        Some((author, first)) => Err(format!("nothing lost: {first} of {author:?} is not on the page")),
    }
}

/// What a line says. Only its author can repeat it.
fn said(line: &Line) -> (NodeId, MessageId) {
    (line.log.author, line.first)
}

fn ask(database: &mut Database, request: Request) -> Result<Reply, String> {
    database.handle(request).map_err(|failure| failure.to_string())
}
