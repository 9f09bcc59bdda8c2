//! What the node wants, carried out.

use std::sync::Arc;

use super::{Actor, Stop};
use crate::{
    core::node::{Input, Output},
    domain::bus::Update,
    runtime::{io::Net, net},
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
                let handle = {
                    let from = self.whereabouts.source(addr.ip());
                    net::dial(self.net.clone(), self.shared.clone(), link, from, addr, via)
                };
                self.handles.insert(link, handle);
            }
            Output::Offer { link, first } => {
                if let Some(handle) = self.handles.get_mut(&link) {
                    handle.offer(first);
                }
            }
            Output::Open { link, protocol, first } => {
                self.shared.outbox.open(link, protocol, first);
                if let Some(handle) = self.handles.get_mut(&link) {
                    handle.open();
                }
            }
            Output::Tell { link, frame } => self.shared.outbox.tell(link, frame),
            Output::Close { link, bye } => {
                self.shared.outbox.finish(link, bye.as_ref());
                if let Some(handle) = self.handles.remove(&link) {
                    handle.close(bye, &self.shared.closing);
                }
            }
            Output::Batch { link, frame } => self.shared.outbox.batch(link, frame),
            Output::Store { ticket, request } => self.store.ask(ticket, request),
            Output::Publish(line) => self.shared.outbox.publish(line),
            Output::Update(update) => {
                if let Update::NickSet(nick) = &update {
                    self.keeper.nick_changed(nick.clone());
                }
                self.update(update).await?;
            }
            Output::Sweep => self.whereabouts.rescan(),
            Output::Announce => self.whereabouts.announce(),
            Output::LinkedChanged => drop(self.linked.send(Arc::new(self.node.linked()))),
            Output::KnownChanged => self.keeper.known_changed(),
            Output::Leave => return Err(Stop::Quit),
        }
        Ok(())
    }
}
