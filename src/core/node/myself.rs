//! What the node says about itself.

use bytes::Bytes;

use super::local_addrs::LocalAddrs;
use crate::{
    domain::model::{Guests, Nick, NodeId, Now, PortRange, Presence},
    protocol::codec::mesh::{self, Caps, Frame, Hello, Status},
};

/// Who and where we are. The machines read it; only the router changes it.
#[derive(Debug)]
pub(super) struct Myself {
    /// Where we listen and look for people.
    pub(super) local: LocalAddrs,
    /// Our name.
    pub(super) nick: Nick,
    /// Our key.
    pub(super) node: NodeId,
    /// Identifies this run of the program: random, and new at every start.
    pub(super) boot: u64,
    /// Whether our user is here.
    pub(super) presence: Presence,
    /// The ports to try on a host that is named without a port.
    pub(super) ports: PortRange,
    /// Which reference nodes may join.
    pub(super) guests: Guests,
    /// Our card, encoded: which key seals what is meant for our user.
    pub(super) card: Bytes,
}

impl Myself {
    /// The first frame on a link with a node.
    pub(super) fn hello(&self, now: Now) -> Bytes {
        let (min, max) = mesh::VERSIONS;
        mesh::encode(&Frame::Hello(Hello {
            min,
            max,
            caps: Caps::ours(),
            node: self.node,
            boot: self.boot,
            nick: Some(self.nick.clone()),
            wall: Some(now.wall),
            port: self.local.port().try_into().ok(),
            version: env!("CARGO_PKG_VERSION").into(),
            card: Some(self.card.clone()),
        }))
    }

    /// The frame that tells nodes our name and presence.
    pub(super) fn status(&self, typing: bool) -> Bytes {
        let status = Status { nick: Some(self.nick.clone()), presence: self.presence.clone(), typing };
        mesh::encode(&Frame::Status(status))
    }
}

#[cfg(test)]
impl Myself {
    /// A node on 10.0.0.0/8 called "me", for the tests of the machines that read it.
    pub(super) fn sample(node: NodeId, listens: std::net::SocketAddr, guests: Guests) -> Self {
        let [min, max] = [4565, 4569].map(|port: u16| port.try_into().unwrap());
        Self {
            local: LocalAddrs::at(listens, vec!["10.0.0.0/8".parse().unwrap()]),
            nick: Nick::new("me").unwrap(),
            node,
            boot: 1,
            presence: Presence::Here,
            ports: PortRange::new(min, max).unwrap(),
            guests,
            card: Bytes::from_static(b"card"),
        }
    }
}
