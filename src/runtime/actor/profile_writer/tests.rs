use std::{fs, path::PathBuf};

use tempfile::TempDir;

use super::*;
use crate::{domain::model::Timestamp, runtime::profile};

struct Harness {
    writer: ProfileWriter,
    known: Vec<Known>,
    directory: PathBuf,
    _home: TempDir,
}

fn harness() -> Harness {
    let home = tempfile::tempdir().unwrap();
    let options = profile::Options { data_dir: Some(home.path().join("data")), ..Default::default() };
    let saver = profile::open(&options).unwrap().saver();
    let directory = home.path().join("data/default");
    let known = vec![Known::new(NodeId::new([1; 32]), Timestamp::from_millis(0))];
    Harness { writer: ProfileWriter::new(saver, &known), known, directory, _home: home }
}

impl Harness {
    fn seen(&mut self, millis: i64) {
        self.known[0].last_seen = Timestamp::from_millis(millis);
        self.writer.known_changed();
    }

    /// Does what the actor does for `time`. Returns how many errors the user is told of.
    async fn pass(&mut self, time: Duration) -> usize {
        let (end, mut told) = (Instant::now() + time, 0);
        loop {
            let due = self.writer.due();
            tokio::select! {
                biased;
                error = self.writer.written() => told += usize::from(error.is_some()),
                () = tokio::time::sleep_until(due.unwrap_or(end)), if due.is_some_and(|due| due <= end) => {
                    self.writer.write(|| self.known.clone());
                }
                () = tokio::time::sleep_until(end) => return told,
            }
        }
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).unwrap_or_default()
    }

    fn last_seen(&self) -> i64 {
        let file: serde_json::Value = serde_json::from_str(&self.file("known.json")).unwrap();
        file[0]["last_seen"].as_i64().unwrap()
    }
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

#[tokio::test(start_paused = true)]
async fn sightings_are_written_rarely_and_decisions_soon() {
    let mut harness = harness();
    let (begin, mut files) = (Instant::now(), BTreeSet::new());
    for n in 0..600 {
        harness.seen(n);
        harness.pass(Duration::from_millis(100)).await;
        files.insert(harness.file("known.json"));
    }
    assert_eq!(begin.elapsed().as_secs(), 60);
    assert_eq!(files.len(), 1 + 2, "nothing, and what a minute of churn is worth");
    harness.known[0].ignored = true;
    harness.seen(1_000);
    harness.pass(GATHER + Duration::from_millis(100)).await;
    assert_eq!(harness.last_seen(), 1_000);
    harness.seen(1_001);
    harness.pass(GATHER * 2).await;
    assert_eq!(harness.last_seen(), 1_000);
    harness.known[0].ignored = false;
    harness.writer.known_changed();
    harness.pass(GATHER * 2).await;
    assert_eq!(harness.last_seen(), 1_001, "taking back is a decision, too");
    harness.seen(1_002);
    harness.pass(SIGHTINGS + GATHER).await;
    assert_eq!(harness.last_seen(), 1_002);
}

#[tokio::test(start_paused = true)]
async fn settings_changed_on_the_screen_are_written_together() {
    let mut harness = harness();
    harness.writer.plain_view_changed(true);
    harness.pass(GATHER * 2).await;
    let path = harness.directory.join("settings.json");
    assert!(harness.file("settings.json").contains("\"plain_view\": true"));
    // No file can replace it.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    harness.writer.plain_view_changed(false);
    assert_eq!(harness.pass(GATHER * 2).await, 1);
    harness.writer.nick_changed(nick("zoë"));
    fs::remove_dir(&path).unwrap();
    harness.pass(RETRY * 2).await;
    let written = harness.file("settings.json");
    assert!(written.contains("\"plain_view\": false") && written.contains("zoë"), "{written}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_write_is_reported_once_and_retried() {
    let mut harness = harness();
    let path = harness.directory.join("known.json");
    // No file can replace it.
    fs::create_dir(&path).unwrap();
    harness.known[0].verified = true;
    harness.seen(1);
    assert_eq!(harness.pass(GATHER * 2).await, 1);
    harness.writer.nick_changed(nick("zoë"));
    assert_eq!(harness.pass(RETRY * 3).await, 0, "the user knows already");
    assert!(harness.file("settings.json").contains("zoë"), "one file does not keep the other from being written");
    fs::remove_dir(&path).unwrap();
    assert_eq!(harness.pass(RETRY).await, 0);
    assert_eq!(harness.last_seen(), 1);
    assert_eq!(harness.writer.due(), None, "nothing is left to be written");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    harness.seen(2);
    assert_eq!(harness.pass(SIGHTINGS + GATHER).await, 1, "this is news again");
}

#[tokio::test(start_paused = true)]
async fn an_unwritten_name_blocks_nothing_and_a_newer_one_wins() {
    let mut harness = harness();
    let path = harness.directory.join("settings.json");
    fs::create_dir(&path).unwrap();
    harness.writer.nick_changed(nick("old"));
    harness.writer.typing_changed(false);
    harness.seen(1);
    assert_eq!(harness.pass(GATHER * 2).await, 1);
    harness.writer.nick_changed(nick("new"));
    harness.pass(RETRY).await;
    assert_eq!(harness.last_seen(), 1);
    fs::remove_dir(&path).unwrap();
    harness.pass(RETRY).await;
    let settings: serde_json::Value = serde_json::from_str(&harness.file("settings.json")).unwrap();
    assert_eq!(settings, serde_json::json!({ "nick": "new", "typing": false }), "what else was chosen stays");
    harness.writer.typing_changed(true);
    harness.pass(GATHER).await;
    let settings: serde_json::Value = serde_json::from_str(&harness.file("settings.json")).unwrap();
    assert_eq!(settings, serde_json::json!({ "nick": "new", "typing": true }));
}

#[tokio::test(start_paused = true)]
async fn the_last_write_includes_everything_that_failed_or_was_deferred() {
    let mut harness = harness();
    harness.seen(1);
    harness.pass(GATHER * 2).await;
    harness.seen(2);
    harness.pass(GATHER * 2).await;
    assert_eq!(harness.last_seen(), 1);
    let path = harness.directory.join("settings.json");
    fs::create_dir(&path).unwrap();
    harness.writer.nick_changed(nick("zoë"));
    assert_eq!(harness.pass(GATHER).await, 1);
    fs::remove_dir(&path).unwrap();
    let known = harness.known.clone();
    let directory = harness.directory.clone();
    harness.writer.finish(known).await;
    let file = |name| fs::read_to_string(directory.join(name)).unwrap();
    assert!(file("settings.json").contains("zoë") && file("known.json").contains("\"last_seen\":2,"));
}
