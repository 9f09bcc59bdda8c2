//! Alarms in words, and what is known of somebody.

use super::{
    event::{Alarmed, Whois},
    people::{Tagged, micros, note},
};
use crate::{
    domain::{
        bus::{self, Alarm, AlarmKind},
        model::{Nick, NodeId, Peer, PeerId, Software, Trust},
        naming::{doubt_mark, handle},
    },
    frontend::json::{Clock, Shown, protocol},
};

/// An alarm in one line: what happened, what it may mean, what to do.
pub(super) fn text(alarm: &Alarm, clock: &mut Clock) -> String {
    let Alarm { kind, node, nick, known, known_nick, known_last_seen, known_verified } = alarm;
    let seen = clock.date(*known_last_seen).to_owned();
    let verified = if *known_verified { " (verified)" } else { "" };
    let (now, was, key) = (node.short(), known.short(), handle(PeerId::Node(*node)));
    // With the name: it may have another one by the time that the user types this.
    let commands = format!("Ask in person. /trust {nick}#{key} lets it have the name, /ignore {key} shuts it out.");
    match kind {
        AlarmKind::KeyChanged => format!(
            "{nick} has a NEW KEY: {now}. The {known_nick} you know has the key {was}{verified}, last seen {seen}. A reinstall \
             does this; so does someone pretending to be {known_nick}. {commands}"
        ),
        AlarmKind::SameName => format!(
            "{nick} with the key {now} goes by a name of somebody else who is here: {known_nick}, with the key {was}{verified}. \
             {commands}"
        ),
        AlarmKind::OwnName => {
            format!("{nick} with the key {now} goes by your own name, and is somebody else. {commands}")
        }
        AlarmKind::LookAlike => format!(
            "{nick} with the key {now} looks like {known_nick}{verified} with the key {was}, last seen {seen}, but is \
             somebody else. {commands}"
        ),
    }
}

/// The same for programs.
pub(super) fn keys(alarm: &Alarm) -> Alarmed<'_> {
    Alarmed {
        peer: Shown(PeerId::Node(alarm.node)),
        nick: alarm.nick.as_str(),
        known: Shown(PeerId::Node(alarm.known)),
        known_nick: alarm.known_nick.as_str(),
    }
}

/// What is known of somebody, who may be `present` in the list; nothing if that is nobody.
pub(super) fn whois<'a>(whois: &'a bus::Whois, present: Option<&Tagged<'_>>, clock: &mut Clock) -> Option<Whois<'a>> {
    let bus::Whois { peer, known, repute, addrs, presence, round_trip, clock_ahead_ms } = whois;
    let id = peer.as_ref().map(|peer| peer.id).or_else(|| Some(PeerId::Node(known.as_ref()?.node)))?;
    let nick = peer.as_ref().and_then(|peer| peer.nick.as_ref());
    let nick = nick.or_else(|| known.as_ref()?.nick.as_ref()).map(Nick::as_str);
    let unnamed = || peer.as_ref().map_or_else(|| handle(id), Peer::display_name);
    let unlisted = || format!("{}{}", doubt_mark(repute.trust), nick.map_or_else(unnamed, str::to_owned));
    Some(Whois {
        peer: Shown(id),
        nick,
        tag: present.and_then(|tagged| tagged.person().tag),
        present: peer.is_some(),
        protocol: protocol(id),
        verified: repute.trust == Trust::Verified,
        trust: repute.trust.as_str(),
        ignored: repute.ignored,
        fingerprint: id.node().map(NodeId::short),
        addrs,
        first_seen: known.as_ref().map(|known| clock.utc(known.first_seen).to_owned()),
        last_seen: known.as_ref().map(|known| clock.utc(known.last_seen).to_owned()),
        away: presence.is_away(),
        note: note(presence),
        round_trip_us: round_trip.map(micros),
        clock_ahead_ms: *clock_ahead_ms,
        version: match peer.as_ref().map(|peer| &peer.software) {
            Some(Software::Ours { version }) => Some(version),
            Some(Software::Reference) | None => None,
        },
        name: present.map_or_else(unlisted, Tagged::name),
        seen: known
            .as_ref()
            .map(|known| (clock.date(known.first_seen).to_owned(), clock.date(known.last_seen).to_owned())),
    })
}
