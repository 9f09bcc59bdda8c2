//! Files that somebody may have changed.

use std::{cell::RefCell, fs, path::PathBuf};

use clap::Parser;
use proximity_chat::{
    cli::config::{self, Args, FileText, Sources},
    domain::model::ProfileName,
    protocol::identity::Identity,
    runtime::profile::{self, MAX_KNOWN, Options},
};
use tempfile::TempDir;

use super::clean;

pub(super) fn config(bytes: &[u8]) {
    let args = Args::parse_from(["proximity-chat"]);
    let file = Some(FileText { name: "config.json", bytes });
    match config::merge(Sources { args: &args, env: &[], file, login: Some("alice") }) {
        Ok(config) => config.warnings.iter().for_each(|warning| clean::message(warning)),
        Err(error) => clean::message(&error.to_string()),
    }
}

/// A profile that is reused for every input.
struct Place {
    root: TempDir,
    known: PathBuf,
    settings: PathBuf,
}

thread_local! {
    static PLACE: RefCell<Option<Place>> = const { RefCell::new(None) };
}

fn options(root: &TempDir) -> Options {
    Options { data_dir: Some(root.path().to_owned()), name: ProfileName::new("default"), ephemeral: false }
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a directory");
        drop(profile::open(&options(&root)).expect("a new profile"));
        let directory = root.path().join("default");
        Self { known: directory.join("known.json"), settings: directory.join("settings.json"), root }
    }
}

/// Takes the bytes as each of the two files that a profile keeps beside its key.
pub(super) fn profile(bytes: &[u8]) {
    let mut place = PLACE.take().unwrap_or_else(Place::new);
    for file in [&mut place.known, &mut place.settings] {
        write_private(file, bytes);
    }
    for file in [place.known.clone(), place.settings.clone()] {
        match profile::open(&options(&place.root)) {
            Ok(profile) => {
                assert!(profile.known().len() <= MAX_KNOWN);
                profile.nick().into_iter().for_each(clean::nick);
                profile.known().iter().filter_map(|known| known.nick.as_ref()).for_each(clean::nick);
            }
            Err(error) => clean::message(&error.to_string()),
        }
        // The second round runs without the first file, so that the other one is read.
        let _ = fs::remove_file(file);
    }
    PLACE.set(Some(place));
}

fn write_private(path: &std::path::Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a private file");
    }
}

pub(super) fn key(bytes: &[u8]) {
    if let Ok(identity) = Identity::from_pem(&String::from_utf8_lossy(bytes)) {
        assert_eq!(Identity::from_pem(&identity.to_pem()).map(|again| again.node()), Ok(identity.node()));
    }
}
