//! What the front ends and the networking actor say to each other, over two bounded channels.

mod command;
mod failure;
mod members;
mod notice;
mod request_id;
mod rooms;
mod update;

pub use command::Command;
pub use failure::{
    Candidate, ConnectFailure, Failure, FailureCode, NetworkFailure, NoLink, Stale, StorageFailure, TrustFailure,
    VerifyFailure, WhoFailure,
};
pub use members::{
    Invitation, KeptPrivate, KeptPrivateRoom, KeptStanding, LeftBecause, Member, MemberChange, MemberList, MemberState,
};
pub use notice::{
    HistoryNotice, LinkNotice, NamedKey, NetworkNotice, Newcomer, NoPlace, NotSaved, NotTaken, Notice, NoticeCode,
    TrustNotice,
};
pub use request_id::RequestId;
pub use rooms::{KeptRoom, KeptRooms, RoomFailure, RoomListing, RoomMembers, RoomUse, RoomView};
pub use update::{
    Alarm, AlarmKind, DiskState, Elsewhere, Lack, NetworkStatus, Page, SweepProgress, SweepState, Update, VerifyStep,
    Whois,
};

/// How many commands may wait for the actor. A full channel means that the actor is busy: the screen shows a notice and
/// keeps the draft, and a pipe waits. Large enough for a pasted page of lines to pass at once.
pub const COMMAND_CAPACITY: usize = 1_024;

/// How many updates may wait for the front end. A full channel makes the actor wait and, through HTTP/2's windows, the
/// peers too. So a front end reads all the time, whatever becomes of its output.
pub const UPDATE_CAPACITY: usize = 4_096;
