//! Executes what the node decides.

use super::{Actor, Stop};
use crate::{
    core::node::{Input, Output},
    domain::bus::Update,
    runtime::io::Net,
};

impl<N: Net> Actor<N> {
    /// Lets the node handle an input, and executes what it wants.
    pub(super) async fn feed(&mut self, input: Input) -> Result<(), Stop> {
        let mut outs = Vec::new();
        self.node.handle(input, self.clock.now(), &mut outs);
        for out in outs {
            self.execute(out).await?;
        }
        Ok(())
    }

    async fn execute(&mut self, out: Output) -> Result<(), Stop> {
        match out {
            Output::Dial { link, addr, via } => {
                tracing::debug!(?link, %addr, ?via, "dial");
                let from = self.network.source(addr.ip());
                self.links.dial(&self.net, link, from, addr, via);
            }
            Output::Offer { link, first } => self.links.offer(link, first),
            Output::Open { link, protocol, first } => self.links.open(link, protocol, first),
            Output::Tell { link, frame } => self.links.shared.outbox.tell(link, frame),
            Output::Close { link, bye } => self.links.close(link, bye),
            Output::Batch { link, frame } => self.links.shared.outbox.batch(link, frame),
            Output::Store { ticket, request } => self.store.ask(ticket, request),
            Output::Publish(line) => self.links.shared.outbox.publish(line),
            Output::Update(update) => {
                match update.event() {
                    Update::NickSet(nick) => self.profile.nick_changed(nick.clone()),
                    Update::TypingShared(shared) => self.profile.typing_changed(*shared),
                    _ => {}
                }
                self.front_end.tell(update).await?;
            }
            Output::Sweep => self.discovery.rescan(),
            Output::Announce => self.discovery.announce(),
            Output::LinkedChanged => {
                self.discovery.set_linked(self.node.linked());
                self.network.linked(self.node.linked_people());
            }
            Output::KnownChanged => self.profile.known_changed(),
            Output::PrivateRoomsChanged => self.profile.private_rooms_changed(self.node.private_rooms()),
            Output::RoomsChanged => self.profile.rooms_changed(self.node.rooms()),
            Output::Leave => return Err(Stop::Quit),
        }
        Ok(())
    }
}
