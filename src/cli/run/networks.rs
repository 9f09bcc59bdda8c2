//! The networks that a profile remembers.

use std::{collections::BTreeSet, path::Path};

use crate::{
    core::networks::{NetworkRecord, remembered},
    domain::model::{Known, Network, NodeId},
    runtime::{
        profile::{Existing, Profile},
        store::{self, Backend, Options},
    },
};

/// The networks of a profile that is in use.
pub(super) fn of_profile(profile: &Profile) -> Vec<NetworkRecord> {
    let kept = kept(profile.directory(), profile.identity().node(), profile.known());
    remembered(profile.networks().to_vec(), profile.lan(), &kept)
}

/// The networks of a profile that is only read.
pub(super) fn of_existing(profile: &Existing) -> Vec<NetworkRecord> {
    let kept = kept(Some(profile.directory()), profile.node(), profile.known());
    remembered(profile.networks().to_vec(), profile.lan(), &kept)
}

/// The networks that have a history, each with those of its authors who were met. A file that cannot be read counts as
/// empty here: the code that opens it reports the problem.
fn kept(directory: Option<&Path>, me: NodeId, known: &[Known]) -> Vec<(Network, Vec<NodeId>)> {
    let Some(directory) = directory else { return Vec::new() };
    let place = Backend::Directory(directory.to_owned());
    let options = Options { place, network: Network::loopback(), joined: Vec::new(), me };
    let networks = match store::open_in_its_format(&options) {
        Ok(Some(database)) => database.networks().unwrap_or_default(),
        Ok(None) | Err(_) => Vec::new(),
    };
    let met: BTreeSet<NodeId> = known.iter().map(|known| known.node).collect();
    let met = |authors: Vec<NodeId>| authors.into_iter().filter(|node| *node != me && met.contains(node)).collect();
    networks.into_iter().map(|one| (one.network, met(one.authors))).collect()
}
