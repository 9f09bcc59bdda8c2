//! The timers of the log machine.

use crate::domain::model::LinkId;

/// What the machine waits for. Of several that have expired the first in this list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The store has failed: read it again, or see whether it takes anything.
    Reload,
    /// Forget old lines.
    Retain,
    /// The user quits and the disk has had its time: leave.
    Leave,
    /// The disk has not answered the last commit: it counts as failed.
    CommitStuck,
    /// An event has waited long enough for what it follows: take it without.
    GiveUpCauses,
    /// See what a link has lacked for too long.
    FindLagging(LinkId),
    /// Ask for what we lack, and tell how much that is.
    CatchUp,
    /// Tell a link what it waits for.
    TellReceipts(LinkId),
    /// Tell a link what else has changed.
    TellHave(LinkId),
    /// Ask a link for what its events follow.
    AskForCauses(LinkId),
    /// See whether strangers have more than their share.
    KeepWithinBudget,
    /// See what may be asked for again.
    RefusalsOver,
    /// Tell the front end who has our lines.
    ReportDelivery,
    /// Compare our clock with those of others.
    LookAtClocks,
    /// Write acknowledgements that share no other commit.
    WriteAcks,
    /// Say the lines of an own log again from where others hold another history.
    LeaveBranches,
}
