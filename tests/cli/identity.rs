//! `proximity-chat identity`: shows the key and replaces it.

use crate::user::{ALONE, User};

#[test]
fn a_new_key_keeps_the_old_one_and_the_history() {
    let user = User::new();
    let none = user.run(&["identity"], "");
    assert_eq!(none.code, Some(1), "{none:?}");
    assert!(none.err.contains("There is no key yet"), "{none:?}");
    assert_eq!(user.node(&[], "hello\n/quit\n").code, ALONE);
    let old = user.run(&["identity"], "");
    assert_eq!((old.code, old.out.trim().len()), (Some(0), 64), "{old:?}");

    let unasked = user.run(&["identity", "--new"], "");
    assert_eq!(unasked.code, Some(2), "{unasked:?}");
    assert!(unasked.err.contains("there is no terminal to ask you on. Add --yes"), "{unasked:?}");
    let ephemeral = user.run(&["--ephemeral", "identity", "--new"], "");
    assert_eq!(ephemeral.code, Some(2), "{ephemeral:?}");
    assert_eq!(user.run(&["identity"], "").out, old.out);

    let renewed = user.run(&["identity", "--new", "--yes"], "");
    assert_eq!(renewed.code, Some(0), "{renewed:?}");
    let new = user.run(&["identity"], "");
    assert_ne!(new.out, old.out);
    let profile = user.home.path().join(".local/share/proximity-chat/default");
    let files =
        std::fs::read_dir(profile).expect("the profile").filter_map(|file| file.ok()?.file_name().into_string().ok());
    assert_eq!(files.filter(|name| name.starts_with("identity-until-20")).count(), 1);

    // The old lines are still there, as another person's.
    assert_eq!(user.node(&["--json"], "again\n/quit\n").code, ALONE);
    let log = user.run(&["log", "--json"], "").out;
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let said: Vec<_> =
        lines.iter().map(|line| (line["text"].as_str(), line["from"].as_str(), line["own"].as_bool())).collect();
    assert_eq!(
        said,
        [(Some("hello"), Some(old.out.trim()), Some(false)), (Some("again"), Some(new.out.trim()), Some(true))]
    );
}

#[test]
fn a_profile_in_use_keeps_its_key() {
    let user = User::new();
    let (running, _output) = user.start();
    let refused = user.run(&["identity", "--new", "--yes"], "");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("is in use by another copy"), "{refused:?}");
    drop(running);
}
