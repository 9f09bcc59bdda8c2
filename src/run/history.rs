//! Opens what was said before.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::{
    config::{Config, History},
    io,
    log::storage::Snapshot,
    model::Network,
    profile::Profile,
    store::{self, Answer, Options, Place, Recovered, Store},
};

/// The log as the actor takes it.
pub(super) struct Opened {
    /// Where requests go.
    pub(super) store: Store,
    /// What they come to.
    pub(super) answers: mpsc::Receiver<Answer>,
    /// What is there.
    pub(super) snapshot: Box<Snapshot>,
    /// What the user must know about it.
    pub(super) damage: Option<String>,
}

/// Why there is no log. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] store::OpenError),
    /// The system gives no thread for it.
    #[error("The history cannot be used: {0}. Close other programs and try again.")]
    System(#[from] std::io::Error),
}

/// The network that messages of the lobby belong to.
pub(super) fn network(config: &Config) -> Network {
    config.network.clone().unwrap_or_else(|| io::network(config.ip, &config.cidrs))
}

/// Opens the log of a profile; of a throw-away one it is in memory.
pub(super) fn open(config: &Config, profile: &Profile) -> Result<Opened, HistoryError> {
    let place = profile.directory().map_or(Place::Memory, |directory| Place::Directory(directory.to_owned()));
    let network = network(config);
    tracing::info!(%network, "history");
    let options = Options { place, network, me: profile.identity().node() };
    let store::Opened { database, snapshot, recovered } = store::open(&options)?;
    let damage = recovered.as_ref().map(damage);
    let (store, answers) = store::spawn(database)?;
    Ok(Opened { store, answers, snapshot: Box::new(snapshot), damage })
}

/// For how long lines are kept.
pub(super) fn age(history: History) -> Option<Duration> {
    /// Days have no other length here: a clock that is set forward does not shorten what is kept.
    const DAY: Duration = Duration::from_hours(24);
    history.days.map(|days| DAY.saturating_mul(days.get()))
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

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

    #[test]
    fn lines_are_kept_for_whole_days_or_for_ever() {
        let days = |days| age(History { days: NonZeroU32::new(days), lines: None });
        assert_eq!(days(90), Some(Duration::from_secs(90 * 86_400)));
        assert_eq!(days(0), None);
    }
}
