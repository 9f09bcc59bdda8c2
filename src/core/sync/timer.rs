//! The timers of the log machine.

use crate::domain::model::LinkId;

/// What the machine waits for. If several have expired, the first in this list is handled first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The store has failed: read it again, or check whether it takes anything.
    Reload,
    /// Forget old lines.
    Retain,
    /// The user quits and the disk has had its time: leave.
    Leave,
    /// The disk has not answered the last commit: it counts as failed.
    CommitStuck,
    /// An event has waited long enough for its causes: accept it without them.
    GiveUpCauses,
    /// Find what a link has lacked for too long.
    FindLagging(LinkId),
    /// Ask for what we lack, and tell how much that is.
    CatchUp,
    /// Send a link the receipts that it waits for.
    TellReceipts(LinkId),
    /// Tell a link what else has changed.
    TellHave(LinkId),
    /// Ask a link for the causes of its events.
    AskForCauses(LinkId),
    /// Check whether strangers have more than their share.
    KeepWithinBudget,
    /// Find out which refused logs may be asked for again.
    RefusalsOver,
    /// Tell the front end who has our lines.
    ReportDelivery,
    /// Compare our clock with those of others.
    LookAtClocks,
    /// Write acknowledgements that share no other commit.
    WriteAcks,
    /// Say the lines of one of our logs again, from where others hold another history.
    LeaveBranches,
}
