//! Refuses commands that were meant for another network than the present one.
//!
//! Commands wait in their channel while the node moves, and the user types on before the screen shows that it did. Such a line
//! was said to the people on the other network, and such an erasure meant its history. Neither is executed here, and the user
//! is told.

use super::{Actor, Stop};
use crate::{
    domain::bus::{Command, Failure, Stale, Update},
    runtime::io::Net,
};

impl<N: Net> Actor<N> {
    /// Gives the command back if it was meant for the present network, or for any.
    pub(super) async fn unless_stale(&mut self, command: Command) -> Result<Option<Command>, Stop> {
        let is_stale = match &command {
            Command::Say { network, .. } | Command::Erase { network, .. } => {
                network.as_ref().is_some_and(|network| !self.network.is_now(network))
            }
            _ => false,
        };
        let stale = match command {
            Command::Say { text, .. } if is_stale => Stale::Line(text),
            _ if is_stale => Stale::Erase,
            command => return Ok(Some(command)),
        };
        self.front_end.tell(Update::Failed(Failure::Moved(stale))).await?;
        Ok(None)
    }
}
