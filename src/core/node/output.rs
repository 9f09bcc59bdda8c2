//! What the router wants done.

use std::net::SocketAddr;

use bytes::Bytes;

use super::transport::Via;
use crate::{
    core::log::storage::Request,
    domain::{bus::Update, model::LinkId},
    protocol::codec::{Protocol, Published},
};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Dial `addr`; answer with [`Input::DialConnected`] or [`Input::DialFailed`].
    Dial {
        /// The name of the new link.
        link: LinkId,
        /// Where to.
        addr: SocketAddr,
        /// How.
        via: Via,
    },
    /// Send the first frame on a connected dial; answer with `DialAnswered`, `DialRefused` or `DialFailed`.
    Offer {
        /// Which dial.
        link: LinkId,
        /// The frame.
        first: Bytes,
    },
    /// Let lines flow. From now on the link sees every [`Output::Publish`].
    Open {
        /// Which link.
        link: LinkId,
        /// Which frames it gets.
        protocol: Protocol,
        /// On an accepted link: what lets the dialler in.
        first: Option<Bytes>,
    },
    /// Send a frame on an open link, before the lines that wait.
    Tell {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// End it. An accepted link that was not open ends without "ok" or Hello, which refuses it.
    Close {
        /// Which link.
        link: LinkId,
        /// The last frame, of a link of nodes.
        bye: Option<Bytes>,
    },
    /// A message for all open links.
    Publish(Published),
    /// Send a frame of events on an open link, behind its other frames. One at a time: answered by [`Input::Taken`] when the
    /// link has taken it.
    Batch {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Ask the store; answered by [`Input::Stored`].
    Store {
        /// The number of the request.
        ticket: u64,
        /// What.
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
    /// What is known of people has changed: [`super::Node::known`] is to be saved, soon.
    KnownChanged,
    /// Close everything and stop.
    Leave,
}
