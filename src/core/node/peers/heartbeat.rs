//! Pings, which measure the round trip time, and the status frames that tell nodes our name and presence.

use std::time::{Duration, Instant};

use super::{Output, link_table::LinkTable};
use crate::{
    core::node::myself::Myself,
    domain::{
        bus::Update,
        model::{LinkId, Now, Timestamp},
        timers::Timers,
    },
    protocol::codec::mesh::{self, Cap, Frame},
};

/// How often the round trip time to each node is measured. Liveness does not depend on it: HTTP/2 has its own pings.
const PING_EVERY: Duration = Duration::from_secs(10);

/// The shortest time between two status frames: a script that changes our name all the time must not make other nodes
/// cut the link.
const STATUS_EVERY: Duration = Duration::from_millis(100);

/// What the links wait for. Of several expired timers, the one listed first is handled first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// Ping all nodes. [`Heartbeat::next_timer`] leaves it out while no node is linked.
    Ping,
    /// Tell nodes our status, which changed too soon after they were last told.
    Status,
}

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Heartbeat {
    timers: Timers<Timer>,
    /// When nodes were told our status last.
    told: Option<Instant>,
    /// Whether the status that waits for [`Timer::Status`] says that we are typing.
    typing: bool,
    /// For the tokens of pings.
    rng: fastrand::Rng,
}

impl Heartbeat {
    pub(super) fn new(rng: fastrand::Rng) -> Self {
        Self { timers: Timers::default(), told: None, typing: false, rng }
    }

    /// The program has started.
    pub(super) fn start(&mut self, now: Instant) {
        self.timers.set(Timer::Ping, now + PING_EVERY);
    }

    /// Does what is due.
    pub(super) fn tick(&mut self, table: &mut LinkTable, me: &Myself, now: Instant, out: &mut Vec<Output>) {
        while let Some(timer) = self.timers.pop_expired(now) {
            match timer {
                Timer::Ping => {
                    self.timers.set(Timer::Ping, now + PING_EVERY);
                    let links: Vec<LinkId> = table.sessions().map(|(link, ..)| link).collect();
                    for link in links {
                        self.ping(link, table, now, out);
                    }
                }
                Timer::Status => self.tell_status(self.typing, table, me, now, out),
            }
        }
    }

    /// When [`Self::tick`] is due next.
    pub(super) fn next_timer(&self, table: &LinkTable) -> Option<Instant> {
        let ping = self.timers.get(Timer::Ping).filter(|_| table.nodes() > 0);
        ping.into_iter().chain(self.timers.get(Timer::Status)).min()
    }

    /// Pings one node.
    pub(super) fn ping(&mut self, link: LinkId, table: &mut LinkTable, now: Instant, out: &mut Vec<Output>) {
        let token = self.rng.u64(..);
        if let Some((_, session)) = table.session_mut(link) {
            session.ping = Some((token, now));
            out.push(Output::tell(link, mesh::encode(&Frame::Ping { token, answer: false, wall: None })));
        }
    }

    /// Tells nodes our status. If they were told a moment ago, they are told the then current status a little later.
    pub(super) fn tell_status(
        &mut self,
        typing: bool,
        table: &LinkTable,
        me: &Myself,
        now: Instant,
        out: &mut Vec<Output>,
    ) {
        if let Some(soonest) = self.told.map(|told| told + STATUS_EVERY).filter(|at| *at > now) {
            self.typing = typing;
            return self.timers.set(Timer::Status, soonest);
        }
        self.told = Some(now);
        self.timers.clear(Timer::Status);
        let frame = me.status(typing);
        let takers = table.sessions().filter(|(.., session)| session.caps.has(Cap::Presence));
        out.extend(takers.map(|(link, ..)| Output::tell(link, frame.clone())));
    }

    /// The user has sent a line, so they are no longer typing it. A typing notice that still waits would arrive after
    /// the line and stay on the screen for seconds.
    pub(super) const fn said(&mut self) {
        self.typing = false;
    }
}

/// A node pings, or answers our ping.
pub(super) fn pinged(
    link: LinkId,
    (token, answer, wall): (u64, bool, Option<Timestamp>),
    table: &mut LinkTable,
    now: Now,
    out: &mut Vec<Output>,
) {
    if !answer {
        let answer = Frame::Ping { token, answer: true, wall: Some(now.wall) };
        return out.push(Output::tell(link, mesh::encode(&answer)));
    }
    let Some((peer, session)) = table.session_mut(link) else { return };
    if let Some((_, sent)) = session.ping.take_if(|(asked, _)| *asked == token) {
        let time = now.mono.saturating_duration_since(sent);
        session.round_trip = Some(time);
        if let Some(wall) = wall {
            let on_the_way = i64::try_from(time.as_millis() / 2).unwrap_or(i64::MAX);
            let shows = wall.as_millis().saturating_add(on_the_way);
            let ahead_ms = shows.saturating_sub(now.wall.as_millis());
            session.clock_ahead_ms = Some(ahead_ms);
            out.push(Output::Clock { link, ahead_ms });
        }
        out.push(Output::update(Update::RoundTrip { peer: peer.id, time }));
    }
}
