use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::*;
use crate::domain::model::{NodeId, Timestamp};

/// A user's directory of profiles.
struct Data(TempDir);

impl Data {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn options(&self, name: Option<&str>) -> Options {
        let name = name.map(|name| ProfileName::new(name).unwrap());
        Options { data_dir: Some(self.0.path().join("data")), name, ephemeral: false }
    }

    fn open(&self, name: Option<&str>) -> Profile {
        open(&self.options(name)).unwrap()
    }

    fn error(&self, name: Option<&str>) -> String {
        open(&self.options(name)).unwrap_err().to_string()
    }

    /// A file of the default profile.
    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join("data/default").join(file)
    }

    /// Changes a file of the default profile as its user would.
    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(file), text).unwrap();
        mode(&self.path(file), 0o600);
    }
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_: &Path, _: u32) {}

fn node(profile: &Profile) -> NodeId {
    profile.identity().node()
}

fn name(profile: &Profile) -> &str {
    profile.name().unwrap().as_str()
}

fn known(key: u8) -> Known {
    Known {
        last_seen: Timestamp::from_millis(2),
        nick: Nick::clean("bob"),
        addrs: vec!["127.0.0.1:4566".parse().unwrap()],
        verified: true,
        ..Known::new(NodeId::new([key; 32]), Timestamp::from_millis(1))
    }
}

#[test]
fn a_profile_is_the_same_after_a_restart() {
    let data = Data::new();
    let first = data.open(None);
    let id = node(&first);
    assert_eq!((name(&first), first.nick(), first.known()), ("default", None, [].as_slice()));
    assert!(first.notices().is_empty());
    let nick = Nick::new("Zoë").unwrap();
    first.saver().save_nick(&nick).unwrap();
    first.saver().save_known(&[known(1), known(2)]).unwrap();
    drop(first);
    let again = data.open(None);
    assert_eq!((node(&again), again.nick(), again.known()), (id, Some(&nick), [known(1), known(2)].as_slice()));
    assert!(
        Identity::from_pem(&fs::read_to_string(data.path("identity")).unwrap()).is_ok(),
        "a file that can be moved"
    );
}

#[test]
fn each_copy_is_a_person_of_its_own() {
    let data = Data::new();
    let profiles = [(); 4].map(|()| data.open(None));
    let names: Vec<_> = profiles.iter().map(name).collect();
    assert_eq!(names, ["default", "default-2", "default-3", "default-4"]);
    let notices: Vec<_> = profiles.iter().flat_map(Profile::notices).collect();
    assert_eq!(
        notices,
        [
            "Profile default is in use by another copy; this is default-2.",
            "Profiles default and default-2 are in use by other copies; this is default-3.",
            "Profiles default to default-3 are in use by other copies; this is default-4.",
        ]
    );
    let mut ids: Vec<_> = profiles.iter().map(node).collect();
    let [one, two, ..] = profiles;
    drop(one);
    let back = data.open(None);
    assert_eq!((name(&back), node(&back)), ("default", ids[0]), "the first that is free, and its key");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    // A saver keeps its profile locked.
    let saver = two.saver();
    drop(two);
    assert!(data.error(Some("default-2")).contains("in use"));
    drop(saver);
    assert_eq!(name(&data.open(Some("default-2"))), "default-2");
}

#[test]
fn simultaneous_copies_never_share_a_profile() {
    let data = Data::new();
    let barrier = std::sync::Barrier::new(8);
    let profiles: Vec<_> = std::thread::scope(|scope| {
        let start = || {
            barrier.wait();
            data.open(None)
        };
        let threads = [(); 8].map(|()| scope.spawn(start));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let names: BTreeSet<_> = profiles.iter().map(name).collect();
    let ids: BTreeSet<_> = profiles.iter().map(node).collect();
    assert_eq!((names.len(), ids.len()), (8, 8), "{names:?}");
}

#[test]
fn a_named_profile_in_use_is_an_error() {
    let data = Data::new();
    let _work = data.open(Some("work"));
    assert_eq!(
        data.error(Some("work")),
        "Profile work is in use by another copy. Quit that copy, or give another --profile. Without --profile, the \
         next free one is used."
    );
    assert_eq!(name(&data.open(None)), "default");
    let second = data.open(Some("default-2"));
    assert!(second.notices().is_empty(), "it was asked for");
}

#[test]
fn a_throw_away_key_leaves_nothing_behind() {
    let data = Data::new();
    let options = Options { ephemeral: true, ..data.options(Some("work")) };
    let (one, other) = (open(&options).unwrap(), open(&options).unwrap());
    assert_ne!(node(&one), node(&other));
    assert_eq!((one.name(), one.nick()), (None, None));
    one.saver().save_nick(&Nick::new("x").unwrap()).unwrap();
    one.saver().save_known(&[known(1)]).unwrap();
    assert_eq!(fs::read_dir(data.0.path()).unwrap().count(), 0);
}

#[test]
fn a_damaged_file_is_an_error_and_stays() {
    let data = Data::new();
    data.open(None).saver().save_known(&[known(1)]).unwrap();
    let pem = fs::read_to_string(data.path("identity")).unwrap();
    let no_key = "it holds no Ed25519 private key in PEM (\"-----BEGIN PRIVATE KEY-----\")";
    let identity = "Restore it from a copy, or move it away to become someone new, with a new key.";
    let known = "Restore it from a copy, or move it away to start as if you had never met anyone: this forgets whom you \
                 verified and ignored.";
    for (file, text, what, advice) in [
        ("identity", "", "it is empty", identity),
        ("identity", &pem[..pem.len() / 2], no_key, identity),
        ("identity", "\0\u{1}", no_key, identity),
        ("identity", &"x".repeat(4097), "it is larger than 4096 bytes", identity),
        ("known.json", "", "it is empty", known),
        ("known.json", "[", "it ends too early", known),
    ] {
        let good = fs::read(data.path(file)).ok();
        data.write(file, text);
        assert_eq!(data.error(None), format!("{} is damaged: {what}. {advice}", data.path(file).display()));
        assert_eq!(fs::read_to_string(data.path(file)).unwrap(), text, "it was not touched");
        match good {
            Some(good) => data.write(file, good),
            None => fs::remove_file(data.path(file)).unwrap(),
        }
    }
    assert_eq!(data.open(None).known().len(), 1);
    fs::remove_file(data.path("known.json")).unwrap();
    fs::create_dir(data.path("known.json")).unwrap();
    assert!(data.error(None).contains("known.json is damaged: it is not a file."));
}

/// A user who moves such a file away on our advice loses the people they verified.
#[test]
fn files_of_later_releases_are_not_called_damaged() {
    let data = Data::new();
    data.open(None).saver().save_known(&[known(1)]).unwrap();
    for (file, text, what) in [
        ("known.json", "{}", "invalid type: map, expected a sequence at line 1 column 0"),
        ("known.json", "[{}]", "missing field `key` at line 1 column 3"),
        ("settings.json", "{\"lan\": 1}", "invalid type: integer `1`, expected a sequence at line 1 column 9"),
    ] {
        let good = fs::read(data.path(file)).ok();
        data.write(file, text);
        let expected = format!(
            "{} contains something that this version cannot read: {what}. If a newer version wrote it, use that one. If \
             you edited the file, undo your change.",
            data.path(file).display()
        );
        assert_eq!(data.error(None), expected);
        assert_eq!(fs::read_to_string(data.path(file)).unwrap(), text, "it was not touched");
        match good {
            Some(good) => data.write(file, good),
            None => fs::remove_file(data.path(file)).unwrap(),
        }
    }
}

#[test]
fn additions_of_later_releases_are_kept() {
    let data = Data::new();
    let profile = data.open(None);
    profile.saver().save_known(&[known(1), known(2)]).unwrap();
    profile.saver().save_nick(&Nick::new("bob").unwrap()).unwrap();
    drop(profile);
    for (file, from, to) in [
        ("known.json", "\"verified\"", "\"later\":{\"a\":1},\"verified\""),
        ("settings.json", "{", "{\"later\": [1, 2],"),
    ] {
        let text = fs::read_to_string(data.path(file)).unwrap();
        data.write(file, text.replacen(from, to, 1));
    }
    let profile = data.open(None);
    assert_eq!((profile.known(), profile.nick()), ([known(1), known(2)].as_slice(), Nick::new("bob").ok().as_ref()));
    profile.saver().save_nick(&Nick::new("carol").unwrap()).unwrap();
    profile.saver().save_known(&[known(2), known(1)]).unwrap();
    drop(profile);
    let text = |file| fs::read_to_string(data.path(file)).unwrap();
    assert_eq!(text("known.json").matches("\"later\":{\"a\":1}").count(), 1);
    assert!(text("settings.json").contains("\"later\": [") && text("settings.json").contains("carol"));
    assert_eq!(data.open(None).known(), [known(2), known(1)]);
}

#[test]
fn bytes_that_are_not_text_are_not_a_key() {
    let data = Data::new();
    drop(data.open(None));
    data.write("identity", b"-----BEGIN PRIVATE KEY-----\xff");
    assert!(data.error(None).contains("it holds no Ed25519 private key"));
}

/// Moving the file away is what the error advises.
#[test]
fn moving_the_key_away_makes_a_new_identity() {
    let data = Data::new();
    let old = node(&data.open(None));
    fs::rename(data.path("identity"), data.path("identity.old")).unwrap();
    assert_ne!(node(&data.open(None)), old);
    fs::rename(data.path("identity.old"), data.path("identity")).unwrap();
    assert_eq!(node(&data.open(None)), old);
}

#[test]
fn an_unusable_directory_says_what_to_do() {
    let data = Data::new();
    fs::write(data.0.path().join("data"), "").unwrap();
    let error = data.error(None);
    assert!(
        error.starts_with(&format!("Cannot use the directory {}: ", data.path("").display()).replace("/:", ":")),
        "{error}"
    );
    assert!(error.ends_with("Give another one with --data-dir, or add --ephemeral to store nothing."), "{error}");
}

#[test]
fn a_failed_save_is_reported_and_keeps_the_old_file() {
    let data = Data::new();
    let profile = data.open(None);
    let saver = profile.saver();
    saver.save_known(&[known(1)]).unwrap();
    // This is in the way of the new file, even for root.
    fs::create_dir(data.path("known.new")).unwrap();
    let error = saver.save_known(&[known(2)]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("Cannot write {}: ", data.path("known.json").display())), "{error}");
    drop((profile, saver));
    assert_eq!(data.open(None).known(), [known(1)]);
}

#[test]
fn savers_on_several_threads_do_not_collide() {
    let data = Data::new();
    let profile = data.open(None);
    std::thread::scope(|scope| {
        for key in 0..4 {
            let saver = profile.saver();
            scope.spawn(move || (0..20).for_each(|_| saver.save_known(&[known(key)]).unwrap()));
        }
    });
    drop(profile);
    assert_eq!(data.open(None).known().len(), 1);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn permissions(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_can_read_anything() {
        let data = Data::new();
        let profile = data.open(None);
        profile.saver().save_nick(&Nick::new("x").unwrap()).unwrap();
        profile.saver().save_known(&[]).unwrap();
        for directory in [data.path(""), data.path("..")] {
            assert_eq!(permissions(&directory), 0o700, "{}", directory.display());
        }
        let mut files: Vec<_> = fs::read_dir(data.path("")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.iter().all(|file| permissions(file) == 0o600), "{files:?}");
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap()).collect();
        assert_eq!(names, ["identity", "known.json", "lock", "settings.json"]);
    }

    #[test]
    fn files_open_to_others_are_refused_with_a_fix() {
        let data = Data::new();
        let profile = data.open(None);
        profile.saver().save_nick(&Nick::new("x").unwrap()).unwrap();
        profile.saver().save_known(&[]).unwrap();
        drop(profile);
        for (file, good, bad) in [
            ("identity", 0o600, 0o640),
            ("identity", 0o600, 0o604),
            ("settings.json", 0o600, 0o620),
            ("known.json", 0o600, 0o666),
        ] {
            let path = data.path(file);
            mode(&path, bad);
            let (path, error) = (path.display().to_string(), data.error(None));
            assert_eq!(error, format!("Other users can read or change {path}. Make it private: chmod 600 {path}"));
            mode(&data.path(file), good);
        }
        mode(&data.path(""), 0o755);
        assert!(data.error(None).contains("Make it private: chmod 700 /"));
        mode(&data.path(""), 0o700);
        data.open(None);
    }

    #[test]
    fn a_dangling_link_is_not_a_first_run() {
        let data = Data::new();
        let id = node(&data.open(None));
        let elsewhere = data.0.path().join("elsewhere");
        fs::rename(data.path("identity"), &elsewhere).unwrap();
        symlink(&elsewhere, data.path("identity")).unwrap();
        assert_eq!(node(&data.open(None)), id, "a link is a file as well");
        fs::rename(&elsewhere, data.0.path().join("away")).unwrap();
        assert_eq!(
            data.error(None),
            format!(
                "{} is a link to a file that is not there. Restore that file, or remove the link to become someone new, \
                 with a new key.",
                data.path("identity").display()
            )
        );
        assert!(!elsewhere.exists());
    }

    /// Opening a pipe would wait for a writer.
    #[test]
    fn a_pipe_instead_of_a_file_does_not_hang() {
        let data = Data::new();
        drop(data.open(None));
        fs::remove_file(data.path("identity")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(data.path("identity")).status().unwrap();
        assert!(made.success());
        assert!(data.error(None).contains("identity is damaged: it is not a file."));
    }
}

#[test]
fn reading_a_profile_makes_and_locks_nothing() {
    let data = Data::new();
    assert!(find_existing(&data.options(None)).unwrap().is_none());
    assert!(!data.path("").exists() && !data.0.path().join("data").exists());

    let open = data.open(None);
    open.saver().save_nick(&Nick::new("zoe").unwrap()).unwrap();
    let seen = find_existing(&data.options(None)).unwrap().expect("it is there, and in use");
    assert_eq!(
        (seen.name().as_str(), seen.node(), seen.directory()),
        ("default", node(&open), open.directory().unwrap())
    );
    assert_eq!((seen.nick().map(Nick::as_str), seen.known()), (Some("zoe"), [].as_slice()));
    assert!(find_existing(&data.options(Some("default-2"))).unwrap().is_none());
    assert!(find_existing(&Options { ephemeral: true, ..data.options(None) }).unwrap().is_none());
    // Reading does not keep another copy out.
    drop(open);
    drop(data.open(None));
    data.write("identity", "no key");
    assert!(find_existing(&data.options(None)).unwrap_err().to_string().contains("identity is damaged"));
}
