//! What the log tells the user in words. Its sentences are here and nowhere else in this folder.

use crate::{
    core::log::{NoTime, storage::Failure},
    domain::{
        bus::{FailureCode, NoticeCode, Update},
        model::NodeId,
    },
};

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
}

impl Notice {
    /// Its kind, for programs, and to limit how often one kind is told.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::Forked(_) | Self::OwnForked => NoticeCode::Forked,
            Self::NewLog => NoticeCode::NewLog,
            Self::Unreadable(_) => NoticeCode::Damaged,
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
