//! What is wrong with the disk, and with the history on it.

use crate::domain::model::{DiskTrouble, StoreFailure, StoreFault, StoreTask};

/// The part of a sentence: `the disk is full`.
pub(crate) const fn trouble(trouble: DiskTrouble) -> &'static str {
    match trouble {
        DiskTrouble::Full => "the disk is full",
        DiskTrouble::ReadOnly => "the disk is read-only",
        DiskTrouble::NotAllowed => "you may not write to the profile",
        DiskTrouble::Failing => "the disk does not work",
    }
}

/// What the user can do, as a sentence.
pub(crate) const fn trouble_advice(trouble: DiskTrouble) -> &'static str {
    match trouble {
        DiskTrouble::Full => "Free some space on it.",
        DiskTrouble::ReadOnly => "Make it writable, or start with --data-dir on another disk.",
        DiskTrouble::NotAllowed => "Make the profile writable for you, or start with another --data-dir.",
        DiskTrouble::Failing => "Check whether it is full, and whether it works.",
    }
}

/// Two words for the status line.
pub(crate) const fn trouble_label(trouble: DiskTrouble) -> &'static str {
    match trouble {
        DiskTrouble::Full => "disk full",
        DiskTrouble::ReadOnly => "disk read-only",
        DiskTrouble::NotAllowed => "profile not writable",
        DiskTrouble::Failing => "disk fails",
    }
}

/// Why the history did not do what was asked, and what the user can do.
pub(crate) fn store_failure(failure: &StoreFailure) -> String {
    let advice = match &failure.fault {
        StoreFault::Error { advice, .. } => &format!("{advice}."),
        StoreFault::Closed => "Start the program again.",
        StoreFault::AsideStays(_) => "Remove it yourself.",
        StoreFault::ReadOnly | StoreFault::Silent => "Check whether the disk is full, and whether it works.",
        StoreFault::Nonsense | StoreFault::Conflict { .. } => "This is a bug; please report it.",
    };
    let fault = &failure.fault;
    match failure.task {
        StoreTask::Wipe => {
            format!(
                "The lines are gone, but their text may still be on the disk: {fault}. {advice} Then erase once more."
            )
        }
        task => format!("The history could not be {}: {fault}. {advice}", done(task)),
    }
}

/// Completes "could not be".
const fn done(task: StoreTask) -> &'static str {
    match task {
        StoreTask::Read => "read",
        StoreTask::Search => "searched",
        StoreTask::Write => "written",
        StoreTask::Index => "indexed",
        StoreTask::Rearrange => "put in order",
        StoreTask::Move => "moved to another network",
        StoreTask::Shorten => "shortened",
        StoreTask::Erase | StoreTask::Wipe => "erased",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::StoreAdvice;

    #[test]
    fn a_failure_says_what_failed_why_and_what_to_do() {
        let fault = StoreFault::Error { reason: "database is locked".to_owned(), advice: StoreAdvice::Unlock };
        assert_eq!(
            store_failure(&StoreFailure::new(StoreTask::Search, fault.clone())),
            "The history could not be searched: database is locked. Another program has it locked: close that, then try again."
        );
        let left = store_failure(&StoreFailure::new(StoreTask::Wipe, fault));
        assert!(left.starts_with("The lines are gone, but") && left.ends_with("Then erase once more."), "{left}");
    }
}
