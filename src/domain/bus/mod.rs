//! What the front ends and the networking actor say to each other, over two bounded channels.

mod command;
mod failure;
mod notice;
mod update;

pub use command::Command;
pub use failure::{
    Candidate, ConnectFailure, Failure, FailureCode, NetworkFailure, NoLink, Stale, StorageFailure, TrustFailure,
    VerifyFailure, WhoFailure,
};
pub use notice::{
    HistoryNotice, LinkNotice, NamedKey, NetworkNotice, Newcomer, NoPlace, NotSaved, NotTaken, Notice, NoticeCode,
    TrustNotice,
};
pub use update::{
    Alarm, AlarmKind, DiskState, Elsewhere, Lack, NetworkStatus, Page, SweepProgress, SweepState, Update, VerifyStep,
    Whois,
};

/// Commands that may wait for the actor. Full means that the actor is busy: the screen shows a notice and keeps the
/// draft, a pipe waits. Large enough that a pasted page of lines passes at once.
pub const COMMAND_CAPACITY: usize = 1_024;

/// Updates that may wait for the front end. Full makes the actor wait, and with it, through HTTP/2's windows, the
/// peers: a stopped reader of a pipe costs no memory.
pub const UPDATE_CAPACITY: usize = 4_096;
