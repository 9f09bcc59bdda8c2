//! What the trust machine tells the user in words. Its sentences are here and nowhere else in this folder.

use std::net::SocketAddr;

use crate::domain::{
    bus::{FailureCode, NoticeCode, Update},
    model::{Nick, NodeId, Who},
    naming::GUEST,
};

/// It is not clear who the user means: the question to ask them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::core::node) struct Unclear(String);

impl Unclear {
    /// What the front end is told.
    pub(in crate::core::node) fn update(self) -> Update {
        Update::Failed { code: FailureCode::WhoIsMeant, text: self.0 }
    }
}

fn notice(code: NoticeCode, text: String) -> Update {
    Update::Notice { code, text }
}

pub(super) fn nobody(who: &Who) -> Unclear {
    Unclear(format!("Nobody is known as {who}. /who lists who is here."))
}

pub(super) fn only_alike(who: &Who, names: &str) -> Unclear {
    Unclear(format!("Nobody is called {who} to the letter. Do you mean {names}?"))
}

pub(super) fn several(who: &Who, names: &str) -> Unclear {
    Unclear(format!("{who} could be {names}. Which one?"))
}

/// More alarms came than are shown one by one.
pub(super) fn many_alarms(nick: &Nick) -> Update {
    let text = format!(
        "More new keys come under the names of people you know, such as {nick}. They are marked with a ! in the list; \
         somebody may be trying to hide among them."
    );
    notice(NoticeCode::ManyAlarms, text)
}

/// A guest uses the name of somebody whose key is known.
pub(super) fn guest_uses_name(guest: SocketAddr, nick: &Nick) -> Update {
    let text = format!(
        "The guest at {guest} calls itself {nick}, like somebody whose key you know. A guest proves nothing: it is \
         somebody else, unless they tell you in person."
    );
    notice(NoticeCode::GuestName, text)
}

pub(super) fn trusted(node: &NodeId, name: &str) -> Update {
    notice(NoticeCode::Trust, format!("The key {} is trusted to be {name}.", node.short()))
}

pub(super) fn guest_not_trusted(name: &str) -> Update {
    let text = format!("{name} is a guest: nobody can say who that is, so there is nothing to trust.");
    Update::Failed { code: FailureCode::NotPossible, text }
}

pub(super) fn ignored(name: &str) -> Update {
    notice(NoticeCode::Trust, format!("{name} is ignored, under whatever name. /unignore {name} ends that."))
}

pub(super) fn guest_ignored(name: &str) -> Update {
    let text = format!(
        "The guest {name} is ignored until it leaves: nothing tells it from the next guest at its address. \
         /unignore {name} ends that."
    );
    notice(NoticeCode::Trust, text)
}

/// The guest at this address, which was ignored, has left.
pub(super) fn guest_ignore_ended(addr: SocketAddr, nick: Option<&Nick>) -> Update {
    let called = nick.map_or_else(|| format!("{GUEST}{addr}"), |nick| format!("{GUEST}{nick} ({addr})"));
    let text = format!(
        "The guest {called}, which you ignored, has left. The next guest at its address is not ignored: it may be \
         another program. /ignore silences it again."
    );
    notice(NoticeCode::Trust, text)
}

pub(super) fn not_ignored(name: &str) -> Update {
    notice(NoticeCode::Trust, format!("{name} is not ignored any more."))
}
