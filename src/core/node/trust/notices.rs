//! What the trust machine tells the user in words. Its sentences are here and nowhere else in this folder.

use std::net::SocketAddr;

use crate::domain::{
    bus::{FailureCode, NoticeCode, Update},
    model::{Nick, NodeId, Who},
    naming::{GUEST, HANDLE_DIGITS, TAG_DIGITS},
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
        "The guest at {guest} calls itself {nick}, like you or somebody whose key you know. Nothing proves who a guest is. Ask in \
         person before you believe it."
    );
    notice(NoticeCode::GuestName, text)
}

/// Another node knows another key by our user's name.
pub(super) fn name_taken(teller: &str, nick: &Nick, me: NodeId) -> Update {
    let text = format!(
        "{teller} knows another key as {nick}, and sees you as {nick}#{}. Choose another name with /nick, or compare codes with \
         /verify {teller}.",
        me.tag(TAG_DIGITS)
    );
    notice(NoticeCode::NameTaken, text)
}

/// A key that is named in an answer, so that nobody is taken for somebody else.
fn with_key(name: &str, node: &NodeId) -> String {
    format!("{name} (key {})", node.short())
}

/// The codes of a key differed: its name is not the question.
pub(super) fn codes_differ(node: &NodeId, name: &str) -> Update {
    let text = format!(
        "The codes of {} differed. Compare again with /verify {name}, or forget that with /unverify {name}.",
        with_key(name, node)
    );
    Update::Failed { code: FailureCode::NotPossible, text }
}

/// A key would lose its name. The user must say that they want that.
pub(super) fn displaces(name: &str, node: &NodeId, nick: &str, rival: &NodeId, verified: bool) -> Update {
    let why = if verified { "whose codes you have compared" } else { "which is here now" };
    let text = format!(
        "This takes the name {nick} from the key {}, {why}, and gives it to the key {}. Type  /trust {name} yes  if you want \
         that.",
        rival.short(),
        node.short()
    );
    Update::Failed { code: FailureCode::Unsure, text }
}

pub(super) fn trusted(node: &NodeId, name: &str, displaced: Option<&NodeId>) -> Update {
    let lost = displaced.map(|key| format!(" From now on the key {} is shown with a tag.", key.short()));
    let text = format!(
        "{} is trusted to go by this name.{} /untrust {name} takes that back.",
        with_key(name, node),
        lost.unwrap_or_default()
    );
    notice(NoticeCode::Trust, text)
}

pub(super) fn untrusted(node: &NodeId, name: &str, back: Option<&NodeId>) -> Update {
    let back = back.map(|key| format!(" The key {} has the name again.", key.short())).unwrap_or_default();
    notice(NoticeCode::Trust, format!("{} is not trusted any more.{back}", with_key(name, node)))
}

pub(super) fn was_not_trusted(node: &NodeId, name: &str) -> Update {
    let text = format!("{} is not trusted, so nothing has changed.", with_key(name, node));
    Update::Failed { code: FailureCode::NotPossible, text }
}

pub(super) fn unverified(node: &NodeId, name: &str, differed: bool, back: Option<&NodeId>) -> Update {
    let (what, key) = (if differed { "That the codes differed is forgotten. " } else { "" }, with_key(name, node));
    let back = back.map(|key| format!(" The key {} has the name again.", key.short())).unwrap_or_default();
    let text = format!("{what}{key} is not verified any more.{back} /verify {name} compares codes again.");
    notice(NoticeCode::Trust, text)
}

pub(super) fn was_not_verified(node: &NodeId, name: &str) -> Update {
    let text = format!("No comparison of codes with {} is remembered.", with_key(name, node));
    Update::Failed { code: FailureCode::NotPossible, text }
}

pub(super) fn guest_not_trusted(name: &str) -> Update {
    let text = format!("{name} is a guest: nobody can say who that is, so there is nothing to trust.");
    Update::Failed { code: FailureCode::NotPossible, text }
}

pub(super) fn ignored(node: &NodeId, name: &str) -> Update {
    let text = format!(
        "{} is ignored, whatever name it goes by. /unignore {} ends that.",
        with_key(name, node),
        node.tag(HANDLE_DIGITS)
    );
    notice(NoticeCode::Trust, text)
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

pub(super) fn not_ignored(node: &NodeId, name: &str) -> Update {
    notice(NoticeCode::Trust, format!("{} is not ignored any more.", with_key(name, node)))
}

pub(super) fn guest_not_ignored(name: &str) -> Update {
    notice(NoticeCode::Trust, format!("The guest {name} is not ignored any more."))
}
