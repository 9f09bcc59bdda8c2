//! Refuses commands that were meant for a network other than the present one.
//!
//! Commands wait in their channel while the node moves, and the user goes on typing until the screen shows the move. A
//! line from that time was meant for the people on the other network, and an erasure for its history. Neither is
//! executed here, and the user is told.

use super::{Actor, Stop};
use crate::{
    domain::bus::{Command, Failure, RequestId, Stale, Update},
    runtime::io::Net,
};

impl<N: Net> Actor<N> {
    /// Returns the command if it was meant for the present network, or for any.
    /// Otherwise, the user is told, in answer to the command with this `id`.
    pub(super) async fn unless_stale(
        &mut self,
        command: Command,
        id: Option<RequestId>,
    ) -> Result<Option<Command>, Stop> {
        let is_stale = match &command {
            Command::Say { network, .. } | Command::SetTopic { network, .. } | Command::Erase { network, .. } => {
                network.as_ref().is_some_and(|network| !self.network.is_now(network))
            }
            _ => false,
        };
        let stale = match command {
            Command::Say { text, .. } if is_stale => Stale::Line(text),
            Command::SetTopic { topic, .. } if is_stale => Stale::Line(topic.typed()),
            _ if is_stale => Stale::Erase,
            command => return Ok(Some(command)),
        };
        self.front_end.tell(Update::Failed(Failure::Moved(stale)).answering(id)).await?;
        Ok(None)
    }
}
