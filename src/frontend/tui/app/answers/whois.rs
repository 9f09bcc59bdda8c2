//! `/whois`: everything known about someone.

use std::{fmt::Write as _, net::SocketAddr};

use crate::{
    domain::{
        bus::Whois,
        model::{Nick, NodeId, PeerId, Presence, Software, Trust},
        naming::{VERIFIED, handle},
    },
    frontend::{
        clock_off::span,
        tui::app::{
            clock::LocalClock,
            people::{People, round_trip},
            wrap::whole,
        },
    },
};

/// The column in which values start, behind two spaces and their labels.
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
        (None, None) => "Nobody".to_owned(),
    };
    let trust = answer.repute.trust;
    let verified = trust == Trust::Verified;
    let mut block = Block::new(&format!("{name}{}", if verified { VERIFIED } else { "" }));

    block.add("state", &presence(peer.is_some(), &answer.presence));
    let mut words = vec![match trust {
        Trust::Guest => "a guest: the name is only a claim",
        Trust::Differs => "the codes differ: not who you think, or somebody sits between you",
        Trust::Suspect => "not verified, and goes by a name that somebody else had first",
        Trust::Verified => "verified by you",
        Trust::New | Trust::Known => "not verified",
    }];
    if known.is_some_and(|known| known.trusted) {
        words.push("trusted with this name");
    }
    if answer.repute.ignored {
        words.push("ignored");
    }
    block.add("identity", &words.join("; "));
    if let Some(node) = node {
        block.key(&node);
    }
    block.addresses(&answer.addrs, peer.map(|peer| peer.addr));
    if let Some(time) = answer.round_trip {
        block.add("round trip", &round_trip(time));
    }
    match peer.map(|peer| &peer.software) {
        Some(Software::Ours { version }) => block.add("program", &format!("proximity-chat {version}")),
        Some(Software::Reference) => block.add("program", "the reference program, or one like it"),
        None => {}
    }
    if let Some(known) = known {
        block.add("known since", &clock.moment(known.first_seen));
        let last = if peer.is_some() { "now".to_owned() } else { clock.moment(known.last_seen) };
        block.add("last seen", &last);
    }
    if let Some(ahead) = answer.clock_ahead_ms.filter(|ahead| ahead.unsigned_abs() > CLOCKS_AGREE_MS) {
        block.add("clock", &clock_difference(ahead));
    }
    block.text
}

/// The same about the user, at `addr`.
pub(crate) fn own_text(nick: &Nick, key: &NodeId, presence: &Presence, addr: SocketAddr) -> String {
    let mut block = Block::new(&format!("{nick}  (you)"));
    block.add("state", &self::presence(true, presence));
    block.key(key);
    block.addresses(&[addr], None);
    block.text
}

/// Whether they are here.
fn presence(here: bool, presence: &Presence) -> String {
    match (here, presence) {
        (false, _) => "not here".to_owned(),
        (true, Presence::Here) => "here".to_owned(),
        (true, Presence::Away { note: None }) => "away".to_owned(),
        (true, Presence::Away { note: Some(note) }) => format!("away: {note}"),
    }
}

/// How far their clock is from ours.
fn clock_difference(ahead_ms: i64) -> String {
    format!("{} {} yours", span(ahead_ms), if ahead_ms > 0 { "ahead of" } else { "behind" })
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

    /// The whole key in rows of eight groups, or of four where eight have no room.
    fn key(&mut self, node: &NodeId) {
        let groups = node.groups();
        let groups: Vec<_> = groups.split(' ').collect();
        for (at, row) in groups.chunks(GROUPS).enumerate() {
            let halves: Vec<_> = row.chunks(GROUPS / 2).map(|half| whole(&half.join(" "))).collect();
            self.add(if at == 0 { "key" } else { "" }, &halves.join(" "));
        }
    }

    fn addresses(&mut self, known: &[SocketAddr], linked: Option<SocketAddr>) {
        let others = known.iter().filter(|&&addr| Some(addr) != linked);
        let all: Vec<_> = linked.iter().chain(others).map(ToString::to_string).collect();
        match all.as_slice() {
            [] => {}
            [one] => self.add("address", one),
            several => self.add("addresses", &several.join(", ")),
        }
    }
}
