//! The network the chat is open to, and what is wrong there.

use super::{Node, Status};
use crate::{
    domain::{
        bus::NetworkStatus,
        model::{Fault, Finding, LocalSubnet, Network, NoNetwork, Severity},
    },
    frontend::{
        tui::app::conversation::Tone,
        words::{answers::NOT_READY, listening::no_network, network as words},
    },
};

/// How many networks are named if it is not certain which one this is, the last visited one first.
const MAX_NAMES: usize = 3;

/// What a new network status changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NetworkChange {
    /// Whether the chat is now on another network, with another room.
    pub moved: bool,
    /// What to say about it.
    pub notice: Option<(Tone, String)>,
}

impl Status {
    /// The network, as long as there is a node on it.
    fn present(&self) -> Option<&NetworkStatus> {
        self.network.as_ref().filter(|_| self.node != Node::Gone)
    }

    /// Whether the node has reported its network.
    pub(crate) const fn knows_network(&self) -> bool {
        self.network.is_some()
    }

    /// The network that is on the screen, for commands that are meant for it alone.
    pub(crate) fn network(&self) -> Option<Network> {
        self.network.as_ref().map(|network| network.network.clone())
    }

    /// Whether it is certain which network this is.
    pub(crate) fn is_certain(&self) -> bool {
        self.present().is_none_or(|network| network.certain || network.lost.is_some())
    }

    /// Whether people beyond this machine can be met.
    pub(crate) fn is_open(&self) -> bool {
        self.network.as_ref().is_some_and(|network| network.open)
    }

    /// Whether nothing leaves this machine because the user has not opened the chat, as far as is known.
    pub(crate) fn is_closed(&self) -> bool {
        self.present().is_some_and(|network| !network.open && network.lost.is_none())
    }

    /// Whether F2 would open the chat to a network.
    pub(crate) fn can_open(&self) -> bool {
        self.is_closed() && self.present().is_some_and(|network| network.offer.is_ok())
    }

    /// Why there is no network although there should be one.
    pub(crate) fn lost(&self) -> Option<&NoNetwork> {
        self.present()?.lost.as_ref()
    }

    /// The network in a few words; the fullest first.
    pub(crate) fn network_names(&self) -> Vec<String> {
        match self.present() {
            None => Vec::new(),
            Some(network) if network.lost.is_some() => vec![words::NO_NETWORK.to_owned()],
            Some(network) if !network.open => vec![words::THIS_MACHINE_ONLY.to_owned()],
            Some(network) => vec![self.opened_to(network), interfaces(&network.spots)],
        }
    }

    /// The networks that are searched for people: `192.168.1.0/24`. This machine is left out if there are others.
    pub(super) fn searched(&self) -> String {
        let Some(network) = &self.network else { return words::THIS_MACHINE.to_owned() };
        let beyond: Vec<_> = network.sweep.iter().filter(|network| !network.ip().is_loopback()).collect();
        let all = if beyond.is_empty() { network.sweep.iter().collect() } else { beyond };
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// What the chat is open to. If the user gave an address that is on none of the interfaces, it is what is searched.
    fn opened_to(&self, network: &NetworkStatus) -> String {
        if network.spots.is_empty() { self.searched() } else { names(&network.spots) }
    }

    /// What F2 does while the chat is closed.
    pub(super) fn offer(&self) -> String {
        match self.network.as_ref().map(|network| &network.offer) {
            Some(Err(why)) => words::cannot_open(&no_network(why)),
            Some(Ok(spots)) if !spots.is_empty() => words::opens(Some(&names(spots))),
            _ => words::opens(None),
        }
    }

    /// The worst of what keeps people from meeting, if it is known.
    pub(crate) fn reason(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.severity() != Severity::Fine)
    }

    /// The same, if there is something to do about it that the pane does not say anyway.
    pub(super) fn cause(&self) -> Option<&Finding> {
        self.reason().filter(|finding| !matches!(finding.fault(), Fault::Closed | Fault::NobodyFound))
    }

    /// The node reports its network. What was known about another one is forgotten.
    pub(crate) fn set_network(&mut self, network: NetworkStatus) -> NetworkChange {
        let Some(before) = self.network.replace(network) else {
            return NetworkChange { moved: false, notice: self.lost_notice().or_else(|| self.doubt_notice()) };
        };
        let Some(network) = &self.network else { return NetworkChange { moved: false, notice: None } };
        let renamed = before.network != network.network;
        // What is on the screen belongs to the network that this one turned out to be.
        let joined = renamed && network.joined.contains(&before.network);
        let moved = renamed && !joined;
        let changed = before.open != network.open || moved || names(&before.spots) != names(&network.spots);
        let notice = match (&before.lost, &network.lost) {
            (None, Some(_)) => self.lost_notice(),
            (Some(_), None) if !changed => Some((Tone::Dim, words::BACK.to_owned())),
            _ if joined => Some((Tone::Plain, words::KNOWN_AFTER_ALL.to_owned())),
            _ if changed && network.open => {
                let to = self.opened_to(network);
                Some((Tone::Plain, words::opened(&to, moved, doubt(network).as_deref())))
            }
            _ if changed => Some((Tone::Plain, words::closed(moved))),
            _ => None,
        };
        if moved {
            (self.sync, self.sweep, self.unsent, self.left_out, self.withheld) = (None, None, 0, 0, 0);
            self.findings.clear();
        }
        NetworkChange { moved, notice }
    }

    fn lost_notice(&self) -> Option<(Tone, String)> {
        let lost = no_network(self.network.as_ref()?.lost.as_ref()?);
        Some((Tone::Error, words::lost(&lost)))
    }

    /// What to say at the start if it is not certain which network this is.
    fn doubt_notice(&self) -> Option<(Tone, String)> {
        doubt(self.network.as_ref()?).map(|doubt| (Tone::Plain, doubt))
    }

    /// The answer to `/lan`.
    pub(crate) fn describe_network(&self) -> String {
        match &self.network {
            None => NOT_READY.to_owned(),
            Some(NetworkStatus { lost: Some(lost), .. }) => words::is_lost(&no_network(lost)),
            Some(status) if status.open => {
                words::is_open(&self.opened_to(status), &status.network, status.certain, doubt(status).as_deref())
            }
            Some(NetworkStatus { offer: Err(why), .. }) => words::cannot_be_opened(&no_network(why)),
            Some(NetworkStatus { offer: Ok(spots), .. }) => {
                let to = if spots.is_empty() { words::YOUR_NETWORK.to_owned() } else { names(spots) };
                words::is_closed(&to)
            }
        }
    }
}

/// What the user can do if this may be a network that they know.
fn doubt(status: &NetworkStatus) -> Option<String> {
    words::doubt(&status.may_be, MAX_NAMES)
}

/// `wlan0, 192.168.1.0/24`; several are joined by `and`. The IPv6 network of an interface that has both is left out.
fn names(spots: &[LocalSubnet]) -> String {
    let is_told = |spot: &&LocalSubnet| {
        let beside = |other: &LocalSubnet| other.interface == spot.interface && other.ip.is_ipv4();
        spot.ip.is_ipv4() || !spots.iter().any(beside)
    };
    let mut names: Vec<String> =
        spots.iter().filter(is_told).map(|spot| words::name(&spot.interface, &spot.network.to_string())).collect();
    names.dedup();
    words::all(&names)
}

/// `wlan0, eth0`.
fn interfaces(spots: &[LocalSubnet]) -> String {
    let mut names: Vec<&str> = spots.iter().map(|spot| &*spot.interface).collect();
    names.dedup();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(open: bool, name: &str) -> NetworkStatus {
        NetworkStatus {
            open,
            network: Network::new(name).unwrap(),
            certain: true,
            may_be: Vec::new(),
            joined: Vec::new(),
            addrs: Vec::new(),
            spots: Vec::new(),
            sweep: vec!["127.0.0.1/32".parse().unwrap(), "10.0.0.0/24".parse().unwrap()],
            offer: Ok(Vec::new()),
            lost: None,
        }
    }

    fn gone() -> NoNetwork {
        NoNetwork::AddressesLost(vec!["wlan0".into()])
    }

    fn said(change: NetworkChange) -> (bool, String) {
        (change.moved, change.notice.map(|(_, text)| text).unwrap_or_default())
    }

    #[test]
    fn the_first_report_is_shown_only_without_a_network() {
        assert_eq!(said(Status::default().set_network(status(true, "a"))), (false, String::new()));
        let lost = NetworkStatus { lost: Some(gone()), ..status(true, "a") };
        let text = "No network: wlan0 has lost its address. Trying again; you can keep writing.";
        assert_eq!(said(Status::default().set_network(lost)), (false, text.into()));
    }

    #[test]
    fn what_was_known_about_another_network_is_forgotten() {
        let mut some = Status::default();
        some.set_network(status(false, "a"));
        (some.sync, some.unsent, some.left_out) = (Some((1, 2)), 3, 4);
        let text = "The chat is now open to your network: 10.0.0.0/24. F2 closes it.";
        assert_eq!(said(some.set_network(status(true, "a"))), (false, text.into()));
        assert_eq!((some.sync, some.unsent, some.left_out), (Some((1, 2)), 3, 4));
        let (moved, text) = said(some.set_network(status(true, "b")));
        assert!(moved && text.contains("Lines from other networks are not shown here."), "{text}");
        assert_eq!((some.sync, some.unsent, some.left_out), (None, 0, 0));
    }

    #[test]
    fn a_network_that_comes_back_is_reported() {
        let mut some = Status::default();
        some.set_network(status(true, "a"));
        some.set_network(NetworkStatus { lost: Some(gone()), ..status(true, "a") });
        assert_eq!(some.lost(), Some(&gone()));
        assert_eq!(some.network_names(), ["no network"]);
        assert_eq!(said(some.set_network(status(true, "a"))), (false, words::BACK.into()));
    }
}
