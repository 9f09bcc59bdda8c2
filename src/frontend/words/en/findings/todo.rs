//! What to do about it.

use std::borrow::Cow;

use crate::domain::model::{CannotListen, Finding, PortRange, Unreached};

/// The ports that a firewall has to let in if the range is not known.
const USUAL_PORTS: &str = "4565:4569";

/// What to do about a finding; empty if there is nothing to do.
pub(crate) fn todo(finding: &Finding) -> Cow<'static, str> {
    let fixed = match finding {
        Finding::InboundBlocked { ports, .. } => return inbound(*ports).into(),
        Finding::CannotListen(why) => cannot_listen(why),
        Finding::PeerBlocked { how, .. } => blocked(*how),
        Finding::Closed => "To open it to your network, press F2 in the chat or start it with --lan.",
        Finding::RouteCaptured { .. } => {
            "A VPN often causes this. Let it leave your local network alone (\"allow LAN access\", split tunnelling), or \
             disconnect it while you chat."
        }
        Finding::NarrowMask { .. } => {
            "Set the real mask of the network, usually 255.255.255.0 (/24), or let DHCP set it."
        }
        Finding::RouterOutside { .. } => {
            "The network mask or the address is wrong. Let DHCP set them, or compare them with another machine's."
        }
        Finding::NeighbourOutside { .. } => {
            "Your network mask or theirs is wrong, or two networks share the cable. Compare both with the router's; DHCP \
             usually sets them right."
        }
        Finding::OnlyRouter { .. } => {
            "Guest Wi-Fi and some access points keep devices apart (\"client isolation\"). Use a cable or another \
             network, or switch that off. If you are the only one here, all is well."
        }
        Finding::OtherVersion { .. } => "Update the older of the two programs.",
        Finding::Mute { .. } | Finding::AnnouncementsLost { .. } => {
            "The sweep still finds people, only more slowly. Allow multicast, and UDP on the lowest port of the range, in \
             the firewall. Switch off \"IGMP snooping\" or \"multicast filtering\" in the router."
        }
        Finding::ClockOff { ours: true, .. } => "Set this machine's clock, or turn on its time synchronisation.",
        Finding::ClockOff { ours: false, .. } => {
            "Set the wrong clock, or turn on its time synchronisation: lines are ordered by time."
        }
        Finding::NobodyFound { .. } => {
            "Are the others on this same network, and is their chat open to it (F2)? If so, run this there, too."
        }
        // What was found about a missing network already says what to do.
        Finding::NoNetwork(_)
        | Finding::Open(_)
        | Finding::PortFree(_)
        | Finding::OthersAnswer(_)
        | Finding::Reachable(_)
        | Finding::AnnouncementsPass
        | Finding::ClocksAgree
        | Finding::FoundHere(_)
        | Finding::FoundBeyond(_) => "",
    };
    fixed.into()
}

fn inbound(ports: Option<PortRange>) -> String {
    let tcp = ports.map_or_else(|| "TCP".to_owned(), |ports| format!("TCP {ports}"));
    let range = ports.map_or_else(|| USUAL_PORTS.to_owned(), |ports| format!("{}:{}", ports.min(), ports.max()));
    format!("A firewall on this machine blocks it. Allow incoming {tcp}, for example with: ufw allow {range}/tcp")
}

const fn cannot_listen(why: &CannotListen) -> &'static str {
    match why {
        CannotListen::AllInUse { .. } => {
            "To see which programs use them, run: ss -ltnp. Close those programs, or give everyone the same new range."
        }
        CannotListen::NotOurs(_) => {
            "Give one of this machine's addresses with --ip, or 127.0.0.1 for this machine only."
        }
        CannotListen::NotAllowed(_) => "Ports below 1024 need special rights. Choose higher ones with --min-port.",
        CannotListen::Other { .. } => "Correct --ip, or leave it out.",
    }
}

const fn blocked(how: Unreached) -> &'static str {
    match how {
        Unreached::Refused => {
            "Is the program running there, on that port? If it is, a firewall there or here refuses the connection."
        }
        Unreached::NoRoute => "It is on another network, and no route leads there. Correct the address or the routes.",
        Unreached::Silent => {
            "A firewall may block it: allow incoming TCP on that port there, and outgoing TCP here. Or the access point \
             keeps you apart."
        }
    }
}
