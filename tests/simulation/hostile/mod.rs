//! Members that do everything strangers can do to others, under many throw-away keys. The seed decides when they do it,
//! and to whom.
//!
//! | Deed | What it uses up |
//! |---|---|
//! | `table` | places for logs: one link brings the logs of hundreds of keys, half of them dated back 80 days |
//! | `churn` | trust records and places: keys come one after the other, leave a few logs each, and go |
//! | `crowd` | places and repeated sending: many links at once that hold nothing and acknowledge nothing |
//! | `flood` | bytes on disk and their pace: the longest lines, as fast as they are taken |
//! | `intrude` | secrets: lines for rooms that it is not in, and questions about them |
//! | `crash_in` | rooms: it joins open ones and floods them, and says in a room of two what only others could |
//! | `expelled` | private rooms: it was a member, was removed, and goes on as if it were one |
//! | `lies` | receipts, requests and dials: false claims about lines, two events with one number, others' addresses |
//!
//! `lies` confirms honest lines, refuses them, and claims that they go on. The addresses are those of third parties.
//!
//! What they observe can break rules too: how often they are sent the same, whether hosts ask for what they have
//! refused, and how much hosts take.
//!
//! Some budgets cannot be tested here, and have tests beside the code:
//! - 1,024 readers, 1,024 logs of present people, 192 places for strangers: they need more links than a run can have
//! - 256 MiB of all strangers, and the pace of one and of all of them: they need more bytes than a run has time for
//! - free space and guests: a simulated host has no file system of its own, and takes no guests
//! - dials at one host: all hosts listen on one port, so that there is only one dial

mod author;
mod deeds;
mod expelled;
mod link;
mod rooms;
mod visitor;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    rc::Rc,
    time::Duration,
};

use proximity_chat::{
    domain::model::{RoomId, Timestamp},
    protocol::{codec::mesh::Caps, identity::Identity, sealing::Card},
};
use tokio::task::spawn_local;

use self::link::Link;
pub(crate) use self::visitor::live as visit;
use crate::{private, world::World};

/// How many there are in a run with hostile members.
pub(crate) const MEMBERS: usize = 2;

/// The most honest hosts beside which there is room for hostile members.
pub(crate) const MOST_HONEST: usize = 11;

/// When they leave. Only the crowd stays to the end. Nothing else goes wrong any more by then.
pub(crate) const GONE_AT: Duration = Duration::from_secs(43);

/// How often a host is dialled until that works, and the pause between two dials.
const DIALS: u32 = 60;
const DIAL_AGAIN: Duration = Duration::from_millis(500);

/// One hostile member.
pub(crate) struct Member {
    number: usize,
    pub(crate) ip: IpAddr,
    /// Where the honest hosts listen.
    victims: Vec<SocketAddr>,
}

impl Member {
    pub(crate) fn new(number: usize, victims: Vec<SocketAddr>) -> Self {
        Self { number, ip: Ipv4Addr::new(192, 168, 0, 14 - number as u8).into(), victims }
    }
}

/// Does all deeds of a member.
pub(crate) async fn live(world: Rc<World>, member: Rc<Member>) -> turmoil::Result {
    let mut random = fastrand::Rng::with_seed(world.seed ^ ((member.number as u64 + 1) << 56));
    let mut deed = |from: u64, to: u64| {
        let begins = Duration::from_millis(random.u64(from..to));
        (begins, Doer { world: world.clone(), member: member.clone(), random: random.fork() })
    };
    let (at, doer) = deed(1_000, 15_000);
    spawn_local(after(at, deeds::table(doer)));
    // Once more while nothing else goes wrong.
    let (at, doer) = deed(30_500, 31_500);
    spawn_local(after(at, deeds::table(doer)));
    let (at, doer) = deed(1_000, 10_000);
    spawn_local(after(at, deeds::churn(doer)));
    let (at, doer) = deed(1_000, 12_000);
    spawn_local(after(at, deeds::crowd(doer)));
    let (at, doer) = deed(1_000, 8_000);
    spawn_local(after(at, deeds::flood(doer)));
    let (at, doer) = deed(1_000, 15_000);
    spawn_local(after(at, rooms::intrude(doer)));
    let (at, doer) = deed(1_000, 20_000);
    spawn_local(after(at, rooms::crash_in(doer)));
    // Once more while nothing else goes wrong.
    let (at, doer) = deed(30_500, 31_500);
    spawn_local(after(at, rooms::crash_in(doer)));
    if member.number == 0 && private::happens(world.seed) {
        let (at, doer) = deed(1_000, 3_000);
        spawn_local(after(at, async { expelled::live(doer) }));
    }
    for _ in 0..deeds::LIARS {
        let (at, doer) = deed(1_000, 25_000);
        spawn_local(after(at, deeds::lies(doer)));
    }
    std::future::pending().await
}

async fn after(pause: Duration, deed: impl Future<Output = ()>) {
    tokio::time::sleep(pause).await;
    deed.await;
}

/// The member that does one deed, and what it needs for that.
struct Doer {
    world: Rc<World>,
    member: Rc<Member>,
    random: fastrand::Rng,
}

impl Doer {
    /// A new key.
    fn key(&mut self) -> Identity {
        let mut secret = [0; 32];
        self.random.fill(&mut secret);
        Identity::from_secret(&secret)
    }

    fn victim(&mut self) -> SocketAddr {
        self.member.victims[self.random.usize(..self.member.victims.len())]
    }

    /// Links to a host, as soon as that is possible.
    async fn link(&mut self, key: &Identity, to: SocketAddr) -> Option<Link> {
        self.link_as(key, None, to).await
    }

    /// The same for a key with a card.
    async fn link_as(&mut self, key: &Identity, card: Option<(Card, RoomId)>, to: SocketAddr) -> Option<Link> {
        // Without capabilities, the other side lists everything in full.
        self.link_with(key, card, Caps::NONE, to).await
    }

    /// The same for a program that can do this.
    async fn link_with(
        &mut self,
        key: &Identity,
        card: Option<(Card, RoomId)>,
        caps: Caps,
        to: SocketAddr,
    ) -> Option<Link> {
        for _ in 0..DIALS {
            let net = self.world.cables.of(self.member.ip);
            if let Some(link) = Link::dial_as(&self.world, net, key, (card, caps), to).await {
                return Some(link);
            }
            if elapsed() >= GONE_AT {
                return None;
            }
            tokio::time::sleep(DIAL_AGAIN).await;
        }
        None
    }
}

/// How long the run has lasted so far.
fn elapsed() -> Duration {
    turmoil::sim_elapsed().unwrap()
}

/// What a correct clock shows.
fn now() -> Timestamp {
    Timestamp::from_millis(i64::try_from(turmoil::since_epoch().unwrap().as_millis()).unwrap())
}
