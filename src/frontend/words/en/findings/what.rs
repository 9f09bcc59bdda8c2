//! What was found.

use ipnetwork::IpNetwork;

use super::super::{
    listening,
    lists::{counted, list, people},
};
use crate::domain::model::{CannotListen, Finding, FoundPeer, LocalSubnet, Unreached, Way, group};

/// The release of this program.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// What was found, in a sentence or two.
pub(crate) fn what(finding: &Finding) -> String {
    match finding {
        Finding::Closed => "The chat is on this machine only, so no one else on your network can find you.".to_owned(),
        Finding::Open(spots) if spots.is_empty() => "The chat is open to your network.".to_owned(),
        Finding::Open(spots) => {
            let names: Vec<String> = spots.iter().map(LocalSubnet::to_string).collect();
            format!("The chat is open to {}.", list(&names, "and"))
        }
        Finding::NoNetwork(why) => listening::no_network(why),
        Finding::PortFree(port) => format!("Port {port} is free to listen on."),
        Finding::CannotListen(why) => cannot_listen(why),
        Finding::RouteCaptured { interface, network, host, by: Some(by) } => {
            format!("Traffic for {host} in your own network {network} goes to {by}, not to {interface}.")
        }
        Finding::RouteCaptured { interface, network, host, by: None } => {
            format!("There is no route to {host}, although it is in your own network {network} ({interface}).")
        }
        Finding::NarrowMask { interface, ip } => {
            format!("The network mask of {interface} ({ip}/32) leaves no room for anyone else.")
        }
        Finding::RouterOutside { interface, router, networks } => {
            format!("The router {router} on {interface} is outside {}.", yours(networks))
        }
        Finding::NeighbourOutside { interface, ip, networks } => {
            format!("{ip} is on the same cable or Wi-Fi ({interface}), but outside {}.", yours(networks))
        }
        Finding::OthersAnswer(0) => "People on your network answer.".to_owned(),
        Finding::OthersAnswer(1) => "1 other machine on your network answers.".to_owned(),
        Finding::OthersAnswer(machines) => format!("{} other machines on your network answer.", group(*machines)),
        Finding::OnlyRouter { router, hosts } => {
            let addresses = group(*hosts);
            format!("Of {addresses} addresses only the router ({router}) answers: no one else can be seen.")
        }
        Finding::OtherVersion { who, release: Some(release) } => format!(
            "{} runs release {release} and you run {OURS}: these speak different versions of the protocol.",
            name(who)
        ),
        Finding::OtherVersion { who, release: None } => {
            format!("{} speaks another version of the protocol than your release {OURS}.", name(who))
        }
        Finding::Reachable(who) => format!("{} can connect to you.", name(who)),
        Finding::InboundBlocked { who, port, how, ports: _ } => {
            let port = port.map_or_else(|| "TCP".to_owned(), |port| format!("TCP {port}"));
            let how = match how {
                Unreached::Silent => "got no answer",
                Unreached::Refused => "was refused by this machine",
                Unreached::NoRoute => "found no route to this machine",
            };
            format!("{} tried to connect to you on {port} and {how}.", name(who))
        }
        Finding::PeerBlocked { addr, announced, how } => {
            let who = if *announced { "announces itself" } else { "is one of the addresses you gave" };
            let how = match how {
                Unreached::Silent => "does not answer",
                Unreached::Refused => "refuses the connection",
                Unreached::NoRoute => "cannot be reached from here",
            };
            format!("{addr} {who}, but {how}.")
        }
        Finding::AnnouncementsPass => "Announcements get through in both directions.".to_owned(),
        Finding::Mute { interface, error } => {
            format!("Announcements cannot be sent or received on {interface}: {error}.")
        }
        Finding::AnnouncementsLost { who, way } => match way {
            Way::Out => format!("Your announcements do not reach {}.", name(who)),
            Way::In => format!("The announcements of {} do not reach you.", name(who)),
            Way::Both => format!("Announcements get lost between you and {}, in both directions.", name(who)),
        },
        Finding::ClocksAgree => "The clocks agree.".to_owned(),
        Finding::ClockOff { who, minutes_ahead, ours } => {
            let whose = if *ours { "Your clock is wrong" } else { "Your clock or theirs is wrong" };
            let which = if *minutes_ahead > 0 { "ahead of" } else { "behind" };
            let apart = span(minutes_ahead.unsigned_abs());
            format!("{whose}: the clock of {} is {apart} {which} yours.", name(who))
        }
        Finding::FoundHere(number) => format!("{} found on this machine.", people(*number)),
        Finding::FoundBeyond(number) => format!("{} found.", people(*number)),
        Finding::NobodyFound { someone_here } => {
            let beyond = if *someone_here { " beyond this machine" } else { "" };
            format!("No one{beyond} was found, and nothing wrong can be seen from here.")
        }
    }
}

fn cannot_listen(why: &CannotListen) -> String {
    match why {
        CannotListen::AllInUse { ip, ports } if ports.count() == 1 => format!("Port {ports} on {ip} is in use."),
        CannotListen::AllInUse { ip, ports } => format!("Ports {ports} on {ip} are all in use."),
        CannotListen::NotOurs(ip) => format!("{ip} is not an address of this machine."),
        CannotListen::NotAllowed(addr) => format!("You are not allowed to listen on {addr}."),
        CannotListen::Other { addr, error } => format!("Cannot listen on {addr}: {error}."),
    }
}

/// `bob (10.77.0.30:4565)`, or the address alone.
fn name(who: &FoundPeer) -> String {
    match &who.nick {
        Some(nick) => format!("{nick} ({})", who.addr),
        None => who.addr.to_string(),
    }
}

/// `your network 10.77.0.0/24`.
fn yours(networks: &[IpNetwork]) -> String {
    let names: Vec<String> = networks.iter().map(IpNetwork::to_string).collect();
    match names.as_slice() {
        [] => "your network".to_owned(),
        [one] => format!("your network {one}"),
        several => format!("your networks {}", list(several, "and")),
    }
}

/// `7 minutes`, `3 hours`, `2 days`.
fn span(minutes: u64) -> String {
    let (number, unit) = match minutes {
        0..120 => (minutes, "minute"),
        120..2_880 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    counted(number, unit)
}
