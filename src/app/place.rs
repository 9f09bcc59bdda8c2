//! Where the node is: on this machine alone, or open to a network; and what is wrong there.

use super::{App, Deliveries, Floods, Node, Reading, pane::Tone};
use crate::{
    bus::{Command, Whereabouts},
    model::{Finding, Spot},
};

impl App {
    /// Whether anybody beyond this machine can be met.
    pub(super) fn is_open(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.open)
    }

    /// Whether nothing leaves this machine, as far as is known.
    pub(crate) fn is_closed(&self) -> bool {
        self.place.as_ref().is_some_and(|place| !place.open)
    }

    /// Why there is no network, where there should be one.
    pub(super) fn lost(&self) -> Option<&str> {
        self.place.as_ref()?.lost.as_deref()
    }

    /// The networks that are looked at, for people: `192.168.1.0/24`; this machine goes without saying where there are others.
    pub(super) fn looked_at(&self) -> String {
        let Some(place) = &self.place else { return "this machine".to_owned() };
        let beyond: Vec<_> = place.sweep.iter().filter(|network| !network.ip().is_loopback()).collect();
        let all = if beyond.is_empty() { place.sweep.iter().collect() } else { beyond };
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// What F2 would open to, or why there is nothing: `wlan0, 192.168.1.0/24`.
    pub(super) fn offer(&self) -> Option<Result<String, &str>> {
        match &self.place.as_ref().filter(|place| !place.open)?.offer {
            Ok(spots) if spots.is_empty() => None,
            Ok(spots) => Some(Ok(names(spots))),
            Err(why) => Some(Err(why)),
        }
    }

    /// The worst of what keeps people from meeting, if it is known.
    pub(crate) fn reason(&self) -> Option<&Finding> {
        self.findings.first()
    }

    /// Takes in where the node is.
    pub(super) fn placed(&mut self, place: Whereabouts) {
        let before = self.place.replace(place.clone());
        let Some(before) = before else {
            if let Some(lost) = &place.lost {
                self.notice(Tone::Error, lost);
            }
            return;
        };
        let moved = before.network != place.network;
        if moved {
            self.change_room();
        }
        let changed = before.open != place.open || moved || names(&before.spots) != names(&place.spots);
        match (&before.lost, &place.lost) {
            (None, Some(lost)) => {
                let text = format!("-- network gone: {lost} Trying again; keep writing. --");
                self.notice(Tone::Error, &text);
            }
            (Some(_), None) if !changed => self.notice(Tone::Dim, "-- the network is back. --"),
            _ if changed && place.open => {
                let text = format!(
                    "The chat is open to your network now: {}. What was said on other networks stays there. F2 closes it.",
                    names(&place.spots)
                );
                self.notice(Tone::Plain, &text);
            }
            _ if changed => {
                let text = "The chat is on this machine only now: nothing you write leaves it. F2 opens it.";
                self.notice(Tone::Plain, text);
            }
            _ => {}
        }
    }

    /// The lobby of another network: nothing that was said here is said there.
    fn change_room(&mut self) {
        (self.past, self.late, self.search, self.sync) = (None, None, None, None);
        self.findings.clear();
        self.deliveries = Deliveries::default();
        self.floods = Floods::default();
        self.reading = Reading::default();
        self.pane.clear();
        self.pane.before = false;
        self.peers.forget_gone();
        self.nothing_waits();
        self.open_room();
    }

    /// Opens the chat to the network, or closes it.
    pub(super) fn toggle_open(&mut self) {
        if !matches!(self.node, Node::At(_)) {
            return;
        }
        if let Err(text) = self.ask_node(Command::Open(!self.is_open())) {
            self.notice(Tone::Error, &text);
        }
    }

    /// Says where the node is.
    pub(super) fn tell_place(&mut self) {
        let text = match (&self.place, self.offer()) {
            (None, _) => "The node is not ready yet.".to_owned(),
            (Some(place), _) if place.open => {
                format!("The chat is open to {} ({}). /lan off, or F2, closes it.", names(&place.spots), place.network)
            }
            (Some(_), Some(Ok(names))) => {
                format!("The chat is on this machine only. /lan on, or F2, opens it to {names}.")
            }
            (Some(_), Some(Err(why))) => format!("The chat is on this machine only. {why}"),
            (Some(_), None) => "The chat is on this machine only.".to_owned(),
        };
        self.notice(Tone::Plain, &text);
    }
}

/// `wlan0, 192.168.1.0/24`; several are joined by `and`. Of an interface that has both, IPv6 goes without saying.
fn names(spots: &[Spot]) -> String {
    let is_told = |spot: &&Spot| {
        let beside = |other: &Spot| other.interface == spot.interface && other.ip.is_ipv4();
        spot.ip.is_ipv4() || !spots.iter().any(beside)
    };
    let mut names: Vec<String> =
        spots.iter().filter(is_told).map(|spot| format!("{}, {}", spot.interface, spot.network)).collect();
    names.dedup();
    names.join(" and ")
}
