//! Feeds the node what links, discovery, the store and the profile report.

use super::{Actor, Stop};
use crate::{
    core::node::{CloseReason, Input},
    domain::{
        bus::{Notice, Update},
        model::{LinkId, NodeId},
    },
    runtime::{
        discovery::{self, Candidate},
        io::Net,
        net::{self, LinkEvent},
        profile::SaveError,
        store::Answer,
    },
};

impl<N: Net> Actor<N> {
    pub(super) async fn stored(&mut self, Answer { ticket, reply }: Answer) -> Result<(), Stop> {
        self.feed(Input::Stored { ticket, reply }).await
    }

    /// Tells the node when space on the disk becomes scarce, and when it no longer is.
    pub(super) async fn look_at_space(&mut self) -> Result<(), Stop> {
        let Some(space) = self.store.space() else { return Ok(()) };
        let scarce = space.is_scarce(self.scarce);
        if std::mem::replace(&mut self.scarce, scarce) == scarce {
            return Ok(());
        }
        self.feed(Input::FreeSpace(space)).await
    }

    pub(super) async fn taken(&mut self, links: Vec<LinkId>) -> Result<(), Stop> {
        for link in links {
            self.feed(Input::Taken(link)).await?;
        }
        Ok(())
    }

    pub(super) async fn link_event(&mut self, event: LinkEvent) -> Result<(), Stop> {
        let input = match event {
            // The peer gave up while it waited for us.
            LinkEvent::Arrived { handle, .. } if handle.is_cut() => return Ok(()),
            LinkEvent::Arrived { link, input, handle } => {
                self.links.accept(link, handle);
                input
            }
            LinkEvent::Probed(node, answer) => {
                // The asking side may have given up.
                let _ = answer.send(self.facts(&node));
                return Ok(());
            }
            LinkEvent::Node(input) | LinkEvent::Read(input) => input,
        };
        if let Input::Closed { link, .. } | Input::DialFailed { link, .. } | Input::DialRefused { link, .. } = input {
            self.links.forget(link);
        }
        self.feed(input).await
    }

    /// What we tell the holder of this key, who probes us.
    fn facts(&self, node: &NodeId) -> net::NodeFacts {
        let people = self.node.linked_peers().count().try_into().unwrap_or(u32::MAX);
        net::NodeFacts { nick: self.node.state().0, heard: self.node.has_heard(node, self.clock.now()), people }
    }

    pub(super) async fn discovered(&mut self, event: discovery::DiscoveryEvent) -> Result<(), Stop> {
        match event {
            discovery::DiscoveryEvent::Candidate(Candidate::Found(addr)) => self.feed(Input::Found(addr)).await,
            discovery::DiscoveryEvent::Candidate(Candidate::Announced { node, addr }) => {
                self.feed(Input::Announced { node, addr }).await
            }
            discovery::DiscoveryEvent::Progress(progress) => self.front_end.tell(Update::Sweep(progress)).await,
            discovery::DiscoveryEvent::Asked(node) => {
                self.node.note_heard(node, self.clock.now());
                Ok(())
            }
            discovery::DiscoveryEvent::Observation(observation) => {
                self.diagnosing.keep(observation);
                Ok(())
            }
        }
    }

    pub(super) async fn drop_frozen(&mut self) -> Result<(), Stop> {
        for link in self.links.shared.outbox.frozen() {
            self.links.cut(link);
            self.feed(Input::Closed { link, reason: CloseReason::Timeout }).await?;
        }
        Ok(())
    }

    /// A write to the profile has ended.
    pub(super) async fn not_saved(&mut self, error: Option<SaveError>) -> Result<(), Stop> {
        // While nothing can be kept, the user already knows that, and why.
        let Some(error) = error.filter(|_| !self.node.keeps_nothing()) else { return Ok(()) };
        self.front_end.tell(Update::Notice(Notice::NotSaved(error.into()))).await
    }
}
