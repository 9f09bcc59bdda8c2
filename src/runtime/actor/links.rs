//! The links of the node, as the actor holds them.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use bytes::Bytes;

use crate::{
    core::node::Via,
    domain::model::{Guests, LinkId},
    protocol::codec::Protocol,
    runtime::{
        io::Net,
        net::{self, CLOSE_TIMEOUT, Handle, Shared, Tls},
    },
};

/// A handle for each link, and what all links share.
#[derive(Debug)]
pub(super) struct Links {
    /// What all links share, including the inbox and the outbox.
    pub(super) shared: Shared,
    handles: BTreeMap<LinkId, Handle>,
}

impl Links {
    /// Begins without links. `guests`: from where plain text is accepted.
    pub(super) fn new(tls: Tls, guests: Guests) -> Self {
        Self { shared: Shared::new(tls, guests), handles: BTreeMap::new() }
    }

    /// Dials `to` from `from`, or from whichever address leads there.
    pub(super) fn dial<N: Net>(&mut self, net: &N, link: LinkId, from: Option<IpAddr>, to: SocketAddr, via: Via) {
        let handle = net::dial(net.clone(), self.shared.clone(), link, from, to, via);
        self.handles.insert(link, handle);
    }

    /// Keeps the handle of a link that a peer has opened.
    pub(super) fn accept(&mut self, link: LinkId, handle: Handle) {
        self.handles.insert(link, handle);
    }

    /// Lets a dial send its first frame.
    pub(super) fn offer(&mut self, link: LinkId, first: Bytes) {
        if let Some(handle) = self.handles.get_mut(&link) {
            handle.offer(first);
        }
    }

    /// Lets lines flow, after `first`.
    pub(super) fn open(&mut self, link: LinkId, protocol: Protocol, first: Option<Bytes>) {
        self.shared.outbox.open(link, protocol, first);
        if let Some(handle) = self.handles.get_mut(&link) {
            handle.open();
        }
    }

    /// Closes a link from our side, with `bye` as its last frame.
    pub(super) fn close(&mut self, link: LinkId, bye: Option<Bytes>) {
        self.shared.outbox.finish(link, bye.as_ref());
        if let Some(handle) = self.handles.remove(&link) {
            handle.close(bye, &self.shared.closing);
        }
    }

    /// Forgets a link that has ended.
    pub(super) fn forget(&mut self, link: LinkId) {
        self.handles.remove(&link);
        self.shared.outbox.remove(link);
    }

    /// Cuts a link at once.
    pub(super) fn cut(&mut self, link: LinkId) {
        if let Some(handle) = self.handles.remove(&link) {
            handle.cut();
        }
        self.shared.outbox.remove(link);
    }

    /// Closes all links. Each may pass on its last lines and `bye`, until [`CLOSE_TIMEOUT`].
    pub(super) async fn close_all(&mut self, bye: &Bytes) {
        let closing: Vec<_> = std::mem::take(&mut self.handles)
            .into_iter()
            .map(|(link, handle)| {
                self.shared.outbox.finish(link, Some(bye));
                handle.leave()
            })
            .collect();
        // Links that still have something to report must not wait for us.
        self.shared.inbox.close();
        let all_closed = async {
            for cut in closing {
                cut.cancelled().await;
            }
        };
        // A peer that does not take its last lines in time does not get them.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, all_closed).await;
    }
}
