//! Notices about names, and about trusting and ignoring people.

use crate::domain::{
    bus::{NamedKey, TrustNotice},
    model::NodeId,
    naming::{GUEST, HANDLE_DIGITS, TAG_DIGITS},
};

/// What happened, and how to take it back.
pub(super) fn trust_notice(notice: &TrustNotice) -> String {
    match notice {
        TrustNotice::ManyAlarms(nick) => format!(
            "More new keys use names of people you know, such as {nick}. They are marked with ! in the list. An impostor \
             may be hiding among them."
        ),
        TrustNotice::GuestName { guest, nick } => format!(
            "The guest at {guest} calls itself {nick}, which is your name or the name of someone whose key you know. \
             Nothing proves who a guest is: ask in person before you believe it."
        ),
        TrustNotice::NameTaken { teller, nick, me } => format!(
            "{teller} knows another key as {nick}, and sees you as {nick}#{}. Choose another name with /nick, or compare \
             codes with /verify {teller}.",
            me.tag(TAG_DIGITS)
        ),
        TrustNotice::Trusted { key, displaced } => format!(
            "{} is now trusted to use this name.{} To take that back, type /untrust {}.",
            with_key(key),
            displaced.map(|other| format!(" It is no longer the name of key {}.", other.short())).unwrap_or_default(),
            key.name
        ),
        TrustNotice::Untrusted { key, back } => format!("{} is no longer trusted.{}", with_key(key), name_back(*back)),
        TrustNotice::Unverified { key, differed, back } => format!(
            "{}{} is not verified.{} To compare codes again, type /verify {}.",
            if *differed { "The result of the comparison is forgotten. " } else { "" },
            with_key(key),
            name_back(*back),
            key.name
        ),
        TrustNotice::Ignored(key) => format!(
            "{} is ignored, whatever name it uses. To take that back, type /unignore {}.",
            with_key(key),
            key.node.tag(HANDLE_DIGITS)
        ),
        TrustNotice::Unignored(key) => format!("{} is no longer ignored.", with_key(key)),
        TrustNotice::GuestIgnored { name } => format!(
            "The guest {name} is ignored until it leaves, because nothing tells it apart from the next guest at its \
             address. To take that back, type /unignore {name}."
        ),
        TrustNotice::GuestUnignored { name } => format!("The guest {name} is no longer ignored."),
        TrustNotice::IgnoredGuestLeft { addr, nick } => {
            let guest =
                nick.as_ref().map_or_else(|| format!("{GUEST}{addr}"), |nick| format!("{GUEST}{nick} ({addr})"));
            format!(
                "The guest {guest}, whom you ignored, has left. The next guest at that address is not ignored: it may be \
                 someone else. To silence it, type /ignore again."
            )
        }
    }
}

/// A key as answers name it, so that nobody is mistaken for somebody else.
pub(super) fn with_key(NamedKey { name, node }: &NamedKey) -> String {
    format!("{name} (key {})", node.short())
}

/// The sentence about a key that has its name again, with a space before it.
fn name_back(back: Option<NodeId>) -> String {
    back.map(|key| format!(" Key {} has the name again.", key.short())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_names_the_key_and_how_to_undo_it() {
        let node = NodeId::numbered(3);
        let key = NamedKey { name: "bob".to_owned(), node };
        for (notice, undo) in [
            (TrustNotice::Trusted { key: key.clone(), displaced: Some(NodeId::numbered(4)) }, "/untrust bob"),
            (TrustNotice::Unverified { key: key.clone(), differed: true, back: None }, "/verify bob"),
            (TrustNotice::Ignored(key), "/unignore "),
        ] {
            let text = trust_notice(&notice);
            assert!(text.contains(&format!("bob (key {})", node.short())) && text.contains(undo), "{text}");
        }
    }
}
