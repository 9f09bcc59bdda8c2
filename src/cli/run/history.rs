//! Opens the history.

use std::time::Duration;

use tokio::sync::mpsc;

use super::Error;
use crate::{
    cli::config::Config,
    core::{log::storage::Snapshot, node::Retention},
    domain::{bus::HistoryNotice, model::Network},
    runtime::{
        profile::Profile,
        store::{self, Answer, Backend, Options, Recovered, Store},
    },
};

/// Every day counts 24 hours, so that what is kept does not depend on where the user travels.
const DAY: Duration = Duration::from_hours(24);

/// The open history.
#[derive(Debug)]
pub(super) struct History {
    /// What is in it.
    pub(super) snapshot: Snapshot,
    /// Where to send requests.
    pub(super) store: Store,
    /// The answers to them.
    pub(super) answers: mpsc::Receiver<Answer>,
    /// What the user should know if it was damaged or empty.
    pub(super) damage: Option<HistoryNotice<String>>,
}

/// Opens the history of a network and of those that were `joined` to it: the profile's, or one in memory if nothing is
/// stored.
pub(super) fn open(network: Network, joined: Vec<Network>, profile: &Profile) -> Result<History, Error> {
    let place = profile.directory().map_or(Backend::Memory, |directory| Backend::Directory(directory.to_owned()));
    let options = Options { place, network, joined, me: profile.identity().node() };
    let opened = store::open(&options)?;
    let damage = opened.recovered.as_ref().map(|Recovered { lines, aside }| HistoryNotice::Recovered {
        lines: *lines,
        aside: aside.display().to_string(),
    });
    let damage =
        damage.or_else(|| opened.emptied.as_ref().map(|path| HistoryNotice::Emptied(path.display().to_string())));
    let (store, answers) = store::spawn(opened.database)?;
    tracing::info!(network = %options.network, lines = opened.snapshot.lines, "history");
    Ok(History { snapshot: opened.snapshot, store, answers, damage })
}

/// How much history is kept.
pub(super) fn retention(config: &Config) -> Retention {
    Retention {
        age: config.history.days.map(|days| DAY.saturating_mul(days.get())),
        lines: config.history.lines.map(std::num::NonZero::get),
    }
}
