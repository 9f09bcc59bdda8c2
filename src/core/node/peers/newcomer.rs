//! A node that is let in, before its link is up.

use std::net::SocketAddr;

use bytes::Bytes;

use super::session::Session;
use crate::{
    core::node::transport::Secure,
    domain::model::{Host, LinkId, Nick, Software},
    protocol::codec::mesh::{Cap, Caps},
};

/// A node whose handshake is done.
#[derive(Debug)]
pub(in crate::core::node) struct Newcomer {
    /// Its link.
    pub(in crate::core::node) link: LinkId,
    /// Who it proved to be.
    pub(in crate::core::node) secure: Secure,
    /// The name that it claims.
    pub(in crate::core::node) nick: Option<Nick>,
    /// Whether the front end already knows this run of its program: then no arrival is shown.
    pub(in crate::core::node) is_known_run: bool,
    /// Whether the front end knows it under another name.
    pub(super) has_new_name: bool,
    /// Its address for the front end.
    pub(super) addr: SocketAddr,
    pub(super) software: Software,
    pub(super) session: Session,
    /// The frame that lets it in, if it dialled us.
    pub(super) first: Option<Bytes>,
    /// Its card, if it has told one. Nothing in it is checked yet.
    pub(in crate::core::node) card: Option<Bytes>,
}

impl Newcomer {
    /// Where it connects from, or where it was reached.
    pub(in crate::core::node) fn host(&self) -> Host {
        Host::of(self.session.start.remote.ip())
    }

    /// Whether its program can compare codes.
    pub(in crate::core::node) fn can_compare(&self) -> bool {
        self.session.caps.has(Cap::Sas)
    }

    /// By how many milliseconds its clock is ahead of ours, if it has said.
    pub(in crate::core::node) fn clock_ahead_ms(&self) -> Option<i64> {
        self.session.clock_ahead_ms
    }

    /// What both programs can do.
    pub(in crate::core::node) fn caps(&self) -> Caps {
        self.session.caps
    }
}
