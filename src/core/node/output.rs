//! What the router wants done.

use std::net::SocketAddr;

use bytes::Bytes;

use super::transport::Via;
use crate::{
    core::log::storage::Request,
    domain::{bus::Update, model::LinkId},
    protocol::codec::{Protocol, Published},
};

/// An action for the shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Dial `addr`; answered by `DialConnected` or `DialFailed`.
    Dial {
        /// The identifier of the new link.
        link: LinkId,
        /// Where to.
        addr: SocketAddr,
        /// How.
        via: Via,
    },
    /// Send the first frame on a connected dial; answered by `DialAnswered`, `DialRefused` or `DialFailed`.
    Offer {
        /// The dial.
        link: LinkId,
        /// The frame.
        first: Bytes,
    },
    /// Open a link. From now on it gets every [`Output::Publish`].
    Open {
        /// The link.
        link: LinkId,
        /// How lines are encoded for it.
        protocol: Protocol,
        /// On an accepted link: the frame that lets the other side in.
        first: Option<Bytes>,
    },
    /// Send a frame on an open link, ahead of waiting lines.
    Tell {
        /// The link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// End a link. An accepted link that was never opened ends without "ok" or Hello, which means a refusal.
    Close {
        /// The link.
        link: LinkId,
        /// The last frame, on a link with a node.
        bye: Option<Bytes>,
    },
    /// Send a message on all open links.
    Publish(Published),
    /// Send a frame of events on an open link, behind its other frames. Only one at a time; answered by `Taken`.
    Batch {
        /// The link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Ask the store; answered by `Stored`.
    Store {
        /// Identifies the request.
        ticket: u64,
        /// The request.
        request: Request,
    },
    /// Tell the front end.
    Update(Update),
    /// Sweep now.
    Sweep,
    /// Announce the node now.
    Announce,
    /// [`super::Node::linked`] has changed.
    LinkedChanged,
    /// [`super::Node::known`] has changed: save it soon.
    KnownChanged,
    /// [`super::Node::rooms`] has changed: save it soon.
    RoomsChanged,
    /// [`super::Node::private_rooms`] has changed: save it soon.
    PrivateRoomsChanged,
    /// Close everything and stop.
    Leave,
}
