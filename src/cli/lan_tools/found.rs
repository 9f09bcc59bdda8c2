//! What a scan found.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use crate::{
    core::{discovery::sweep::Survey, node::DialFailure},
    domain::bus::SweepProgress,
    runtime::{
        discovery::Observation,
        net::{ListenError, Probed},
    },
};

/// How many addresses are queried: more than a room has people. A network with more open ports is no place for a chat.
pub(super) const MAX_FOUND: usize = 1_024;

/// How an address was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FoundBy {
    Sweep,
    Announcement,
    Name,
}

impl FoundBy {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Announcement => "announcement",
            Self::Name => "name",
        }
    }
}

/// An address where someone may be.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) by: BTreeSet<FoundBy>,
    /// The result of the query; none while it is under way.
    pub(super) result: Option<Result<Probed, DialFailure>>,
}

/// Everything that a scan found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) found: BTreeMap<SocketAddr, Found>,
    pub(super) survey: Survey,
    pub(super) progress: Option<SweepProgress>,
    pub(super) mute: Vec<(Arc<str>, String)>,
    pub(super) off_link: BTreeSet<(Arc<str>, IpAddr)>,
    pub(super) listening: Option<Result<SocketAddr, ListenError>>,
}

impl Scan {
    /// Keeps an observation about the network itself.
    pub(super) fn keep(&mut self, observation: Observation) {
        match observation {
            Observation::Surveyed(survey) => self.survey = survey,
            Observation::OffLink { addr, interface } => {
                if self.off_link.len() < MAX_FOUND {
                    self.off_link.insert((interface, addr.ip()));
                }
            }
            Observation::Mute { interface, error } => self.mute.push((interface, error.to_string())),
            Observation::Audible { interface } => self.mute.retain(|(name, _)| *name != interface),
        }
    }
}
