//! The network that the chat is open to.

use crate::domain::model::Network;

/// In the tab bar while there is no network although there should be one.
pub(crate) const NO_NETWORK: &str = "no network";

/// In the tab bar while the chat is closed.
pub(crate) const THIS_MACHINE_ONLY: &str = "this machine only";

/// What is searched if no network is known.
pub(crate) const THIS_MACHINE: &str = "this machine";

/// What F2 opens the chat to if that has no name.
pub(crate) const YOUR_NETWORK: &str = "your network";

/// There is a network again.
pub(crate) const BACK: &str = "The network is back.";

/// The network turned out to be a known one.
pub(crate) const KNOWN_AFTER_ALL: &str = "This is a network you have used before. The messages from then are shown.";

/// A network, by its interface and its addresses: `wlan0, 192.168.1.0/24`.
pub(crate) fn name(interface: &str, network: &str) -> String {
    format!("{interface}, {network}")
}

/// Several networks: `wlan0, 192.168.1.0/24 and eth0, 10.0.0.0/8`.
pub(crate) fn all(names: &[String]) -> String {
    names.join(" and ")
}

/// What F2 does while the chat is closed.
pub(crate) fn opens(to: Option<&str>) -> String {
    match to {
        Some(to) => format!("F2 opens the chat to your network ({to})."),
        None => "F2 opens the chat to your network.".to_owned(),
    }
}

/// Why F2 does nothing while the chat is closed; `why` is a sentence.
pub(crate) fn cannot_open(why: &str) -> String {
    format!("F2 cannot open the chat to your network now. {why}")
}

/// The chat was opened; `moved`: from another network.
pub(crate) fn opened(to: &str, moved: bool, doubt: Option<&str>) -> String {
    let moved = if moved { " Lines from other networks are not shown here." } else { "" };
    sentences(&format!("The chat is now open to your network: {to}.{moved} F2 closes it."), doubt)
}

/// The chat was closed; `moved`: it was on a network before.
pub(crate) fn closed(moved: bool) -> String {
    let moved = if moved { " Lines from the network are not shown here." } else { "" };
    format!("The chat is now on this machine only.{moved}")
}

/// The network is lost; `why` is a sentence.
pub(crate) fn lost(why: &str) -> String {
    format!("{why} Trying again; you can keep writing.")
}

/// What to do if this may be a network that the user knows; `None` if there is no doubt. At most `most` are named.
pub(crate) fn doubt(may_be: &[Network], most: usize) -> Option<String> {
    match may_be {
        [] => None,
        [one] => Some(format!("This may be the network {one}. If it is, type /lan same to see its messages.")),
        several => {
            let names: Vec<&str> = several.iter().map(Network::as_str).take(most).collect();
            Some(format!(
                "This may be one of these networks: {}. If it is, type /lan same NETWORK to see its messages.",
                names.join("; ")
            ))
        }
    }
}

/// The answer to `/lan` while there is no network; `why` is a sentence.
pub(crate) fn is_lost(why: &str) -> String {
    format!("{why} Until there is a network, the chat is on this machine only.")
}

/// The answer to `/lan` while the chat is open.
pub(crate) fn is_open(to: &str, network: &Network, certain: bool, doubt: Option<&str>) -> String {
    let certain = if certain { "certain" } else { "not certain" };
    let text = format!("The chat is open to {to}. F2 or /lan off closes it.\n  Network: {network} ({certain})");
    doubt.map_or_else(|| text.clone(), |doubt| format!("{text}\n  {doubt}"))
}

/// The answer to `/lan` while the chat is closed and can be opened.
pub(crate) fn is_closed(to: &str) -> String {
    format!("The chat is on this machine only. F2 or /lan on opens it to {to}.")
}

/// The answer to `/lan` while the chat is closed and cannot be opened; `why` is a sentence.
pub(crate) fn cannot_be_opened(why: &str) -> String {
    format!("The chat is on this machine only. {why}")
}

fn sentences(text: &str, more: Option<&str>) -> String {
    more.map_or_else(|| text.to_owned(), |more| format!("{text} {more}"))
}
