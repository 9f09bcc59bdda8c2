//! What the message pane says while nobody is here: why that may be, and what to do.

use std::net::{IpAddr, SocketAddr};

use crate::domain::model::Nick;

const DELIVERED_LATER: &str = "What you write is delivered when someone joins.";

/// Nobody was found yet, and the search goes on.
pub(crate) fn looking(networks: &str, ports: (u16, u16)) -> String {
    let range = range(ports);
    let ports = if ports.0 == ports.1 { format!("port {range}") } else { format!("ports {range}") };
    format!("Looking for people on {networks}, {ports}…\n{DELIVERED_LATER}")
}

/// The people who were here have left.
pub(crate) fn left_alone() -> String {
    format!("No one else is here now. {DELIVERED_LATER} Ctrl-R searches again.")
}

/// How others see the user.
pub(crate) fn visible(nick: &Nick, addr: SocketAddr) -> String {
    format!("No one else is here yet. You are visible as \"{nick}\" at {addr}.")
}

/// Everything about a chat that is closed: what F2 does, why it may not work, and how to try the chat anyway.
pub(crate) fn only_here(ip: IpAddr, opens: &str, cause: Option<&str>, visible: &str) -> String {
    let cause = cause.map(|cause| format!("{cause}\n\n")).unwrap_or_default();
    format!(
        "You are on this machine only ({ip}): nothing you write leaves it.\n\
         {opens}\n\
         \n\
         {cause}\
         {visible}\n  \
           To try it out, start proximity-chat in a second terminal.\n\
         \n\
         Ctrl-R searches again. {DELIVERED_LATER}"
    )
}

/// The same in short.
pub(crate) fn only_here_in_short(ip: IpAddr, opens: &str) -> String {
    format!("No one else is here yet. You are on this machine only ({ip}).\n{opens}")
}

/// What to do if the cause is known.
pub(crate) fn with_cause(visible: &str, cause: &str) -> String {
    format!("{visible}\n\n{cause}\n\nKnow someone's address? Type  /connect ADDRESS\n{}", last())
}

/// What to check if the cause is not known. `found` is a sentence about what was found.
pub(crate) fn without_cause(visible: &str, found: Option<&str>, ports: (u16, u16)) -> String {
    let found = found.map(|found| format!("{found}\n")).unwrap_or_default();
    format!(
        "{visible}\n\
         {found}  \
           1. Others must be on the same network and have the program running.\n  \
           2. Guest Wi-Fi often keeps devices apart. Try a cable or another network.\n  \
           3. A firewall may block TCP {}. Allow it on both machines.\n  \
           4. Know someone's address? Type  /connect ADDRESS\n\
         \n\
         {}",
        range(ports),
        last()
    )
}

/// The same in short.
pub(crate) fn without_cause_in_short(visible: &str, ports: (u16, u16)) -> String {
    format!(
        "{visible}\n\
         Are the others on this network? A firewall may block TCP {}.\n\
         Ctrl-R searches again. Or type /connect ADDRESS.",
        range(ports)
    )
}

fn last() -> String {
    format!(
        "Ctrl-R searches again. {DELIVERED_LATER}\nFor more, run  proximity-chat doctor --lan  in another terminal."
    )
}

fn range((first, last): (u16, u16)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}
