//! Faults between us and the people who were found.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::Evidence;
use crate::{
    domain::model::{Finding, FoundPeer, LocalSubnet, Timestamp, Unreached, Way},
    protocol::codec::mesh::{DialBack, ProbeReply},
};

/// Clocks further apart than this are reported. A line that arrives later than its date by twice this time is marked as
/// late.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its address.
    pub addr: SocketAddr,
    /// How far away that is.
    pub place: Proximity,
    /// Whether we heard an announcement of it.
    pub announced: bool,
    /// What probing it has shown.
    pub reached: Reached,
}

/// How far away somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proximity {
    /// On this machine.
    Here,
    /// In one of our own networks.
    Near,
    /// Behind a router.
    Far,
}

impl Proximity {
    /// How far away `ip` is from a node at `spots`.
    pub fn of(ip: IpAddr, spots: &[LocalSubnet]) -> Self {
        if ip.is_loopback() || spots.iter().any(|spot| spot.ip == ip) {
            return Self::Here;
        }
        if spots.iter().any(|spot| spot.is_on_link(ip)) { Self::Near } else { Self::Far }
    }
}

/// What probing somebody has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// It answered what it is, at this time by our own clock.
    Answered(ProbeReply, Timestamp),
    /// It runs an older release, which does not say.
    Older,
    /// It speaks our protocol, but in no version that we speak.
    OtherVersion,
    /// It announced itself, or was named, and nothing answered there.
    Silent,
    /// It announced itself, or was named, and its host refused.
    Refused,
    /// It announced itself, or was named, and no route leads there.
    Unreachable,
}

impl Person {
    fn seen(&self) -> Option<&ProbeReply> {
        match &self.reached {
            Reached::Answered(seen, _) => Some(seen),
            _ => None,
        }
    }

    fn found(&self) -> FoundPeer {
        FoundPeer { nick: self.seen().and_then(|seen| seen.nick.clone()), addr: self.addr }
    }
}

pub(super) fn versions(evidence: &Evidence) -> Vec<Finding> {
    let other = |person: &&Person| match &person.reached {
        Reached::Answered(seen, _) => !seen.agrees(),
        Reached::OtherVersion => true,
        _ => false,
    };
    let person = evidence.people.iter().find(other);
    let release = |person: &Person| person.seen().map(|seen| seen.version.clone());
    let finding = person.map(|person| Finding::OtherVersion { who: person.found(), release: release(person) });
    finding.into_iter().collect()
}

pub(super) fn inbound(evidence: &Evidence) -> Vec<Finding> {
    let beyond = |person: &&Person| person.place != Proximity::Here;
    let tried: Vec<(&Person, DialBack)> =
        evidence.people.iter().filter(beyond).filter_map(|p| Some((p, p.seen()?.dial_back?))).collect();
    // One person who reaches us is enough.
    let told = tried.iter().find(|(_, back)| *back == DialBack::Reached).or_else(|| tried.first());
    let port = evidence.listening.as_ref().and_then(|bound| Some(bound.as_ref().ok()?.port()));
    let finding = told.map(|(person, back)| {
        let how = match back {
            DialBack::Reached => return Finding::Reachable(person.found()),
            DialBack::Timeout => Unreached::Silent,
            DialBack::Refused => Unreached::Refused,
            DialBack::Unreachable => Unreached::NoRoute,
        };
        Finding::InboundBlocked { who: person.found(), port, how, ports: evidence.ports }
    });
    finding.into_iter().collect()
}

pub(super) fn blocked(evidence: &Evidence) -> Vec<Finding> {
    let finding = evidence.people.iter().find_map(|person| {
        let how = match person.reached {
            Reached::Silent => Unreached::Silent,
            Reached::Refused => Unreached::Refused,
            Reached::Unreachable => Unreached::NoRoute,
            Reached::Answered(..) | Reached::Older | Reached::OtherVersion => return None,
        };
        Some(Finding::PeerBlocked { addr: person.addr, announced: person.announced, how })
    });
    finding.into_iter().collect()
}

pub(super) fn multicast(evidence: &Evidence) -> Vec<Finding> {
    if !evidence.announces {
        return Vec::new();
    }
    if let Some((interface, error)) = evidence.mute.first() {
        return vec![Finding::Mute { interface: interface.clone(), error: error.clone() }];
    }
    let near: Vec<(&Person, &ProbeReply)> = evidence
        .people
        .iter()
        .filter(|person| person.place == Proximity::Near)
        .filter_map(|p| Some((p, p.seen()?)))
        .collect();
    let Some((person, _)) = near.first() else { return Vec::new() };
    let (out, back) = (near.iter().any(|(_, seen)| seen.heard), near.iter().any(|(person, _)| person.announced));
    let way = match (out, back) {
        (true, true) => return vec![Finding::AnnouncementsPass],
        (false, true) => Way::Out,
        (true, false) => Way::In,
        (false, false) => Way::Both,
    };
    vec![Finding::AnnouncementsLost { who: person.found(), way }]
}

pub(super) fn clocks(evidence: &Evidence) -> Vec<Finding> {
    // By how many milliseconds each is ahead of us.
    let ahead = |person: &Person| match &person.reached {
        Reached::Answered(seen, at) => Some(seen.wall?.as_millis().saturating_sub(at.as_millis())),
        _ => None,
    };
    let all: Vec<(&Person, i64)> = evidence.people.iter().filter_map(|person| Some((person, ahead(person)?))).collect();
    let far = |ms: i64| u128::from(ms.unsigned_abs()) > CLOCK_TOLERANCE.as_millis();
    let off: Vec<_> = all.iter().filter(|(_, ms)| far(*ms)).collect();
    let Some((person, ms)) = off.first() else {
        return if all.is_empty() { Vec::new() } else { vec![Finding::ClocksAgree] };
    };
    // If most clocks are off by about the same amount, ours is the wrong one.
    let ours =
        off.len() * 2 > all.len() && off.len() > 1 && off.iter().all(|(_, other)| !far(other.saturating_sub(*ms)));
    // Rounded to the minute, so that a clock that runs unevenly does not make a new finding each time.
    let minutes_ahead = ms.saturating_add(ms.signum() * 30_000) / 60_000;
    vec![Finding::ClockOff { who: person.found(), minutes_ahead, ours }]
}

pub(super) fn anybody(evidence: &Evidence) -> Vec<Finding> {
    let met = |person: &&Person| matches!(person.reached, Reached::Answered(..) | Reached::Older);
    let (here, beyond): (Vec<_>, Vec<_>) =
        evidence.people.iter().filter(met).partition(|person| person.place == Proximity::Here);
    // A node that is not open looks for nobody beyond this machine.
    vec![match (here.len(), beyond.len()) {
        (here @ 1.., 0) if !evidence.open => Finding::FoundHere(here),
        (here, 0) => Finding::NobodyFound { someone_here: here > 0 },
        (_, beyond) => Finding::FoundBeyond(beyond),
    }]
}
