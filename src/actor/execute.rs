//! What the node wants, carried out.

use std::sync::Arc;

use super::{Actor, Stop};
use crate::{
    bus::Update,
    io::Net,
    net,
    node::{In, Out},
};

impl<N: Net> Actor<N> {
    /// Lets the node handle an input, and executes what it wants.
    pub(super) async fn feed(&mut self, input: In) -> Result<(), Stop> {
        let mut outs = Vec::new();
        self.node.handle(input, self.clock.now(), &mut outs);
        for out in outs {
            self.execute(out).await?;
        }
        Ok(())
    }

    async fn execute(&mut self, out: Out) -> Result<(), Stop> {
        match out {
            Out::Dial { link, addr, via } => {
                tracing::debug!(?link, %addr, ?via, "dial");
                let handle = {
                    let from = self.whereabouts.source(addr.ip());
                    net::dial(self.net.clone(), self.shared.clone(), link, from, addr, via)
                };
                self.handles.insert(link, handle);
            }
            Out::Offer { link, first } => {
                if let Some(handle) = self.handles.get_mut(&link) {
                    handle.offer(first);
                }
            }
            Out::Open { link, protocol, first } => {
                self.shared.outbox.open(link, protocol, first);
                if let Some(handle) = self.handles.get_mut(&link) {
                    handle.open();
                }
            }
            Out::Tell { link, frame } => self.shared.outbox.tell(link, frame),
            Out::Close { link, bye } => {
                self.shared.outbox.finish(link, bye.as_ref());
                if let Some(handle) = self.handles.remove(&link) {
                    handle.close(bye, &self.shared.lingering);
                }
            }
            Out::Batch { link, frame } => self.shared.outbox.batch(link, frame),
            Out::Store { ticket, request } => self.store.ask(ticket, request),
            Out::Publish(line) => self.shared.outbox.publish(line),
            Out::Update(update) => {
                if let Update::NickSet(nick) = &update {
                    self.keeper.nick_changed(nick.clone());
                }
                self.update(update).await?;
            }
            Out::Sweep => self.whereabouts.rescan(),
            Out::Announce => self.whereabouts.announce(),
            Out::LinkedChanged => drop(self.linked.send(Arc::new(self.node.linked()))),
            Out::KnownChanged => self.keeper.known_changed(),
            Out::Leave => return Err(Stop::Quit),
        }
        Ok(())
    }
}
