//! The inputs that are kept, and how they are made.

mod connections;
mod events;
mod files;
mod frames;
mod links;
mod seals;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Inputs by kind and name.
#[derive(Default)]
struct Corpus(BTreeMap<(&'static str, String), Vec<u8>>);

impl Corpus {
    fn add(&mut self, kind: &'static str, name: &str, bytes: impl Into<Vec<u8>>) {
        let before = self.0.insert((kind, name.to_owned()), bytes.into());
        assert_eq!(before, None, "{kind}/{name} is there twice");
    }
}

fn described() -> Corpus {
    let mut corpus = Corpus::default();
    frames::mesh(&mut corpus);
    frames::line(&mut corpus);
    frames::claim(&mut corpus);
    frames::announcement(&mut corpus);
    events::event(&mut corpus);
    connections::arriving(&mut corpus);
    connections::answering(&mut corpus);
    links::link(&mut corpus);
    files::config(&mut corpus);
    files::profile(&mut corpus);
    files::key(&mut corpus);
    seals::card(&mut corpus);
    seals::sealed(&mut corpus);
    corpus
}

/// The directory of one kind.
pub(super) fn directory(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(kind)
}

/// All inputs that are kept of one kind, by name.
pub(super) fn read(kind: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory(kind)).expect("a corpus");
    let mut inputs: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("a readable entry");
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a readable file"))
        })
        .collect();
    inputs.sort();
    inputs
}

/// Compares the files with their description, or rewrites them with `WRITE_CORPUS=1`. `found-…` files stay as they are.
pub(super) fn check_or_write() {
    let write = std::env::var_os("WRITE_CORPUS").is_some();
    for ((kind, name), bytes) in described().0 {
        let path = directory(kind).join(&name);
        if write {
            fs::create_dir_all(directory(kind)).expect("a directory");
            fs::write(&path, &bytes).expect("a file");
        }
        let kept = fs::read(&path).unwrap_or_else(|error| panic!("{kind}/{name}: {error}; run with WRITE_CORPUS=1"));
        assert!(kept == bytes, "{kind}/{name} is not what corpus/ describes; run with WRITE_CORPUS=1");
    }
}
