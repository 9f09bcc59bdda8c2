//! Where the node is: on this machine alone, or open to a network; and what is wrong there.

use super::{App, Deliveries, Floods, Node, Reading, pane::Tone};
use crate::domain::{
    bus::{Command, NetworkStatus},
    model::{Fault, Finding, LocalSubnet, Network, Severity},
};

impl App {
    /// Whether anybody beyond this machine can be met.
    pub(super) fn is_open(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.open)
    }

    /// Whether nothing leaves this machine because the user has not opened the chat, as far as is known.
    pub(crate) fn is_closed(&self) -> bool {
        let closed = |place: &NetworkStatus| !place.open && place.lost.is_none();
        self.node != Node::Gone && self.place.as_ref().is_some_and(closed)
    }

    /// Why there is no network, where there should be one.
    pub(crate) fn lost(&self) -> Option<&str> {
        self.place.as_ref().filter(|_| self.node != Node::Gone)?.lost.as_deref()
    }

    /// Where the chat is, in a few words; the fullest first.
    pub(crate) fn whereabouts(&self) -> Vec<String> {
        match self.place.as_ref().filter(|_| self.node != Node::Gone) {
            None => Vec::new(),
            Some(place) if place.lost.is_some() => vec!["no network".to_owned()],
            Some(place) if !place.open => vec!["this machine only".to_owned()],
            Some(place) => vec![self.opened_to(place), interfaces(&place.spots)],
        }
    }

    /// The networks that are looked at, for people: `192.168.1.0/24`; this machine goes without saying where there are others.
    pub(super) fn looked_at(&self) -> String {
        let Some(place) = &self.place else { return "this machine".to_owned() };
        let beyond: Vec<_> = place.sweep.iter().filter(|network| !network.ip().is_loopback()).collect();
        let all = if beyond.is_empty() { place.sweep.iter().collect() } else { beyond };
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// What the chat is open to. Where the user gave an address that is on none of the interfaces, it is what they look at.
    fn opened_to(&self, place: &NetworkStatus) -> String {
        if place.spots.is_empty() { self.looked_at() } else { names(&place.spots) }
    }

    /// What F2 does while the chat is closed.
    pub(super) fn offer(&self) -> String {
        match self.place.as_ref().map(|place| &place.offer) {
            Some(Err(why)) => format!("F2 cannot open the chat to your network now. {why}"),
            Some(Ok(spots)) if !spots.is_empty() => format!("F2 opens the chat to your network ({}).", names(spots)),
            _ => "F2 opens the chat to your network.".to_owned(),
        }
    }

    /// The worst of what keeps people from meeting, if it is known.
    pub(crate) fn reason(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity != Severity::Fine)
    }

    /// The same, if there is something to do about it that the pane does not say anyway.
    pub(super) fn cause(&self) -> Option<&Finding> {
        self.reason().filter(|finding| !matches!(finding.fault, Fault::Closed | Fault::NobodyFound))
    }

    /// Takes in where the node is.
    pub(super) fn placed(&mut self, place: &NetworkStatus) {
        self.peers.cut_off(place.lost.is_some());
        let Some(before) = self.place.replace(place.clone()) else {
            return self.tell_lost(place.lost.as_deref());
        };
        let moved = before.network != place.network;
        if moved {
            self.change_room();
        }
        let changed = before.open != place.open || moved || names(&before.spots) != names(&place.spots);
        match (&before.lost, &place.lost) {
            (None, Some(lost)) => self.tell_lost(Some(lost)),
            (Some(_), None) if !changed => self.notice(Tone::Dim, "-- the network is back. --"),
            _ if changed && place.open => {
                let stays = if moved { "What was said elsewhere stays there. " } else { "" };
                let to = self.opened_to(place);
                self.notice(Tone::Plain, &format!("The chat is open to your network now: {to}. {stays}F2 closes it."));
            }
            _ if changed => {
                let stays = if moved { " What was said on the network stays there." } else { "" };
                self.notice(Tone::Plain, &format!("The chat is on this machine only now.{stays}"));
            }
            _ => {}
        }
    }

    fn tell_lost(&mut self, lost: Option<&str>) {
        if let Some(lost) = lost {
            self.notice(Tone::Error, &format!("-- {lost} Trying again; keep writing. --"));
        }
    }

    /// The lobby of another network: nothing that was said here is said there.
    fn change_room(&mut self) {
        (self.past, self.late, self.search, self.sync) = (None, None, None, None);
        // What was begun here is about here: a yes must not erase what was said there.
        (self.sweep, self.erase_asked) = (None, None);
        self.findings.clear();
        self.deliveries = Deliveries::default();
        self.floods = Floods::default();
        self.reading = Reading::default();
        self.draft_is_for_elsewhere = !self.draft.is_empty();
        self.pane.clear();
        self.pane.before = false;
        self.peers.forget_gone();
        self.nothing_waits();
        self.open_room();
    }

    /// The network that is on the screen.
    pub(super) fn network(&self) -> Option<Network> {
        self.place.as_ref().map(|place| place.network.clone())
    }

    /// Opens the chat to the network, or closes it.
    pub(super) fn toggle_open(&mut self) {
        let asked = match &self.place {
            // Which of the two it would be is not known yet.
            None if !self.asking && self.node != Node::Gone => Err("The node is not ready yet.".to_owned()),
            _ => self.ask_node(Command::Open(!self.is_open())),
        };
        if let Err(text) = asked {
            self.notice(Tone::Error, &text);
        }
    }

    /// Says where the node is.
    pub(super) fn tell_place(&mut self) {
        let text = match &self.place {
            None => "The node is not ready yet.".to_owned(),
            Some(NetworkStatus { lost: Some(lost), .. }) => {
                format!("{lost} Until there is a network the chat is on this machine only.")
            }
            Some(place) if place.open => {
                let (to, network) = (self.opened_to(place), &place.network);
                format!("The chat is open to {to}. F2, or /lan off, closes it.\n  Its lobby is that of: {network}")
            }
            Some(NetworkStatus { offer: Err(why), .. }) => format!("The chat is on this machine only. {why}"),
            Some(NetworkStatus { offer: Ok(spots), .. }) => {
                let to = if spots.is_empty() { "your network".to_owned() } else { names(spots) };
                format!("The chat is on this machine only. F2, or /lan on, opens it to {to}.")
            }
        };
        self.block(Tone::Plain, &text, 0);
    }
}

/// `wlan0, 192.168.1.0/24`; several are joined by `and`. Of an interface that has both, IPv6 goes without saying.
fn names(spots: &[LocalSubnet]) -> String {
    let is_told = |spot: &&LocalSubnet| {
        let beside = |other: &LocalSubnet| other.interface == spot.interface && other.ip.is_ipv4();
        spot.ip.is_ipv4() || !spots.iter().any(beside)
    };
    let mut names: Vec<String> =
        spots.iter().filter(is_told).map(|spot| format!("{}, {}", spot.interface, spot.network)).collect();
    names.dedup();
    names.join(" and ")
}

/// `wlan0, eth0`.
fn interfaces(spots: &[LocalSubnet]) -> String {
    let mut names: Vec<&str> = spots.iter().map(|spot| &*spot.interface).collect();
    names.dedup();
    names.join(", ")
}
