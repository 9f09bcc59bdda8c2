//! Lines are forgotten in slices. Other requests are executed between them.

use rusqlite::{Result, TransactionBehavior};

use super::{
    Database,
    deleting::{Forgotten, delete},
    retention::Retaining,
    shrinking::Shrinking,
};
use crate::{
    core::log::storage::{Reply, Retain},
    domain::model::{LogId, NodeId, StoreFailure, StoreTask},
};

/// The progress of a request to forget.
#[derive(Debug)]
pub(super) struct Forgetting {
    what: What,
    gone: Forgotten,
}

#[derive(Debug)]
enum What {
    Retain(Retaining),
    Shrink(Shrinking),
}

impl Forgetting {
    /// Forgets what is too old or too much. `me` is our user.
    pub(super) fn retain(retain: Retain, me: NodeId) -> Self {
        Self { what: What::Retain(Retaining::new(retain, me)), gone: Forgotten::default() }
    }

    /// Forgets what exceeds the given number of bytes in each of these logs.
    pub(super) fn shrink(logs: Vec<(LogId, u64)>) -> Self {
        Self { what: What::Shrink(Shrinking::new(logs)), gone: Forgotten::default() }
    }

    /// The answer, when the request has ended. What is done stays done.
    pub(super) fn end(self, ended: std::result::Result<(), StoreFailure>) -> std::result::Result<Reply, StoreFailure> {
        self.gone.end(ended)
    }
}

impl Database {
    pub(super) fn retain(&mut self, retain: Retain) -> std::result::Result<Reply, StoreFailure> {
        self.forget(Forgetting::retain(retain, self.me))
    }

    pub(super) fn shrink(&mut self, logs: Vec<(LogId, u64)>) -> std::result::Result<Reply, StoreFailure> {
        self.forget(Forgetting::shrink(logs))
    }

    /// Does all slices, one after the other.
    fn forget(&mut self, mut forgetting: Forgetting) -> std::result::Result<Reply, StoreFailure> {
        loop {
            match self.forget_slice(&mut forgetting) {
                Ok(true) => {}
                Ok(false) => return forgetting.end(Ok(())),
                Err(failure) => return forgetting.end(Err(failure)),
            }
        }
    }

    /// Does one slice. Returns whether there is more to do. If it fails, what was done before stays done.
    pub(super) fn forget_slice(&mut self, forgetting: &mut Forgetting) -> std::result::Result<bool, StoreFailure> {
        let Forgetting { what, gone } = forgetting;
        let (now_gone, more) = self.slice(what).map_err(|e| self.fail(StoreTask::Shorten, &e))?;
        gone.add(now_gone);
        Ok(more)
    }

    fn slice(&mut self, what: &mut What) -> Result<(Forgotten, bool)> {
        // SQLite accepts this only between transactions.
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (lines, more) = match what {
            What::Retain(retaining) => retaining.next(&transaction)?,
            What::Shrink(shrinking) => shrinking.next(&transaction)?,
        };
        let gone = delete(&transaction, &lines)?;
        transaction.commit()?;
        Ok((gone, more))
    }
}
