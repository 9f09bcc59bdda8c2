//! A database that was damaged, by a disk or by somebody.

use std::{
    fs::{self, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{assert_same, few};
use crate::support::{Node, Ports, seconds, until};

const LINES: usize = 200;

/// The first bytes of a SQLite database.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The database somewhere below a directory.
fn database(below: &Path) -> PathBuf {
    let mut found = find(below);
    assert_eq!(found.len(), 1, "one database: {found:?}");
    found.remove(0)
}

fn find(below: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(below).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { find(&path) } else { vec![path] })
        .filter(|path| {
            let mut begin = [0; MAGIC.len()];
            fs::File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == MAGIC
        })
        .collect()
}

fn overwrite(path: &Path, from: u64, length: usize) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(&vec![0xa5; length]).unwrap();
}

/// Both talk, and alice's database is damaged while she is away. She must start, report the damage, get back what is
/// lost from bob, and continue her log so that bob accepts it.
fn spoil_and_start(spoil: impl Fn(&Path, u64)) {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    let mut bob = Node::listening("bob", few(&ports));
    bob.wait_peer(&alice.id());
    alice.wait_peer(&bob.id());
    for n in 0..LINES {
        alice.say(&format!("alice {n} with a few words more, so that they take some pages"));
        bob.say(&format!("bob {n} with a few words more, so that they take some pages"));
    }
    for node in [&alice, &bob] {
        until(&format!("all lines at {}", node.nick), seconds(60), || {
            (node.all(|e| (e["event"] == "message").then_some(())).len() == 2 * LINES).then_some(())
        });
    }
    let before = bob.history_texts();
    assert_eq!(before.len(), 2 * LINES);
    let key = alice.id();
    alice.quit();
    bob.wait_peers(0);
    let path = database(alice.home().path());
    let bytes = fs::metadata(&path).unwrap().len();
    assert!(bytes > 20_000, "{bytes} bytes: the file was not closed as it should be");
    spoil(&path, bytes);

    let mut alice = alice.start_again();
    println!("said: {}", alice.wait_notice("history_damaged"));
    assert_eq!(alice.id(), key, "the same person");
    bob.wait_peer(&key);
    alice.say("here I am again");
    let id = alice.wait_own("here I am again");
    bob.wait_text("here I am again");
    alice.wait_delivered(&id, 1, 1);
    let begun = std::time::Instant::now();
    while alice.history().len() < 2 * LINES + 1 && begun.elapsed() < seconds(60) {
        std::thread::park_timeout(std::time::Duration::from_millis(200));
    }
    let (here, all) = (alice.history_texts(), bob.history_texts());
    let missing: Vec<_> = all.iter().filter(|text| !here.contains(text)).collect();
    assert!(
        missing.is_empty(),
        "{} of {} are missing after {:?}: {missing:?}",
        missing.len(),
        all.len(),
        begun.elapsed()
    );
    assert_same(&[&bob, &alice]);
    assert_eq!(bob.history_texts()[..2 * LINES], before);
    for node in [&alice, &bob] {
        let forks = node.all(|e| (e["code"] == "forked").then(|| e.clone()));
        assert!(forks.is_empty(), "{}: {forks:?}", node.nick);
        node.assert_clean();
    }
    // The damage is reported once: the database is intact again.
    alice.quit();
    let alice = alice.start_again();
    alice.wait_peer(&bob.id());
    assert_eq!(alice.all(|e| (e["code"] == "history_damaged").then_some(())), []);
    assert_same(&[&bob, &alice]);
}

#[test]
fn a_truncated_database_is_recovered_and_synced_again() {
    spoil_and_start(|path, bytes| {
        // Not at a page boundary.
        OpenOptions::new().write(true).open(path).unwrap().set_len(bytes / 2 + 100).unwrap();
    });
}

#[test]
fn a_database_overwritten_midway_is_recovered_and_synced_again() {
    spoil_and_start(|path, bytes| overwrite(path, bytes / 3, usize::try_from(bytes / 3).unwrap()));
}

#[test]
fn a_database_without_its_beginning_is_recovered_and_synced_again() {
    spoil_and_start(|path, _| overwrite(path, 0, 8_192));
}

#[test]
fn an_empty_database_is_as_good_as_none() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", few(&ports));
    let mut bob = Node::listening("bob", few(&ports));
    bob.wait_peer(&alice.id());
    alice.wait_peer(&bob.id());
    alice.say("before");
    bob.wait_text("before");
    alice.quit();
    bob.wait_peers(0);
    let path = database(alice.home().path());
    fs::remove_file(&path).unwrap();
    fs::write(&path, b"").unwrap();
    let mut alice = alice.start_again();
    bob.wait_peer(&alice.id());
    alice.say("after");
    bob.wait_text("after");
    bob.say("indeed");
    alice.wait_text("indeed");
    super::wait_history(&alice, &["before", "after", "indeed"]);
    assert_same(&[&bob, &alice]);
    let forks = bob.all(|e| (e["code"] == "forked").then(|| e.clone()));
    assert!(forks.is_empty(), "{forks:?}");
}
