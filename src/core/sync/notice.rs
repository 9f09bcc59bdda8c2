//! What the log tells the user in words. Its sentences are here and nowhere else in this folder.

use crate::{
    core::{
        clock::Off,
        log::{NoTime, storage::Failure},
    },
    domain::{
        bus::{FailureCode, NoticeCode, Update},
        model::{DiskTrouble, NodeId},
    },
    protocol::codec::mesh::RefusalReason,
};

/// `1 line was` or `12 lines were`.
fn were(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one} was") } else { format!("{count} {many} were") }
}

/// Names in one sentence; further ones are counted.
const MAX_NAMES: usize = 3;

/// By how much our own clock is off, and what to do about it.
fn clock_off(off: &Off, name: impl Fn(NodeId) -> String) -> String {
    let way = if off.ahead > 0 { "ahead of" } else { "behind" };
    let mut names: Vec<String> = off.of.iter().take(MAX_NAMES).map(|node| name(*node)).collect();
    match off.of.len().saturating_sub(MAX_NAMES) {
        0 => {}
        1 => names.push("1 other".to_owned()),
        more => names.push(format!("{more} others")),
    }
    let last = names.pop().unwrap_or_else(|| "somebody here".to_owned());
    let (others, advice) = if names.is_empty() {
        let advice = format!("One of the two clocks is wrong. If it is yours, set it; if not, tell {last}.");
        (last, advice)
    } else {
        let advice = "Set the clock of this machine, so that your lines stand in the right place.".to_owned();
        (format!("{} and {last}", names.join(", ")), advice)
    };
    format!("Your clock is {} {way} {others}. {advice}", span(off.ahead))
}

/// `5 minutes`, `3 hours`, `2 days`, `10 years`.
fn span(ms: i64) -> String {
    let minutes = ms.unsigned_abs() / 60_000;
    let (count, unit) = match minutes {
        0..120 => (minutes, "minute"),
        120..2_880 => (minutes / 60, "hour"),
        2_880..1_051_200 => (minutes / 1_440, "day"),
        _ => (minutes / 525_600, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
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
    /// Others hold a log of our key that we never wrote.
    OtherCopy,
    /// Events that are held could not be read.
    Unreadable(Failure),
    /// Lines of strangers were refused.
    LeftOut {
        /// How many, as far as is known.
        lines: u64,
        /// Why the last one was refused.
        reason: RefusalReason,
    },
    /// Logs of strangers were given up.
    GivenUp {
        /// How many.
        logs: usize,
    },
    /// A peer refuses our user's lines.
    NotTaken {
        /// The peer.
        by: NodeId,
        /// Why.
        reason: RefusalReason,
    },
    /// The disk takes lines again.
    DiskAgain {
        /// Lines of others that were shown meanwhile and are kept from now on.
        lines: usize,
    },
    /// Our own clock is off.
    ClockOff(Off),
    /// Our own clock is doubtful, so no old lines are removed.
    NothingForgotten,
}

impl Notice {
    /// Its kind, for programs, and to limit how often one kind is told.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::Forked(_) | Self::OwnForked => NoticeCode::Forked,
            Self::NewLog => NoticeCode::NewLog,
            Self::OtherCopy => NoticeCode::OtherCopy,
            Self::Unreadable(_) => NoticeCode::Damaged,
            Self::LeftOut { .. } | Self::GivenUp { .. } => NoticeCode::StrangersLeftOut,
            Self::NotTaken { .. } => NoticeCode::NotTaken,
            Self::DiskAgain { .. } => NoticeCode::DiskAgain,
            Self::ClockOff(_) => NoticeCode::ClockOff,
            Self::NothingForgotten => NoticeCode::NothingForgotten,
        }
    }

    /// Puts it into words. `name` says what an author is called.
    pub fn update(self, name: impl Fn(NodeId) -> String) -> Update {
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
            Self::OtherCopy => "Others have lines under your key that this copy of the program never wrote. They are fetched. If you \
                 did not erase your history or put back an older state of it, another machine uses a copy of your profile: end \
                 the program on one of the two, or give one of them a key of its own: proximity-chat identity --new."
                .to_owned(),
            Self::Unreadable(Failure { text, .. }) => text,
            Self::LeftOut { lines, reason: RefusalReason::DiskFull } => format!(
                "The disk is nearly full. {} not kept; what strangers who are here say is shown all the same. Your lines and \
                 those of people you know are still kept. Free some space on the disk.",
                were(lines, "line of strangers", "lines of strangers"),
            ),
            Self::LeftOut { lines, .. } => format!(
                "Strangers send more than this program takes from them. {} left out, and people you know are not \
                 affected. To silence someone, type /ignore and the name.",
                were(lines, "line", "lines"),
            ),
            Self::GivenUp { logs } => format!(
                "More strangers have spoken here than this program keeps lines of. {} removed from your disk. \
                 To keep somebody's lines, type /trust and the name.",
                were(logs as u64, "stranger's history", "strangers' histories"),
            ),
            Self::DiskAgain { lines: 0 } => "The disk takes lines again.".to_owned(),
            Self::DiskAgain { lines } => format!(
                "The disk takes lines again, and {lines} that {} only shown before {} kept now.",
                if lines == 1 { "was" } else { "were" },
                if lines == 1 { "is" } else { "are" },
            ),
            Self::ClockOff(off) => clock_off(&off, name),
            Self::NothingForgotten => {
                "The clock of this machine has jumped, or contradicts the clocks of others, so no old lines are removed now. \
                 If the clock is wrong, set it. If it is right, removing goes on by itself in a few days."
                    .to_owned()
            }
            Self::NotTaken { by, reason } => {
                let by = name(by);
                match reason {
                    RefusalReason::TooFast => format!(
                        "You are new to {by} and have sent a lot, so your last lines were not taken there. They are sent \
                         again in a minute. Once the two of you have compared codes (/verify), there is no limit."
                    ),
                    RefusalReason::DiskFull => format!(
                        "The disk of {by} is nearly full, so your last lines were not taken there. They are sent again \
                         every minute, and {by} can help by freeing some space."
                    ),
                    RefusalReason::NoRoom | RefusalReason::Other => format!(
                        "You are new to {by}, and there is no room for your lines there now. They are sent again in an \
                         hour. Once the two of you have compared codes (/verify), there is room for them."
                    ),
                }
            }
        };
        Update::Notice { code, text }
    }
}

/// Why something that the user asked for was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDone {
    /// No event may have the time that our clock shows.
    NoTime(NoTime),
    /// The front end has too many questions open.
    TooManyQueries,
    /// The store could not do it.
    Failed(Failure),
    /// The disk takes nothing from now on.
    Disk(Failure),
}

impl NotDone {
    /// Puts it into words.
    pub fn update(self) -> Update {
        let text = match self {
            Self::NoTime(error) => error.to_string(),
            Self::TooManyQueries => "Too much is being looked for at once. Wait a moment and try again.".to_owned(),
            Self::Failed(Failure { text, .. }) => text,
            Self::Disk(Failure { text, trouble: DiskTrouble::Failing }) => format!(
                "{text} Until the disk works, you can read here and not send. Lines of others are shown and not kept."
            ),
            Self::Disk(Failure { trouble, .. }) => format!(
                "Nothing can be kept now: {}. You can read here and not send; lines of others are shown. {} The chat goes \
                 on by itself.",
                trouble.clause(),
                trouble.advice()
            ),
        };
        Update::Failed { code: FailureCode::Storage, text }
    }
}
