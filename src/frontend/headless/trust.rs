//! Alarms, and what is known about someone.

use super::{
    event::{Alarmed, Whois},
    people::{Tagged, micros, note},
};
use crate::{
    domain::{
        bus::{self, Alarm},
        model::{Nick, NodeId, Peer, PeerId, Software, Trust},
        naming::{doubt_mark, handle},
    },
    frontend::json::{Clock, Shown, protocol},
};

/// The keys of an alarm, for programs.
pub(super) fn keys(alarm: &Alarm) -> Alarmed<'_> {
    Alarmed {
        peer: Shown(PeerId::Node(alarm.node)),
        nick: alarm.nick.as_str(),
        known: Shown(PeerId::Node(alarm.known)),
        known_nick: alarm.known_nick.as_str(),
    }
}

/// What is known about somebody, who may be `present` in the list; `None` if there is no such person.
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
        class: repute.trust,
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
