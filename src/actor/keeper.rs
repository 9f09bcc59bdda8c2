//! Keeps what changes in the profile, without making the node wait for the disk.

use std::time::Duration;

use tokio::{task::JoinSet, time::Instant};

use crate::{
    model::{Known, Nick},
    profile::{SaveError, Saver},
};

/// How long changes are gathered before they are written: a room that starts is one write, and no crash loses more.
const GATHER: Duration = Duration::from_secs(1);

/// How long the last write may take when the program ends. A disk that is slower than this is broken or far away.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// Writes in the background, one at a time.
#[derive(Debug)]
pub(super) struct Keeper {
    saver: Saver,
    nick: Option<Nick>,
    known_changed: bool,
    due: Option<Instant>,
    running: JoinSet<Result<(), SaveError>>,
}

impl Keeper {
    pub(super) fn new(saver: Saver) -> Self {
        Self { saver, nick: None, known_changed: false, due: None, running: JoinSet::new() }
    }

    /// The user goes by this name now.
    pub(super) fn nick_changed(&mut self, nick: Nick) {
        self.nick = Some(nick);
        self.due = Some(Instant::now());
    }

    /// Something else is known of people now.
    pub(super) fn known_changed(&mut self) {
        self.known_changed = true;
        self.due.get_or_insert_with(|| Instant::now() + GATHER);
    }

    /// When [`Self::write`] is wanted.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| self.running.is_empty())
    }

    /// Begins to write what has changed.
    pub(super) fn write(&mut self, known: impl FnOnce() -> Vec<Known>) {
        self.due = None;
        let nick = self.nick.take();
        let known = std::mem::take(&mut self.known_changed).then(known);
        if nick.is_none() && known.is_none() {
            return;
        }
        let saver = self.saver.clone();
        self.running.spawn_blocking(move || {
            nick.map_or(Ok(()), |nick| saver.save_nick(&nick))?;
            known.map_or(Ok(()), |known| saver.save_known(&known))
        });
    }

    /// Waits for the end of a write; why it failed, if it did.
    pub(super) async fn written(&mut self) -> Option<SaveError> {
        match self.running.join_next().await {
            Some(Ok(Err(error))) => Some(error),
            Some(_) => None,
            None => std::future::pending().await,
        }
    }

    /// Writes the rest.
    pub(super) async fn finish(mut self, known: Vec<Known>) {
        let rest = async {
            while self.running.join_next().await.is_some() {}
            self.write(|| known);
            if let Some(Ok(Err(error))) = self.running.join_next().await {
                tracing::error!(%error, "not saved");
            }
        };
        if tokio::time::timeout(LAST_WRITE, rest).await.is_err() {
            tracing::error!("the profile could not be written in time");
        }
    }
}
