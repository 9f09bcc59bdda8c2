//! The channels to the front end.

use tokio::sync::mpsc;

use super::{
    Stop,
    backlog::{self, Backlog},
};
use crate::domain::bus::{Command, Update};

/// The front end, as the actor sees it.
#[derive(Debug)]
pub(super) struct FrontEnd {
    /// What the user wants.
    pub(super) commands: mpsc::Receiver<Command>,
    updates: mpsc::Sender<Update>,
    backlog: Backlog,
}

impl FrontEnd {
    pub(super) fn new(commands: mpsc::Receiver<Command>, updates: mpsc::Sender<Update>) -> Self {
        Self { commands, updates, backlog: Backlog::default() }
    }

    /// Tells the front end, and waits for it if it is thousands of updates behind.
    ///
    /// # Errors
    /// [`Stop::Quit`] if the front end is gone.
    pub(super) async fn tell(&mut self, update: Update) -> Result<(), Stop> {
        let size = backlog::size(&update);
        self.updates.send(update).await.map_err(|_| Stop::Quit)?;
        self.backlog.add(size, self.waiting());
        Ok(())
    }

    /// Whether so much text waits for the front end that peers have to wait. The user's own lines do not have to: a
    /// front end that takes no updates may be busy sending a command.
    pub(super) fn is_behind(&mut self) -> bool {
        let waiting = self.waiting();
        self.backlog.is_full(waiting)
    }

    /// Updates that wait in the channel.
    fn waiting(&self) -> usize {
        self.updates.max_capacity() - self.updates.capacity()
    }

    /// The channels for the node on the next network.
    pub(super) fn into_channels(self) -> (mpsc::Receiver<Command>, mpsc::Sender<Update>) {
        (self.commands, self.updates)
    }
}
