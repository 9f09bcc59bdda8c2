//! Opens what was said before.

use std::time::Duration;

use tokio::sync::mpsc;

use super::Error;
use crate::{
    config::Config,
    io,
    log::storage::Snapshot,
    model::Network,
    node::Retention,
    profile::Profile,
    store::{self, Answer, Options, Place, Recovered, Store},
};

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// The open history.
#[derive(Debug)]
pub(super) struct History {
    /// What is in it.
    pub(super) snapshot: Snapshot,
    /// Where to ask.
    pub(super) store: Store,
    /// What it answers.
    pub(super) answers: mpsc::Receiver<Answer>,
    /// What the user has to know, if it was damaged.
    pub(super) damage: Option<String>,
}

/// The network that the lobby belongs to.
pub(super) fn network(config: &Config) -> Network {
    config.network.clone().unwrap_or_else(|| io::network(config.ip, &config.cidrs))
}

/// Opens the history in the profile; one in memory, if nothing is to be stored.
pub(super) fn open(config: &Config, profile: &Profile) -> Result<History, Error> {
    let place = profile.directory().map_or(Place::Memory, |directory| Place::Directory(directory.to_owned()));
    let options = Options { place, network: network(config), me: profile.identity().node() };
    let opened = store::open(&options)?;
    let damage = opened.recovered.as_ref().map(damage);
    let (store, answers) = store::spawn(opened.database)?;
    tracing::info!(network = %options.network, lines = opened.snapshot.lines, "history");
    Ok(History { snapshot: opened.snapshot, store, answers, damage })
}

/// How long what was said is kept.
pub(super) fn retention(config: &Config) -> Retention {
    Retention {
        age: config.history.days.map(|days| Duration::from_secs(u64::from(days.get()) * DAY)),
        lines: config.history.lines.map(std::num::NonZero::get),
    }
}

fn damage(recovered: &Recovered) -> String {
    format!(
        "The history on disk was damaged. {} lines could be kept; the rest is fetched from the others when they are here. The \
         damaged file is {}.",
        recovered.lines,
        recovered.aside.display()
    )
}
