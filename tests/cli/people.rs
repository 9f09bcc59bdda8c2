//! The name and key that the program starts with, and where they are kept.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::{
    support::{Node, Ports},
    user::{Finished, User, lines, node},
};

/// Three terminals make three people, without any option.
#[cfg(unix)]
#[test]
fn each_copy_of_one_user_is_a_separate_person() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let mut said = Vec::new();
    let copies: Vec<_> = (0..3)
        .map(|_| {
            let (child, output, events) = user.start_with(&user.range());
            said.push(events);
            (child, lines(output))
        })
        .collect();
    let listening: Vec<_> = said.iter().filter_map(|events| events.last()).collect();
    let name = listening[0]["nick"].as_str().unwrap();
    let names: Vec<_> = listening.iter().map(|event| event["nick"].as_str().unwrap()).collect();
    assert_eq!(names, [name.to_owned(), format!("{name}-2"), format!("{name}-3")]);
    let keys: BTreeSet<_> = listening.iter().map(|event| event["node"].as_str().unwrap().to_owned()).collect();
    assert!(keys.len() == 3 && keys.iter().all(|key| key.len() == 64), "{keys:?}");
    let notices: Vec<_> =
        said.iter().flat_map(|events| &events[..events.len() - 1]).map(|event| &event["text"]).collect();
    assert_eq!(
        notices,
        [
            "Profile default is in use by another copy; this is default-2.",
            "Profiles default and default-2 are in use by other copies; this is default-3.",
        ]
    );
    // They also meet each other.
    for (own, (_child, lines)) in listening.iter().zip(&copies) {
        let mut expected = keys.clone();
        expected.remove(own["node"].as_str().unwrap());
        while !expected.is_empty() {
            let event = lines.next().expect("the others join");
            if event["change"] == "joined" {
                assert_eq!((&event["protocol"], &event["verified"]), (&"mesh".into(), &false.into()));
                assert!(expected.remove(event["peer"].as_str().unwrap()), "{event}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_restart_keeps_the_key_and_the_name() {
    let user = User::new();
    let first = user.someone(&[], "/nick Zoë 山田\n/quit\n");
    assert_eq!(first.code, Some(0), "{first:?}");
    let again = user.someone(&[], "/quit\n");
    assert_eq!(node(&again), node(&first));
    let nick = |finished: &Finished| finished.event(|event| event["event"] == "listening")["nick"].clone();
    assert_eq!(nick(&again), "Zoë 山田");
    assert_eq!(nick(&user.someone(&["--nick", "now"], "/quit\n")), "now");
    assert_eq!(nick(&user.someone(&[], "/quit\n")), "now", "the profile remembers it");
    let other = user.someone(&["--profile", "work"], "/quit\n");
    assert!(node(&other) != node(&first) && nick(&other) != "Zoë 山田");
    // The key moves with the directory.
    let moved = user.home.path().join("moved");
    fs::rename(user.home.path().join(".local/share/proximity-chat"), &moved).unwrap();
    assert_eq!(node(&user.someone(&["--data-dir", moved.to_str().unwrap()], "/quit\n")), node(&first));
}

#[cfg(unix)]
#[test]
fn the_profile_keeps_the_name_and_the_typing_setting() {
    let user = User::new();
    let finished = user.someone(&["--nick", "Zoë"], "/typing off\n/quit\n");
    let notice = finished.event(|event| event["code"] == "typing");
    assert!(notice["text"].as_str().is_some_and(|text| text.starts_with("No one sees when you type")), "{notice}");
    let settings = || -> Value { serde_json::from_slice(&fs::read(user.profile("settings.json")).unwrap()).unwrap() };
    assert_eq!(settings(), serde_json::json!({ "nick": "Zoë", "typing": false }));
    user.someone(&["--nick", "Ada"], "/quit\n");
    assert_eq!(settings(), serde_json::json!({ "nick": "Ada", "typing": false }));
    user.someone(&["--ephemeral", "--nick", "nobody"], "/quit\n");
    assert_eq!(settings(), serde_json::json!({ "nick": "Ada", "typing": false }));
}

#[cfg(unix)]
#[test]
fn people_who_were_met_are_remembered() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let bob = Node::listening("bob", user.ports.range());
    let key = Value::from(bob.id());
    assert_eq!(user.someone(&[], "hello\n/quit\n").code, Some(0));
    let known: Value = serde_json::from_slice(&fs::read(user.profile("known.json")).unwrap()).unwrap();
    let first = known[0]["first_seen"].clone();
    assert_eq!((&known[0]["key"], &known[0]["nick"], known.as_array().map(Vec::len)), (&key, &"bob".into(), Some(1)));
    assert_eq!(user.someone(&[], "hello\n/quit\n").code, Some(0));
    let known: Value = serde_json::from_slice(&fs::read(user.profile("known.json")).unwrap()).unwrap();
    assert_eq!(known[0]["first_seen"], first, "it was the same one that was met before");
}

#[cfg(unix)]
#[test]
fn naming_a_profile_in_use_is_refused() {
    let user = User { ports: Ports::reserve(5), ..User::new() };
    let args = [user.range().to_vec(), vec!["--profile=work".to_owned()]].concat();
    let (running, _output, _) = user.start_with(&args);
    let finished = user.someone(&["--profile", "work"], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    assert_eq!(
        finished.err,
        "proximity-chat: Profile work is in use by another copy. Quit that copy, or give another --profile. Without \
         --profile, the next free one is used.\n"
    );
    // The profile is unlocked, however that copy ended.
    drop(running);
    assert_eq!(user.someone(&["--profile", "work"], "/quit\n").code, Some(0));
}

#[cfg(unix)]
#[test]
fn every_ephemeral_start_has_a_new_key() {
    let user = User::new();
    let keys: BTreeSet<_> = (0..2).map(|_| node(&user.someone(&["--ephemeral"], "/nick x\n/quit\n"))).collect();
    assert_eq!(keys.len(), 2);
    assert!(!user.home.path().join(".local/share").exists());
}

#[cfg(unix)]
#[test]
fn an_exposed_or_damaged_key_is_refused_and_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let user = User::new();
    let first = node(&user.someone(&[], "/quit\n"));
    let path = user.profile("identity");
    let pem = fs::read_to_string(&path).unwrap();
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let refused = |text: &str| {
        let finished = user.someone(&[], "");
        assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""), "{finished:?}");
        assert_eq!(finished.err, format!("proximity-chat: {text}\n"));
    };
    let shown = path.display();
    mode(0o644);
    refused(&format!("Other users can read or change {shown}. Make it private: chmod 600 {shown}"));
    mode(0o600);
    assert_eq!(node(&user.someone(&[], "/quit\n")), first);

    let restore = "Restore it from a copy, or move it away to become someone new, with a new key.";
    fs::write(&path, "").unwrap();
    refused(&format!("{shown} is damaged: it is empty. {restore}"));
    fs::write(&path, &pem[..60]).unwrap();
    refused(&format!(
        "{shown} is damaged: it holds no Ed25519 private key in PEM (\"-----BEGIN PRIVATE KEY-----\"). {restore}"
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), pem[..60], "it was not touched");

    let away = user.home.path().join("away");
    fs::write(&path, &pem).unwrap();
    fs::rename(&path, &away).unwrap();
    symlink("nowhere", &path).unwrap();
    refused(&format!(
        "{shown} is a link to a file that is not there. Restore that file, or remove the link to become someone new, with a \
         new key."
    ));
    fs::remove_file(&path).unwrap();
    assert_ne!(node(&user.someone(&[], "/quit\n")), first, "who moves it away is somebody new");
    fs::rename(&away, &path).unwrap();
    assert_eq!(node(&user.someone(&[], "/quit\n")), first);

    let known = user.profile("known.json");
    fs::write(&known, "[{}]").unwrap();
    fs::set_permissions(&known, fs::Permissions::from_mode(0o600)).unwrap();
    refused(&format!(
        "{} contains something that this version cannot read: missing field `key` at line 1 column 3. If a newer version wrote \
         it, use that one. If you edited the file, undo your change.",
        known.display()
    ));
}

#[cfg(unix)]
#[test]
fn an_unusable_directory_says_what_to_do() {
    let user = User::new();
    user.write("file", "");
    let finished = user.someone(&["--data-dir", "file"], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    let cause = "proximity-chat: Cannot use the directory file/default: file is a file, not a directory. ";
    assert!(finished.err.starts_with(cause), "{}", finished.err);
    assert!(
        finished.err.ends_with("Give another one with --data-dir, or add --ephemeral to store nothing.\n"),
        "{}",
        finished.err
    );
}

/// Otherwise the profile would depend on the directory in which the program is started.
#[cfg(unix)]
#[test]
fn a_relative_home_is_refused_with_the_cause() {
    let user = User::new();
    let mut command = user.command(&["--json", "--commands"]);
    command.args(user.range()).env("HOME", "some/where");
    let finished = super::user::finish(command, "/quit\n");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    let cause = "proximity-chat: HOME is \"some/where\", which is not an absolute path";
    assert!(
        finished.err.starts_with(cause) && finished.err.contains("give another directory with --data-dir"),
        "{}",
        finished.err
    );
    assert!(!user.home.path().join("some").exists(), "nothing was made there");
    let mut command = user.command(&["--json", "--commands"]);
    command.args(user.range()).env("XDG_DATA_HOME", "some/where");
    let finished = super::user::finish(command, "/quit\n");
    assert!(finished.out.contains("XDG_DATA_HOME is \\\"some/where\\\""), "{finished:?}");
    assert!(user.profile("identity").exists() || user.home.path().join(".local/share/proximity-chat").exists());
}

#[cfg(unix)]
#[test]
fn another_users_home_is_refused_with_the_cause() {
    if !rustix::process::geteuid().is_root() {
        return crate::support::skip(
            "another_users_home_is_refused_with_the_cause",
            "only root can give a directory to somebody else",
        );
    }
    let user = User::new();
    std::os::unix::fs::chown(user.home.path(), Some(12_345), Some(12_345)).unwrap();
    let finished = user.someone(&[], "/quit\n");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    let home = user.home.path().display();
    let cause =
        format!("proximity-chat: HOME is {home}, which belongs to another user (user 12345, and you are user 0)");
    assert!(finished.err.starts_with(&cause) && finished.err.contains("Set HOME to your own"), "{}", finished.err);
    assert_eq!(fs::read_dir(user.home.path()).unwrap().count(), 0, "nothing was made there");
}
