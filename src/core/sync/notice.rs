//! What the log tells the user in words. Its sentences are here and nowhere else in this folder.

use crate::{
    core::log::{NoTime, storage::Failure},
    domain::{
        bus::{FailureCode, NoticeCode, Update},
        model::NodeId,
    },
    protocol::codec::mesh::RefusalReason,
};

fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Something that others have caused, or that is wrong with this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An author has signed two events under one number.
    Forked(NodeId),
    /// Two events under one number are signed with our own key.
    OwnForked,
    /// Others hold events of ours that were not on this machine.
    NewLog,
    /// Events that are held could not be read.
    Unreadable(Failure),
    /// Lines of strangers are not taken.
    LeftOut {
        /// How many, as far as is known.
        lines: u64,
        /// Why the last of them were not.
        reason: RefusalReason,
    },
    /// Logs of strangers were given up for others.
    GivenUp {
        /// How many.
        logs: usize,
    },
    /// Somebody does not take what our user says.
    NotTaken {
        /// Who.
        by: NodeId,
        /// Why.
        reason: RefusalReason,
    },
}

impl Notice {
    /// Its kind, for programs, and to limit how often one kind is told.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::Forked(_) | Self::OwnForked => NoticeCode::Forked,
            Self::NewLog => NoticeCode::NewLog,
            Self::Unreadable(_) => NoticeCode::Damaged,
            Self::LeftOut { .. } | Self::GivenUp { .. } => NoticeCode::StrangersLeftOut,
            Self::NotTaken { .. } => NoticeCode::NotTaken,
        }
    }

    /// Puts it into words. `name` says what an author is called.
    pub fn update(self, name: impl FnOnce(NodeId) -> String) -> Update {
        let code = self.code();
        let text = match self {
            Self::Forked(author) => format!(
                "{} has signed two different messages as one and the same, so people may have seen different ones. Its \
                 messages from there on are marked.",
                name(author)
            ),
            Self::OwnForked => {
                "Two different lines are signed with your key as one and the same: a copy of your profile is in use elsewhere, \
                 or this one was put back to an older state. What you say from now on stands on its own."
                    .to_owned()
            }
            Self::NewLog => {
                "Others have lines of yours that were not on this machine: its history was older than they are. They \
                 are fetched, and what you say from now on stands on its own."
                    .to_owned()
            }
            Self::Unreadable(Failure(text)) => text,
            Self::LeftOut { lines, reason: RefusalReason::DiskFull } => format!(
                "The disk is nearly full. {} of people you have not met before {} left out; everybody else's are kept. \
                 Free some space.",
                plural(lines, "message", "messages"),
                if lines == 1 { "was" } else { "were" },
            ),
            Self::LeftOut { lines, .. } => format!(
                "People you have not met before send more than this program keeps of them. {} {} left out, so that \
                 everybody else is heard. If one of them floods the chat, type /ignore and the name.",
                plural(lines, "message", "messages"),
                if lines == 1 { "was" } else { "were" },
            ),
            Self::GivenUp { logs } => format!(
                "People you have not met before have left more histories here than this program keeps of them. {} {} \
                 removed, the newest first. Nothing of people you know is affected.",
                plural(logs as u64, "history", "histories"),
                if logs == 1 { "was" } else { "were" },
            ),
            Self::NotTaken { by, reason } => match reason {
                RefusalReason::TooFast => format!(
                    "{} takes no more of your messages for a minute: you are new there and have sent a lot. They are \
                     offered again then.",
                    name(by)
                ),
                RefusalReason::DiskFull => {
                    format!("{}'s disk is nearly full, so your messages are not kept there now. They are offered again.", name(by))
                }
                RefusalReason::NoRoom | RefusalReason::Other => format!(
                    "{} has no room for the history of people who are new there, so your messages do not arrive. They \
                     are offered again in an hour.",
                    name(by)
                ),
            },
        };
        Update::Notice { code, text }
    }
}

/// Why something that the user asked for was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDone {
    /// The store does not take anything now.
    NotWritable,
    /// No event may have the time that our clock shows.
    NoTime(NoTime),
    /// The front end has too many questions open.
    TooManyQueries,
    /// The store could not do it.
    Failed(Failure),
}

impl NotDone {
    /// Puts it into words.
    pub fn update(self) -> Update {
        let text = match self {
            Self::NotWritable => {
                "The history cannot be written, so this was not sent. It is tried again every second; say it again then."
                    .to_owned()
            }
            Self::NoTime(error) => error.to_string(),
            Self::TooManyQueries => "Too much is being looked for at once. Wait a moment and try again.".to_owned(),
            Self::Failed(Failure(text)) => text,
        };
        Update::Failed { code: FailureCode::Storage, text }
    }
}
