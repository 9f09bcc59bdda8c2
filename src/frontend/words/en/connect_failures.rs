//! Why an address that the user gave is not connected.

use std::time::Duration;

use super::lists::counted;
use crate::domain::bus::{ConnectFailure, NoLink};

/// What happened, and what the user can do.
pub(super) fn connect_failure(failure: &ConnectFailure) -> String {
    match failure {
        ConnectFailure::Closed(target) => format!(
            "{target} is not on this machine, and the chat is limited to this machine. To open it to your network, press \
             F2 or type /lan on."
        ),
        ConnectFailure::OwnAddress(target) => {
            format!("{target} is your own address. Give the address of someone else.")
        }
        ConnectFailure::Full { target, places } => {
            format!("No room for {target}: {places} people are connected already. Try again when someone has left.")
        }
        ConnectFailure::NotLinked { target, why, from, tries, took, again } => {
            let took = took.max(&Duration::from_secs(1)).as_secs();
            let tries = format!("({}, {took} s)", counted(*tries, "attempt"));
            let mut text = match why {
                NoLink::NoRoute => {
                    format!("No route from {from} to {target}. Is it on one of this machine's networks?")
                }
                NoLink::NoAnswer => format!("No answer from {target} {tries}. Is the program running there?"),
                NoLink::NotAChat => format!("{target} answers, but it is not a chat {tries}. Is the port right?"),
                NoLink::Ended => {
                    format!("{target} closes the connection {tries}. Is it a chat, and does it have room for you?")
                }
                NoLink::Unproven => {
                    format!("{target} answers, but does not prove its key {tries}, so it is not let in.")
                }
                NoLink::GuestsClosed => format!(
                    "{target} is a guest: it speaks plain text only, and guests from there are not let in {tries}. To let \
                     them in, start with --guests network; everyone on the network can then read what is said."
                ),
                NoLink::Downgrade => format!(
                    "{target} was secure before and now speaks plain text only {tries}. Someone else may be there, so it \
                     is not let in."
                ),
                NoLink::FullThere => format!("{target} has no room for you {tries}. Try again later."),
                NoLink::FullHere => format!(
                    "{target} answered, but all places for strangers are taken here {tries}. Try again when someone has \
                     left."
                ),
                NoLink::Version => format!(
                    "{target} speaks another version of the protocol {tries}. Update the older of the two programs."
                ),
                NoLink::Refused => format!(
                    "{target} refuses your connection {tries}. It may believe you are already connected. To try again, \
                     press Ctrl-R."
                ),
            };
            if *again {
                text.push_str(" Your program tries again from time to time.");
            }
            text
        }
    }
}
