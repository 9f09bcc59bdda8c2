//! What the dialing machine tells the user in words. Its sentences are here and nowhere else in this folder.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::address_book::TRIES_WHEN_ASKED;
use crate::{
    core::{budgets::MAX_NODES, node::transport::DialFailure},
    domain::{
        bus::{FailureCode, NoticeCode, Update},
        model::Target,
    },
    protocol::codec::mesh::Reason,
};

/// Why an address that the user named is not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::core::node) enum NoLink {
    /// The dial failed.
    Dial(DialFailure),
    /// The other side refused, with its reason if it gave one.
    Refused(Option<Reason>),
    /// Somebody answered, and there is no place for them here.
    NoPlace,
    /// A reference node is there, and such are not let in from there.
    Guest,
    /// What was secure speaks plain text now.
    Downgrade,
}

pub(super) fn beyond_this_machine(target: Target) -> Update {
    let text = format!(
        "{target} is beyond this machine, and nothing leaves it now. F2, or /lan on, opens the chat to your network."
    );
    Update::Failed { code: FailureCode::Unreachable, text }
}

pub(super) fn here_already(addr: SocketAddr) -> Update {
    Update::Notice { code: NoticeCode::Connect, text: format!("{addr} is here already.") }
}

pub(super) fn own_address(target: Target) -> Update {
    let text = format!("{target} is this node itself. Give the address of somebody else.");
    Update::Failed { code: FailureCode::OwnAddress, text }
}

pub(super) fn no_room(target: Target) -> Update {
    let text = format!("{MAX_NODES} people are here already; there is no room for {target}.");
    Update::Failed { code: FailureCode::RoomFull, text }
}

pub(super) fn dialling(target: Target) -> Update {
    Update::Notice { code: NoticeCode::Connect, text: format!("Dialling {target}…") }
}

/// Nobody answers at `target`, or nobody that we want. `from` is the address that we dial from; `again` says whether it is
/// tried again for ever.
pub(super) fn not_linked(target: Target, why: NoLink, from: IpAddr, took: Duration, again: bool) -> Update {
    let took = took.max(Duration::from_secs(1)).as_secs();
    let tries = format!("({TRIES_WHEN_ASKED} tries, {took} s)");
    let (code, mut text) = match why {
        NoLink::Dial(DialFailure::Unreachable) => (
            FailureCode::Unreachable,
            format!("There is no way from {from} to {target}. Is it on a network that this machine is in?"),
        ),
        NoLink::Dial(DialFailure::Protocol) => {
            (FailureCode::NoAnswer, format!("{target} answers, but not as a chat node {tries}. Is it the right port?"))
        }
        NoLink::Dial(DialFailure::Ended) => (
            FailureCode::NoAnswer,
            format!("{target} ends the connection {tries}. Is it a chat node, and has it room for one more?"),
        ),
        NoLink::Dial(DialFailure::Untrusted) => (
            FailureCode::NoAnswer,
            format!("{target} answers, but does not prove who it is {tries}. It is not let in."),
        ),
        NoLink::Guest | NoLink::Dial(DialFailure::NotTls) => (
            FailureCode::Refused,
            format!(
                "{target} speaks plain text only, and guests are not let in from there {tries}. --guests network \
                 lets them in, where everybody can read what is said."
            ),
        ),
        NoLink::Downgrade => (
            FailureCode::Refused,
            format!(
                "{target} was secure before and speaks plain text only now {tries}. Somebody else may be there; it \
                 is not let in."
            ),
        ),
        NoLink::Dial(DialFailure::Refused | DialFailure::Timeout) => {
            (FailureCode::NoAnswer, format!("No answer from {target} {tries}. Is the program open there?"))
        }
        NoLink::Refused(Some(Reason::Full)) => {
            (FailureCode::Refused, format!("{target} has no room for one more {tries}."))
        }
        NoLink::NoPlace => (
            FailureCode::RoomFull,
            format!(
                "{target} answered, but all places for strangers are taken here {tries}. Try again when somebody has left."
            ),
        ),
        NoLink::Refused(Some(Reason::Version)) => (
            FailureCode::Refused,
            format!("{target} speaks another version of the protocol {tries}. The older program needs an update."),
        ),
        NoLink::Refused(_) => (
            FailureCode::Refused,
            format!("{target} does not let us in {tries}. Perhaps it still knows us from before; Ctrl-R tries again."),
        ),
    };
    if again {
        text.push_str(" It is tried again from time to time.");
    }
    Update::Failed { code, text }
}
