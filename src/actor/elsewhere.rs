//! What was meant for another network than the one that we are on now.
//!
//! Commands wait in their channel while the node moves, and its user types on before the screen says that it did. What is said so
//! was said to those who were there, and an erasure meant what is kept of there: neither is done here, and the user is told.

use std::time::Duration;

use tokio::time::Instant;

use super::{Actor, Stop};
use crate::{
    bus::{Command, FailureCode, Update},
    io::Net,
};

/// How long a front end takes from an update to what it shows of it; as long as two frames.
const SHOWN_WITHIN: Duration = Duration::from_millis(70);

/// Until when commands are meant for elsewhere. The default is a node that has not moved.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Whether the front end is yet to be told that the node has moved.
    untold: bool,
    /// Updates that were sent up to that one, and that one with them.
    told: Option<u64>,
    /// When the front end had taken it.
    taken: Option<Instant>,
}

impl Elsewhere {
    pub(super) fn new(moved: bool) -> Self {
        Self { untold: moved, ..Self::default() }
    }

    /// The front end was told, with the last of `sent` updates.
    pub(super) fn tell(&mut self, sent: u64) {
        if std::mem::take(&mut self.untold) {
            self.told = Some(sent);
        }
    }

    /// Whether a command that comes now was given before the front end knew; `taken` updates it has taken.
    fn is_meant(&mut self, taken: u64, now: Instant) -> bool {
        let Some(told) = self.told else { return self.untold };
        if taken >= told {
            self.taken.get_or_insert(now);
        }
        let knows = self.taken.is_some_and(|at| now - at >= SHOWN_WITHIN);
        if knows {
            *self = Self::default();
        }
        !knows
    }
}

impl<N: Net> Actor<N> {
    /// Notes that the front end has just been told where the node is.
    pub(super) fn told_of_moving(&mut self) {
        self.elsewhere.tell(self.sent);
    }

    /// Gives a command back if it is for here.
    pub(super) async fn unless_meant_for_elsewhere(&mut self, command: Command) -> Result<Option<Command>, Stop> {
        let taken = self.sent.saturating_sub(self.waiting_updates() as u64);
        if !self.elsewhere.is_meant(taken, Instant::now()) {
            return Ok(Some(command));
        }
        let text = match command {
            Command::Say { text, .. } => {
                format!(
                    "Not said, because the chat has moved to another network meanwhile. Say it again if it is for here: {text}"
                )
            }
            Command::Erase(_) => "Nothing was erased: the chat has moved to another network meanwhile.".to_owned(),
            command => return Ok(Some(command)),
        };
        self.update(Update::Failed { code: FailureCode::Moved, text }).await?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_before_the_front_end_knew_is_meant_for_elsewhere() {
        let now = Instant::now();
        assert!(!Elsewhere::new(false).is_meant(0, now));
        let mut elsewhere = Elsewhere::new(true);
        assert!(elsewhere.is_meant(9, now), "it was not told");
        elsewhere.tell(7);
        elsewhere.tell(8);
        assert!(elsewhere.is_meant(6, now + SHOWN_WITHIN));
        let taken = now + SHOWN_WITHIN * 2;
        assert!(elsewhere.is_meant(7, taken) && elsewhere.is_meant(9, taken + SHOWN_WITHIN / 2));
        assert!(!elsewhere.is_meant(9, taken + SHOWN_WITHIN) && !elsewhere.is_meant(0, taken));
    }
}
