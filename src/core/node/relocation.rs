//! What becomes of links and dials when we listen elsewhere.

use super::{CloseReason, Node, Output, link::Link, local_addrs::LocalAddrs};
use crate::{
    domain::model::{LinkId, Now},
    protocol::codec::mesh::Reason,
};

impl Node {
    /// We listen elsewhere now. Whoever says so looks around there, and announces us.
    pub(super) fn relocate(&mut self, location: LocalAddrs, now: Now, out: &mut Vec<Output>) {
        let was_open = std::mem::replace(&mut self.location, location).open;
        if was_open && !self.location.open {
            self.leave_networks(now, out);
        }
        self.troubles.clear();
        // Where we met ourselves were addresses that may be somebody else's now.
        self.places.forget_ourselves(None);
        if self.location.open {
            self.dial_last_known(now);
        }
        // Who was found where we were is not to be looked for from here.
        self.book.forget(|addr, named| {
            if self.location.open { named || self.location.is_in_networks(addr.ip()) } else { addr.ip().is_loopback() }
        });
        self.forgive(now, out);
        out.push(Output::LinkedChanged);
    }

    /// Nothing is to leave this machine any more.
    fn leave_networks(&mut self, now: Now, out: &mut Vec<Output>) {
        let beyond = |link: &Link| match link {
            Link::Dialling(dial) | Link::Offered(dial) => !dial.addr.ip().is_loopback(),
            Link::Up { peer, .. } => {
                let remote = link.session().map_or(peer.addr, |(_, session)| session.remote);
                !remote.ip().is_loopback()
            }
        };
        let gone: Vec<LinkId> = self.links.iter().filter(|(_, link)| beyond(link)).map(|(id, _)| *id).collect();
        for link in gone {
            if self.take_dial(link).is_some() {
                out.push(Output::Close { link, bye: None });
            } else {
                self.close(link, CloseReason::Ended, Reason::Leaving, now, out);
            }
        }
        self.asks.clear();
    }
}
