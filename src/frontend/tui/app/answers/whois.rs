//! `/whois`: everything known about someone.

use std::{fmt::Write as _, net::SocketAddr};

use crate::{
    domain::{
        bus::Whois,
        model::{Nick, NodeId, PeerId, Presence, Trust},
        naming::{VERIFIED, handle},
    },
    frontend::{
        tui::app::{clock::LocalClock, people::People, wrap::whole},
        words::{clock_off::span, times, whois as words},
    },
};

/// The column in which values start, after two spaces and their labels.
pub(crate) const VALUES: usize = 14;

/// Groups of a fingerprint in a row.
const GROUPS: usize = 8;

/// Clocks that differ by less are said to agree.
const CLOCKS_AGREE_MS: u64 = 60_000;

/// The answer of the node, for a user who sees `people`.
pub(crate) fn text(answer: &Whois, people: &People, clock: &LocalClock<'_>) -> String {
    let (peer, known) = (answer.peer.as_ref(), answer.known.as_ref());
    let node = peer.and_then(|peer| peer.id.node().copied()).or(known.map(|known| known.node));
    let name = match (peer, known) {
        (Some(peer), _) => people.called(peer.id).unwrap_or_else(|| peer.display_name()),
        (None, Some(known)) => {
            known.nick.as_ref().map_or_else(|| handle(PeerId::Node(known.node)), ToString::to_string)
        }
        (None, None) => words::UNKNOWN.to_owned(),
    };
    let trust = answer.repute.trust;
    let verified = trust == Trust::Verified;
    let mut block = Block::new(&format!("{name}{}", if verified { VERIFIED } else { "" }));

    block.add(words::STATE, &words::state(peer.is_some(), &answer.presence));
    let today = known.map_or(trust == Trust::New, |known| clock.local(known.first_seen).date() == clock.today());
    let accepted = known.is_some_and(|known| known.trusted);
    block.add(words::IDENTITY, &words::identity(trust, today, accepted, answer.repute.ignored));
    if let Some(node) = node {
        block.key(&node);
    }
    block.addresses(&answer.addrs, peer.map(|peer| peer.addr));
    if let Some(time) = answer.round_trip {
        block.add(words::ROUND_TRIP, &times::round_trip(time));
    }
    if let Some(peer) = peer {
        block.add(words::PROGRAM, &words::program(&peer.software));
    }
    if let Some(known) = known {
        block.add(words::KNOWN_SINCE, &clock.moment(known.first_seen));
        let last = if peer.is_some() { times::NOW.to_owned() } else { clock.moment(known.last_seen) };
        block.add(words::LAST_SEEN, &last);
    }
    if let Some(ahead) = answer.clock_ahead_ms.filter(|ahead| ahead.unsigned_abs() > CLOCKS_AGREE_MS) {
        block.add(words::CLOCK, &words::clock(&span(ahead), ahead > 0));
    }
    block.text
}

/// The same about the user, at `addr`.
pub(crate) fn own_text(nick: &Nick, key: &NodeId, presence: &Presence, addr: SocketAddr) -> String {
    let mut block = Block::new(&words::you(nick.as_str()));
    block.add(words::STATE, &words::state(true, presence));
    block.key(key);
    block.addresses(&[addr], None);
    block.text
}

/// A title, and values with labels below it.
struct Block {
    text: String,
}

impl Block {
    fn new(title: &str) -> Self {
        Self { text: title.to_owned() }
    }

    fn add(&mut self, label: &str, value: &str) {
        let columns = VALUES - 2;
        // Writing to a string cannot fail.
        let _ = write!(self.text, "\n  {label:columns$}{value}");
    }

    /// The whole key in rows of eight groups, or of four if eight do not fit.
    fn key(&mut self, node: &NodeId) {
        let groups = node.groups();
        let groups: Vec<_> = groups.split(' ').collect();
        for (at, row) in groups.chunks(GROUPS).enumerate() {
            let halves: Vec<_> = row.chunks(GROUPS / 2).map(|half| whole(&half.join(" "))).collect();
            self.add(if at == 0 { words::KEY } else { "" }, &halves.join(" "));
        }
    }

    fn addresses(&mut self, known: &[SocketAddr], linked: Option<SocketAddr>) {
        let others = known.iter().filter(|&&addr| Some(addr) != linked);
        let all: Vec<_> = linked.iter().chain(others).map(ToString::to_string).collect();
        match all.as_slice() {
            [] => {}
            [one] => self.add(words::ADDRESS, one),
            several => self.add(words::ADDRESSES, &several.join(", ")),
        }
    }
}
