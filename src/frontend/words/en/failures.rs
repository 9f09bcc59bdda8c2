//! Why something the user asked for did not work.

use super::{
    connect_failures::connect_failure,
    disk::{store_failure, trouble, trouble_advice},
    listening::no_network,
    lists::list,
    people::candidate,
    rooms::room_failure,
    trust_notices::with_key,
};
use crate::domain::{
    bus::{Candidate, Failure, NetworkFailure, Stale, StorageFailure, TrustFailure, VerifyFailure, WhoFailure},
    model::{DiskTrouble, NotTheSame},
};

/// One or more sentences: what happened, and what the user can do.
pub fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Connect(failure) => connect_failure(failure),
        Failure::Who(failure) => who_failure(failure),
        Failure::Trust(failure) => trust_failure(failure),
        Failure::Verify(failure) => verify_failure(failure),
        Failure::Room(failure) => room_failure(failure),
        Failure::Storage(failure) => storage_failure(failure),
        Failure::Moved(Stale::Line(text)) => {
            format!(
                "Not sent: the chat has moved to another network. If the line is for this one, send it again: {text}"
            )
        }
        Failure::Moved(Stale::Erase) => {
            "Nothing was erased: the chat has moved to another network. To erase its history, type /erase.".to_owned()
        }
        Failure::Network(failure) => network_failure(failure),
    }
}

fn who_failure(failure: &WhoFailure) -> String {
    match failure {
        WhoFailure::Nobody(who) => format!("No one is known as \"{who}\". To see who is here, type /who."),
        WhoFailure::OnlyAlike { who, people } => {
            format!("No one has exactly the name \"{who}\". Do you mean {}?", list(&candidates(people), "or"))
        }
        WhoFailure::Several { who, people } => {
            format!("\"{who}\" may be any of these: {}. Type one of them.", candidates(people).join(", "))
        }
    }
}

/// Names that the user can type, each with how well that person is known: `bob#461a (verified)`.
fn candidates(people: &[Candidate]) -> Vec<String> {
    people.iter().map(|Candidate { name, trust }| format!("{name} ({})", candidate(*trust))).collect()
}

fn trust_failure(failure: &TrustFailure) -> String {
    match failure {
        TrustFailure::Guest { name } => {
            format!("{name} is a guest: nothing proves who that is, so there is nothing to trust.")
        }
        TrustFailure::CodesDiffer(key) => format!(
            "You compared codes with {}, and they differed. To compare again, type /verify {name}; to forget the \
             result, type /unverify {name}.",
            with_key(key),
            name = key.name
        ),
        TrustFailure::Displaces { key, nick, rival, verified } => format!(
            "This takes the name {nick} from key {}, {}, and gives it to key {}. If you want that, type  /trust {} yes",
            rival.short(),
            if *verified { "which you have verified" } else { "which is here now" },
            key.node.short(),
            key.name
        ),
        TrustFailure::NotTrusted(key) => format!("{} was not trusted. Nothing has changed.", with_key(key)),
        TrustFailure::NotIgnored { name } => format!("You do not ignore {name}. Nothing has changed."),
        TrustFailure::NotVerified(key) => {
            format!("You have not compared codes with {}. Nothing has changed.", with_key(key))
        }
    }
}

fn verify_failure(failure: &VerifyFailure) -> String {
    match failure {
        VerifyFailure::Guest { name } => {
            format!("{name} is a guest and has no key, so there are no codes to compare.")
        }
        VerifyFailure::Absent { name } => format!("{name} is not here. Both of you must be here to compare codes."),
        VerifyFailure::Incapable { name } => format!("{name}'s program cannot compare codes."),
        VerifyFailure::NoCode { name } => {
            format!("There is no code to compare with {name}. To get one, type /verify {name}.")
        }
        VerifyFailure::TooSoon(wait) => {
            format!("You compared codes a moment ago. Try again in {} s.", wait.as_secs() + 1)
        }
        VerifyFailure::UnderWay => "You are already comparing codes. Wait for the code.".to_owned(),
    }
}

fn storage_failure(failure: &StorageFailure) -> String {
    match failure {
        StorageFailure::NoTime => {
            "Nothing can be sent: your clock, or the clock of someone here, is beyond the year 2200. Set it right."
                .to_owned()
        }
        StorageFailure::TooManyQueries => "Too many searches at once. Wait a moment and try again.".to_owned(),
        StorageFailure::Request(failure) => store_failure(failure),
        StorageFailure::Disk(failure) if failure.trouble == DiskTrouble::Failing => format!(
            "{} Until the disk works, you can read but not send. Lines from others are shown but not stored.",
            store_failure(failure)
        ),
        StorageFailure::Disk(failure) => format!(
            "Nothing can be stored: {}. You can read but not send; lines from others are shown. {} The chat then \
             continues by itself.",
            trouble(failure.trouble),
            trouble_advice(failure.trouble)
        ),
    }
}

fn network_failure(failure: &NetworkFailure) -> String {
    match failure {
        NetworkFailure::CannotOpen(why) => no_network(why),
        NetworkFailure::NotTheSame(NotTheSame::Certain) => {
            "There is nothing to confirm: /lan shows which network this is.".to_owned()
        }
        NetworkFailure::NotTheSame(NotTheSame::Unknown) => {
            "This cannot be a network of that name. /lan lists the networks that it may be.".to_owned()
        }
        NetworkFailure::Ended { reason } => reason.clone(),
        NetworkFailure::StaysClosed { reason } => {
            format!("{reason} The chat stays on this machine. To try again, press F2 or type /lan on.")
        }
        NetworkFailure::PortTaken { port, ip } => {
            format!(
                "Port {port} is in use on {ip}, so no one can reach you there. To use another port, restart the program."
            )
        }
        NetworkFailure::CannotListen { addr, reason } => {
            format!("Cannot listen on {addr}: {reason}. No one can reach you there.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{Trust, Who};

    #[test]
    fn an_ambiguous_name_lists_the_people_it_could_mean() {
        let who = || Who::new("bob").unwrap();
        let people = || {
            let person = |name: &str, trust| Candidate { name: name.to_owned(), trust };
            vec![person("bob#461a", Trust::Verified), person("bob#dc14", Trust::New)]
        };
        assert_eq!(
            who_failure(&WhoFailure::Several { who: who(), people: people() }),
            "\"bob\" may be any of these: bob#461a (verified), bob#dc14 (new). Type one of them."
        );
        assert_eq!(
            who_failure(&WhoFailure::OnlyAlike { who: who(), people: people() }),
            "No one has exactly the name \"bob\". Do you mean bob#461a (verified) or bob#dc14 (new)?"
        );
    }
}
