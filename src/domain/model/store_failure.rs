//! Why a request to the history on disk failed.

use super::{DiskTrouble, NodeId};

/// A request to the history that failed. No part of it was executed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct StoreFailure {
    /// What was asked for.
    pub task: StoreTask,
    /// What went wrong.
    pub fault: StoreFault,
    /// What is wrong with the disk.
    pub trouble: DiskTrouble,
}

impl StoreFailure {
    /// A failure that says nothing about room or permissions.
    pub const fn new(task: StoreTask, fault: StoreFault) -> Self {
        Self { task, fault, trouble: DiskTrouble::Failing }
    }
}

/// What was asked of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreTask {
    /// To read lines.
    Read,
    /// To find lines.
    Search,
    /// To write lines.
    Write,
    /// To make stored lines searchable.
    Index,
    /// To put lines where they belong after the clock was wrong.
    Rearrange,
    /// To move lines to another network.
    Move,
    /// To remove old lines.
    Shorten,
    /// To erase a room.
    Erase,
    /// To remove what may be left of erased lines on the disk. The lines are gone already.
    Wipe,
}

/// What went wrong in the history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// SQLite or the system gave an error.
    #[error("{reason}")]
    Error {
        /// What it says.
        reason: String,
        /// What the user can do.
        advice: StoreAdvice,
    },
    /// It was opened for reading only.
    #[error("it is open for reading only")]
    ReadOnly,
    /// The disk does not answer.
    #[error("the disk does not answer")]
    Silent,
    /// The program has closed it.
    #[error("it is closed")]
    Closed,
    /// It gave no answer, or the answer to another request.
    #[error("it gave no answer that makes sense")]
    Nonsense,
    /// It holds another event under this number.
    #[error("it holds another event under number {seq} of {}", .author.short())]
    Conflict {
        /// Whose event.
        author: NodeId,
        /// Its number.
        seq: u64,
    },
    /// A damaged file that was set aside cannot be removed.
    #[error("a damaged file that was set aside cannot be removed ({0})")]
    AsideStays(
        /// What the system says.
        String,
    ),
}

/// What the user can do about an error of the history. The English words are here because errors that end a command
/// contain them too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreAdvice {
    /// Make room.
    #[error("Free some space on that disk")]
    FreeSpace,
    /// Make the disk writable, or use another one.
    #[error("Make that disk writable, give a --data-dir on another disk")]
    AnotherDisk,
    /// Make the file and its directory writable.
    #[error("Make it and its directory writable for you")]
    MakeWritable,
    /// See whether the disk is full or failing.
    #[error("Check whether the disk is full or failing")]
    CheckDisk,
    /// See who may use the file, and whether the disk works.
    #[error("Check who may read and write it, and whether its disk works")]
    CheckAccess,
    /// Close the other program that has the file locked.
    #[error("Another program has it locked: close that, then try again")]
    Unlock,
    /// Restart the program, which then saves what can be read of a damaged file.
    #[error("The file is damaged. Restart the program: it saves what can still be read")]
    Restart,
}
