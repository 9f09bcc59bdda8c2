//! How it is said that lines wait on other networks.

use crate::domain::{bus::Elsewhere, model::Network};

/// Whether what waits there was said to nobody else: on this machine alone, or while there was no network.
pub(crate) fn is_local(network: &Network) -> bool {
    *network == Network::loopback() || *network == Network::awaited()
}

/// What waits on one network, as the subject of a sentence: `2 lines that you said on the network office`.
fn lines(Elsewhere { network, lines }: &Elsewhere) -> String {
    let count = if *lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    if *network == Network::loopback() {
        format!("{count} that you typed on this machine alone")
    } else if *network == Network::awaited() {
        format!("{count} that you typed without a network")
    } else {
        format!("{count} that you said on the network {network}")
    }
}

/// The sentence for a user on the network `here`, or on this machine alone. `way` is what says the lines here.
pub(crate) fn sentence(elsewhere: &Elsewhere, here: Option<&Network>, way: &str) -> String {
    let (lines, one) = (lines(elsewhere), elsewhere.lines == 1);
    match here {
        None => format!(
            "{lines} reached nobody yet. {} there until somebody comes.",
            if one { "It waits" } else { "They wait" }
        ),
        Some(here) if is_local(&elsewhere.network) => {
            format!(
                "{lines} reached nobody. {way} {} here, to the network {here}.",
                if one { "says it" } else { "says them" }
            )
        }
        Some(here) => {
            let (wait, it) = if one { ("It waits", "it") } else { ("They wait", "them") };
            format!("{lines} reached nobody. {wait} there; {way} says {it} here as well, to the network {here}.")
        }
    }
}

/// What to say when the program ends, if lines wait.
pub(crate) fn last_words(waiting: &[Elsewhere]) -> Option<String> {
    let all: Vec<String> = waiting.iter().filter(|one| one.lines > 0).map(lines).collect();
    let (last, others) = all.split_last()?;
    let what = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
    Some(format!(
        "{what} reached nobody yet. What waits goes out when the chat is open there again, and somebody comes."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(network: &str, lines: u64, here: Option<&str>) -> String {
        let network = Network::new(network).unwrap();
        let here = here.map(|name| Network::new(name).unwrap());
        sentence(&Elsewhere { network, lines }, here.as_ref(), "Enter")
    }

    #[test]
    fn who_leaves_is_told_what_waits_and_where() {
        let waiting = |name: &str, lines| Elsewhere { network: Network::new(name).unwrap(), lines };
        assert_eq!(last_words(&[waiting("office", 0)]), None);
        assert_eq!(
            last_words(&[waiting("office", 1), waiting("loopback", 2)]).unwrap(),
            "1 line that you said on the network office and 2 lines that you typed on this machine alone reached nobody yet. \
             What waits goes out when the chat is open there again, and somebody comes."
        );
    }

    #[test]
    fn the_user_is_told_how_many_where_and_what_he_can_do() {
        assert_eq!(
            said("loopback", 1, Some("office")),
            "1 line that you typed on this machine alone reached nobody. Enter says it here, to the network office."
        );
        assert_eq!(
            said("home", 2, Some("office")),
            "2 lines that you said on the network home reached nobody. They wait there; Enter says them here as well, to the \
             network office."
        );
        assert_eq!(
            said("home", 1, None),
            "1 line that you said on the network home reached nobody yet. It waits there until somebody comes."
        );
        assert!(
            said("no network", 2, Some("office"))
                .starts_with("2 lines that you typed without a network reached nobody.")
        );
    }
}
