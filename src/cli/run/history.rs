//! Opens what was said before.

use std::{path::Path, time::Duration};

use tokio::sync::mpsc;

use super::Error;
use crate::{
    cli::config::Config,
    core::{log::storage::Snapshot, node::Retention},
    domain::model::Network,
    runtime::{
        profile::Profile,
        store::{self, Answer, Backend, Options, Recovered, Store},
    },
};

/// Days have no other length here: what is kept does not depend on where its user travels.
const DAY: Duration = Duration::from_hours(24);

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

/// Opens the history of a network and of those that were `joined` to it: the profile's, or one in memory if nothing is stored.
pub(super) fn open(network: Network, joined: Vec<Network>, profile: &Profile) -> Result<History, Error> {
    let place = profile.directory().map_or(Backend::Memory, |directory| Backend::Directory(directory.to_owned()));
    let options = Options { place, network, joined, me: profile.identity().node() };
    let opened = store::open(&options)?;
    let damage = opened.recovered.as_ref().map(damage).or_else(|| opened.emptied.as_deref().map(emptied));
    let (store, answers) = store::spawn(opened.database)?;
    tracing::info!(network = %options.network, lines = opened.snapshot.lines, "history");
    Ok(History { snapshot: opened.snapshot, store, answers, damage })
}

/// How long what was said is kept.
pub(super) fn retention(config: &Config) -> Retention {
    Retention {
        age: config.history.days.map(|days| DAY.saturating_mul(days.get())),
        lines: config.history.lines.map(std::num::NonZero::get),
    }
}

/// What happened, what was kept, and where the rest is.
fn damage(recovered: &Recovered) -> String {
    let Recovered { lines, aside } = recovered;
    let kept = match lines {
        0 => "Nothing of it could be read".to_owned(),
        1 => "One line could be read and was kept".to_owned(),
        _ => format!("{lines} lines could be read and were kept"),
    };
    format!(
        "The history on disk was damaged. {kept}; what others have comes again from them. The damaged file is {}.",
        aside.display()
    )
}

/// What happened, and what can be done.
fn emptied(path: &Path) -> String {
    format!(
        "The history on disk was emptied: {} had nothing in it. A loss of power can do that, and so can another program. \
         A new history begins, and what others have comes again from them. If you have a copy of the file, leave, put it \
         in its place, and start again.",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_told_with_what_was_kept_and_where_the_file_is() {
        let text = |lines| damage(&Recovered { lines, aside: "/home/a/history.db.damaged".into() });
        assert_eq!(
            text(12),
            "The history on disk was damaged. 12 lines could be read and were kept; what others have comes again from them. \
             The damaged file is /home/a/history.db.damaged."
        );
        assert!(text(0).contains("Nothing of it could be read;") && text(1).contains("One line"));
    }
}
