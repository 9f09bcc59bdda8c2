//! Telling the others that the user is typing.

use std::time::Duration;

use super::{App, Node};
use crate::domain::bus::Command;

/// While the draft grows, the others are told this often: half of the time after which they forget it.
const TELL_EVERY: Duration = Duration::from_secs(3);

impl App {
    /// Tells the others, if the draft was edited since it had made `before` edits. What comes of it costs nothing while
    /// nobody types, since whoever was told forgets it after a while.
    pub(super) fn edited(&mut self, before: u64) {
        if self.draft.edits() == before || self.asking || self.node == Node::Gone {
            return;
        }
        let now = self.now.mono;
        let text = self.draft.text();
        let command = text.starts_with('/') && !text.starts_with("//");
        if text.trim().is_empty() || command {
            if self.typing.take().is_some() {
                self.send(Command::Typing(false));
            }
        } else if self.peers.has_nodes()
            && self.typing.is_none_or(|told| now.saturating_duration_since(told) >= TELL_EVERY)
        {
            self.typing = Some(now);
            self.send(Command::Typing(true));
        }
    }

    /// The draft went out as a message, which tells the others that the user types no longer.
    pub(super) const fn typed(&mut self) {
        self.typing = None;
    }
}
