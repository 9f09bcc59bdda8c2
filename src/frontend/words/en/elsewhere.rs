//! Lines wait on other networks.

use super::lists::list;
use crate::domain::{bus::Elsewhere, model::Network};

/// What waits on one network, as the subject of a sentence: `2 lines you wrote on the network office`.
fn lines(Elsewhere { network, lines }: &Elsewhere) -> String {
    let count = if *lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    if *network == Network::loopback() {
        format!("{count} you wrote while the chat was limited to this machine")
    } else if *network == Network::awaited() {
        format!("{count} you wrote without a network")
    } else {
        format!("{count} you wrote on the network {network}")
    }
}

/// The sentence for a user on the network `here`, or on this machine only. `way` is what sends the lines here.
pub(crate) fn sentence(elsewhere: &Elsewhere, here: Option<&Network>, way: &str) -> String {
    let (lines, one) = (lines(elsewhere), elsewhere.lines == 1);
    let (wait, it) = if one { ("It waits", "it") } else { ("They wait", "them") };
    match here {
        None => format!("{lines} reached nobody yet. {wait} there until someone joins."),
        Some(here) if elsewhere.network.is_local() => {
            format!("{lines} reached nobody. {way} sends {it} here, to the network {here}.")
        }
        Some(here) => {
            format!("{lines} reached nobody. {wait} there; {way} sends {it} here too, to the network {here}.")
        }
    }
}

/// What to say when the program ends, if lines wait.
pub(crate) fn last_words(waiting: &[Elsewhere]) -> Option<String> {
    let all: Vec<String> = waiting.iter().filter(|one| one.lines > 0).map(lines).collect();
    if all.is_empty() {
        return None;
    }
    let are = if waiting.iter().map(|one| one.lines).sum::<u64>() == 1 { "It is" } else { "They are" };
    Some(format!(
        "{} reached nobody yet. {are} delivered when the chat is used there again and someone joins.",
        list(&all, "and")
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
    fn last_words_say_what_waits_and_where() {
        let waiting = |name: &str, lines| Elsewhere { network: Network::new(name).unwrap(), lines };
        assert_eq!(last_words(&[waiting("office", 0)]), None);
        assert_eq!(
            last_words(&[waiting("office", 1), waiting("loopback", 2)]).unwrap(),
            "1 line you wrote on the network office and 2 lines you wrote while the chat was limited to this machine \
             reached nobody yet. They are delivered when the chat is used there again and someone joins."
        );
    }

    #[test]
    fn the_sentence_says_how_many_where_and_what_to_do() {
        assert_eq!(
            said("loopback", 1, Some("office")),
            "1 line you wrote while the chat was limited to this machine reached nobody. Enter sends it here, to the \
             network office."
        );
        assert_eq!(
            said("home", 2, Some("office")),
            "2 lines you wrote on the network home reached nobody. They wait there; Enter sends them here too, to the \
             network office."
        );
        assert_eq!(
            said("home", 1, None),
            "1 line you wrote on the network home reached nobody yet. It waits there until someone joins."
        );
        assert!(
            said("no network", 2, Some("office")).starts_with("2 lines you wrote without a network reached nobody.")
        );
    }
}
