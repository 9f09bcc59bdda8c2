//! Faults between us and those who were found.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::{Evidence, count, fault, fine, warning};
use crate::{
    domain::model::{Fault, Finding, LocalSubnet, Timestamp},
    protocol::codec::mesh::{DialBack, ProbeReply},
};

/// Clocks that are further apart than this are wrong: a line that comes so much later than it is dated is marked as late after
/// twice the time.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Where.
    pub addr: SocketAddr,
    /// How far away that is.
    pub place: Proximity,
    /// Whether we heard an announcement of it.
    pub announced: bool,
    /// What came of looking at it.
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
    /// Where `ip` is for who is at `spots`.
    pub fn of(ip: IpAddr, spots: &[LocalSubnet]) -> Self {
        if ip.is_loopback() || spots.iter().any(|spot| spot.ip == ip) {
            return Self::Here;
        }
        if spots.iter().any(|spot| spot.is_on_link(ip)) { Self::Near } else { Self::Far }
    }
}

/// What came of looking at somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// It said what it is, and when by our own clock.
    Answered(ProbeReply, Timestamp),
    /// It runs an older release, which does not say.
    Older,
    /// It has our protocol in no version that we speak.
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

    fn name(&self) -> String {
        match self.seen().and_then(|seen| seen.nick.as_ref()) {
            Some(nick) => format!("{nick} ({})", self.addr),
            None => self.addr.to_string(),
        }
    }
}

pub(super) fn versions(evidence: &Evidence) -> Vec<Finding> {
    let other = |person: &&Person| match &person.reached {
        Reached::Answered(seen, _) => !seen.agrees(),
        Reached::OtherVersion => true,
        _ => false,
    };
    let Some(person) = evidence.people.iter().find(other) else { return Vec::new() };
    let theirs = person.seen().map(|seen| format!(" (release {})", seen.version)).unwrap_or_default();
    vec![fault(
        Fault::VersionMismatch,
        format!(
            "{}{theirs} speaks another version of the protocol than this program (release {}).",
            person.name(),
            env!("CARGO_PKG_VERSION")
        ),
        "Update the older of the two programs.",
    )]
}

pub(super) fn inbound(evidence: &Evidence) -> Vec<Finding> {
    let beyond = |person: &&Person| person.place != Proximity::Here;
    let tried: Vec<(&Person, DialBack)> =
        evidence.people.iter().filter(beyond).filter_map(|p| Some((p, p.seen()?.dial_back?))).collect();
    let port = match &evidence.listening {
        Some(Ok(addr)) => format!("TCP {}", addr.port()),
        _ => "TCP".to_owned(),
    };
    match tried.iter().find(|(_, back)| *back == DialBack::Reached).or_else(|| tried.first()) {
        None => Vec::new(),
        Some((person, DialBack::Reached)) => {
            vec![fine(Fault::InboundBlocked, format!("{} can connect to you.", person.name()))]
        }
        Some((person, back)) => {
            let how = match back {
                DialBack::Timeout => "nothing of this machine answered",
                DialBack::Refused => "this machine refused",
                DialBack::Reached | DialBack::Unreachable => "this machine could not be reached",
            };
            let range = evidence.ports.map_or_else(|| port.clone(), |ports| format!("TCP {ports}"));
            vec![fault(
                Fault::InboundBlocked,
                format!("{} tried to connect to you on {port}, and {how}.", person.name()),
                format!(
                    "A firewall on this machine blocks it. Allow incoming {range}, for example  ufw allow {}/tcp .",
                    ufw(evidence)
                ),
            )]
        }
    }
}

/// The range as firewalls write it.
fn ufw(evidence: &Evidence) -> String {
    evidence.ports.map_or_else(|| "4565:4569".to_owned(), |ports| format!("{}:{}", ports.min(), ports.max()))
}

pub(super) fn blocked(evidence: &Evidence) -> Vec<Finding> {
    let unreached =
        |person: &&Person| matches!(person.reached, Reached::Silent | Reached::Refused | Reached::Unreachable);
    let Some(person) = evidence.people.iter().find(unreached) else { return Vec::new() };
    let (addr, how) = (person.addr, if person.announced { "announces itself" } else { "was named" });
    let (what, todo) = match person.reached {
        Reached::Refused => (
            format!("{addr} {how}, and the connection is refused."),
            "Is the program open there, on that port? If it is, a firewall refuses it, there or on this machine.",
        ),
        Reached::Unreachable => (
            format!("{addr} {how}, and there is no way there from here."),
            "It is on another network, and no route leads to that: correct the address, or the routes.",
        ),
        _ => (
            format!("{addr} {how}, and does not answer."),
            "A firewall may block it, there or on this machine: allow incoming TCP on that port there, and outgoing \
             here. Or the access point keeps you apart.",
        ),
    };
    vec![if person.announced { fault(Fault::PeerBlocked, what, todo) } else { warning(Fault::PeerBlocked, what, todo) }]
}

pub(super) fn multicast(evidence: &Evidence) -> Vec<Finding> {
    if !evidence.announces {
        return Vec::new();
    }
    let todo = "People are found by the sweep all the same, only slower. Allow UDP on the lowest port of the range, and \
                multicast, in the firewall; switch off \"IGMP snooping\" or \"multicast filtering\" in the router.";
    if let Some((interface, why)) = evidence.mute.first() {
        let what = format!("Announcements cannot be sent, or not be heard, on {interface}: {why}.");
        return vec![warning(Fault::MulticastBlocked, what, todo)];
    }
    let near: Vec<(&Person, &ProbeReply)> = evidence
        .people
        .iter()
        .filter(|person| person.place == Proximity::Near)
        .filter_map(|p| Some((p, p.seen()?)))
        .collect();
    let Some((person, _)) = near.first() else { return Vec::new() };
    let (out, back) = (near.iter().any(|(_, seen)| seen.heard), near.iter().any(|(person, _)| person.announced));
    let what = match (out, back) {
        (true, true) => return vec![fine(Fault::MulticastBlocked, "Announcements pass, both ways.")],
        (false, true) => format!("{} does not hear your announcements.", person.name()),
        (true, false) => format!("The announcements of {} do not reach you.", person.name()),
        (false, false) => format!("Announcements pass neither way between you and {}.", person.name()),
    };
    vec![warning(Fault::MulticastBlocked, what, todo)]
}

pub(super) fn clocks(evidence: &Evidence) -> Vec<Finding> {
    // By how many milliseconds each is ahead of us.
    let ahead = |person: &Person| match &person.reached {
        Reached::Answered(seen, at) => Some(seen.wall.as_millis().saturating_sub(at.as_millis())),
        _ => None,
    };
    let all: Vec<(&Person, i64)> = evidence.people.iter().filter_map(|person| Some((person, ahead(person)?))).collect();
    let far = |ms: i64| u128::from(ms.unsigned_abs()) > CLOCK_TOLERANCE.as_millis();
    let off: Vec<_> = all.iter().filter(|(_, ms)| far(*ms)).collect();
    let Some((person, ms)) = off.first() else {
        return if all.is_empty() { Vec::new() } else { vec![fine(Fault::ClockOff, "The clocks agree.")] };
    };
    // Where most are off by about the same, it is us.
    let ours =
        off.len() * 2 > all.len() && off.len() > 1 && off.iter().all(|(_, other)| !far(other.saturating_sub(*ms)));
    let (whose, todo) = if ours {
        ("Your clock is", "Set this machine's clock, or switch on its time synchronisation.")
    } else {
        (
            "Your clock, or theirs, is",
            "Set the wrong one, or switch on its time synchronisation: lines are ordered by time.",
        )
    };
    let (apart, which) = (span(ms.unsigned_abs()), if *ms > 0 { "ahead of" } else { "behind" });
    vec![warning(
        Fault::ClockOff,
        format!("{whose} far off: that of {} is {apart} {which} yours.", person.name()),
        todo,
    )]
}

/// `7 minutes`, `3 hours`, `2 days`.
fn span(ms: u64) -> String {
    let minutes = (ms + 30_000) / 60_000;
    let unit =
        |number: u64, one: &str, several: &str| count(usize::try_from(number).unwrap_or(usize::MAX), one, several);
    match minutes {
        0..120 => unit(minutes, "minute", "minutes"),
        120..2_880 => unit(minutes / 60, "hour", "hours"),
        _ => unit(minutes / 1_440, "day", "days"),
    }
}

pub(super) fn anybody(evidence: &Evidence) -> Vec<Finding> {
    let met = |person: &&Person| matches!(person.reached, Reached::Answered(..) | Reached::Older);
    let (here, beyond): (Vec<_>, Vec<_>) =
        evidence.people.iter().filter(met).partition(|person| person.place == Proximity::Here);
    let found = |people: &[&Person]| format!("{} found", count(people.len(), "person", "people"));
    // Who cannot be met beyond this machine looks for nobody there.
    match (here.as_slice(), beyond.as_slice()) {
        (here @ [_, ..], []) if !evidence.open => {
            vec![fine(Fault::NobodyFound, format!("{} on this machine.", found(here)))]
        }
        (here, []) => {
            let whom = if here.is_empty() { "Nobody" } else { "Nobody beyond this machine" };
            vec![warning(
                Fault::NobodyFound,
                format!("{whom} was found, and nothing is wrong that can be seen from here."),
                "Are the others on this same network, with the program open to it (F2)? If they are, run this there, too.",
            )]
        }
        (_, beyond) => vec![fine(Fault::NobodyFound, format!("{}.", found(beyond)))],
    }
}
