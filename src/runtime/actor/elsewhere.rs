//! What was meant for another network than the one that we are on now.
//!
//! Commands wait in their channel while the node moves, and its user types on before the screen says that it did. What is said so
//! was said to those who were there, and an erasure meant what is kept of there: neither is done here, and the user is told.

use super::{Actor, Stop};
use crate::{
    domain::bus::{Command, FailureCode, Update},
    runtime::io::Net,
};

impl<N: Net> Actor<N> {
    /// Gives a command back if it is for here.
    pub(super) async fn unless_meant_for_elsewhere(&mut self, command: Command) -> Result<Option<Command>, Stop> {
        let is_for_elsewhere = match &command {
            Command::Say { network, .. } | Command::Erase { network, .. } => {
                network.as_ref().is_some_and(|network| network != self.whereabouts.network())
            }
            _ => false,
        };
        let text = match command {
            Command::Say { text, .. } if is_for_elsewhere => {
                format!(
                    "Not said, because the chat has moved to another network meanwhile. Say it again if it is for here: {text}"
                )
            }
            _ if is_for_elsewhere => "Nothing was erased: the chat has moved to another network meanwhile.".to_owned(),
            command => return Ok(Some(command)),
        };
        self.update(Update::Failed { code: FailureCode::Moved, text }).await?;
        Ok(None)
    }
}
