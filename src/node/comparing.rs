//! Comparing codes with people (`/verify`): one comparison per link.

use std::{collections::BTreeMap, time::Instant};

use super::{
    LinkId, Node, Out,
    link::Link,
    verify::{Session, Step},
};
use crate::{
    bus::{FailureCode, Update, VerifyStep},
    convert::mesh::{self, Cap, Frame, Sas},
    identity::sas::{self, Side},
    model::{Now, Peer, PeerId, Who},
};

/// Comparisons that have not come to an end.
#[derive(Debug, Default)]
pub(super) struct Comparisons(BTreeMap<LinkId, Session>);

impl Comparisons {
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.0.values().filter_map(Session::next_due).min()
    }
}
