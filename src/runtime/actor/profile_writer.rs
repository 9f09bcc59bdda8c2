//! Writes changes to the profile without making the node wait for the disk.

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, time::Duration};

use tokio::{
    task::{JoinError, JoinSet},
    time::Instant,
};

use crate::{
    domain::{
        bus::{KeptPrivate, KeptRoom},
        model::{Known, Nick, NodeId},
    },
    runtime::profile::{Chosen, SaveError, Saver},
};

/// How long changes are gathered before they are written. If everyone in a room starts at once, that costs one write. A
/// crash loses no more than this of what the user decided.
const GATHER: Duration = Duration::from_secs(1);

/// How long after a write it is not worth another one that others came, went or renamed themselves. They can do that
/// all day, and each write is flushed to the disk.
const SIGHTINGS: Duration = Duration::from_secs(30);

/// How long to wait after a write has failed. A full disk stays full for a while.
const RETRY: Duration = Duration::from_secs(30);

/// How long the last write may take when the program ends. A disk that is slower than this is broken or far away.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// Writes in the background, one at a time.
#[derive(Debug)]
pub(super) struct ProfileWriter {
    saver: Saver,
    chosen: Chosen,
    known_changed: bool,
    /// The user's decisions, as they stand in the file.
    decided: Decisions,
    due: Option<Instant>,
    /// Before this, sightings are not worth a write.
    quiet_until: Instant,
    /// Before this, nothing is written: the last attempt failed.
    retry_at: Option<Instant>,
    /// Whether the user knows that nothing can be written.
    told: bool,
    /// What is being written now.
    writing: Writing,
    running: JoinSet<Written>,
}

/// Who is verified, trusted, ignored.
type Decisions = BTreeSet<(NodeId, [bool; 3])>;

#[derive(Debug, Default)]
struct Writing {
    chosen: Chosen,
    decided: Option<Decisions>,
}

/// The result of a write. A file with nothing to write counts as written.
#[derive(Debug)]
struct Written {
    chosen: Result<(), SaveError>,
    known: Result<(), SaveError>,
}

impl ProfileWriter {
    /// Writes with `saver`, which has already stored `known`.
    pub(super) fn new(saver: Saver, known: &[Known]) -> Self {
        Self {
            saver,
            chosen: Chosen::default(),
            known_changed: false,
            decided: decisions(known),
            due: None,
            quiet_until: Instant::now(),
            retry_at: None,
            told: false,
            writing: Writing::default(),
            running: JoinSet::new(),
        }
    }

    /// The user has this name now.
    pub(super) fn nick_changed(&mut self, nick: Nick) {
        self.chosen.nick = Some(nick);
        self.due = Some(Instant::now());
    }

    /// The user has chosen whether to share when they are typing.
    pub(super) fn typing_changed(&mut self, shared: bool) {
        self.chosen.typing = Some(shared);
        self.due = Some(Instant::now());
    }

    /// The user wants this view from now on.
    pub(super) fn plain_view_changed(&mut self, plain: bool) {
        self.chosen.plain_view = Some(plain);
        // Holding down a key costs one write.
        self.due_by(Instant::now() + GATHER);
    }

    /// The user is in these rooms now, and has left them so.
    pub(super) fn rooms_changed(&mut self, rooms: Vec<KeptRoom>) {
        self.chosen.rooms = Some(rooms);
        self.due_by(Instant::now() + GATHER);
    }

    /// What is known of private rooms has changed.
    pub(super) fn private_rooms_changed(&mut self, rooms: KeptPrivate) {
        self.chosen.private = Some(rooms);
        self.due_by(Instant::now() + GATHER);
    }

    /// The records of known people have changed.
    pub(super) fn known_changed(&mut self) {
        self.known_changed = true;
        self.due_by(Instant::now() + GATHER);
    }

    fn due_by(&mut self, time: Instant) {
        self.due = Some(self.due.map_or(time, |due| due.min(time)));
    }

    /// When [`Self::write`] is due.
    pub(super) fn due(&self) -> Option<Instant> {
        let due = self.due.filter(|_| self.running.is_empty())?;
        Some(self.retry_at.map_or(due, |retry| due.max(retry)))
    }

    /// Begins to write what has changed and is worth a write.
    pub(super) fn write(&mut self, known: impl FnOnce() -> Vec<Known>) {
        self.due = None;
        if !self.saver.keeps() {
            return;
        }
        let chosen = std::mem::take(&mut self.chosen);
        let known = self.known_changed.then(known).and_then(|known| self.worth_writing(known));
        let (known, decided) = known.unzip();
        if chosen.is_empty() && known.is_none() {
            return;
        }
        self.writing = Writing { chosen: chosen.clone(), decided };
        let saver = self.saver.clone();
        let write = move || Written {
            chosen: if chosen.is_empty() { Ok(()) } else { saver.save_chosen(&chosen) },
            known: known.map_or(Ok(()), |known| saver.save_known(&known)),
        };
        // The trace of a simulated run must not depend on how fast another thread is.
        if cfg!(feature = "simulation") {
            self.running.spawn(async { write() });
        } else {
            self.running.spawn_blocking(write);
        }
    }

    fn worth_writing(&mut self, known: Vec<Known>) -> Option<(Vec<Known>, Decisions)> {
        let (decided, now) = (decisions(&known), Instant::now());
        if decided == self.decided && now < self.quiet_until {
            self.due = Some(self.quiet_until);
            return None;
        }
        self.known_changed = false;
        self.quiet_until = now + SIGHTINGS;
        Some((known, decided))
    }

    /// Waits for the end of a write. Returns why it failed, if it did and the user does not know yet.
    pub(super) async fn written(&mut self) -> Option<SaveError> {
        match self.running.join_next().await {
            Some(written) => self.finish_write(written),
            None => std::future::pending().await,
        }
    }

    /// Takes back what was not written, to try again later.
    fn finish_write(&mut self, written: Result<Written, JoinError>) -> Option<SaveError> {
        let Writing { chosen, decided } = std::mem::take(&mut self.writing);
        let (chosen_saved, known_saved, error) = match written {
            Ok(Written { chosen, known }) => (chosen.is_ok(), known.is_ok(), chosen.err().or(known.err())),
            Err(defect) => {
                tracing::error!(%defect, "not saved");
                (false, false, None)
            }
        };
        let now = Instant::now();
        match decided {
            Some(decided) if known_saved => self.decided = decided,
            Some(_) => (self.known_changed, self.quiet_until) = (true, now),
            None => {}
        }
        if chosen_saved && known_saved {
            (self.retry_at, self.told) = (None, false);
            return None;
        }
        if !chosen_saved {
            // The user may have chosen something else meanwhile.
            self.chosen = std::mem::take(&mut self.chosen).or(chosen);
        }
        self.retry_at = Some(now + RETRY);
        self.due_by(now + RETRY);
        let error = error?;
        tracing::error!(%error, "not saved");
        (!std::mem::replace(&mut self.told, true)).then_some(error)
    }

    /// Writes the rest, and retries what could not be written before.
    pub(super) async fn finish(&mut self, known: Vec<Known>) {
        let rest = async {
            while let Some(written) = self.running.join_next().await {
                self.finish_write(written);
            }
            self.quiet_until = Instant::now();
            self.write(|| known);
            if let Some(written) = self.running.join_next().await {
                self.finish_write(written);
            }
        };
        if tokio::time::timeout(LAST_WRITE, rest).await.is_err() {
            tracing::error!("the profile could not be written in time");
        }
    }
}

fn decisions(known: &[Known]) -> Decisions {
    let flags = |known: &Known| (known.node, [known.verified, known.trusted, known.ignored]);
    known.iter().map(flags).filter(|(_, flags)| flags.contains(&true)).collect()
}
