//! Everything that turns bytes written by others into types: frames, lines, whole connections, files.
//!
//! `tests/corpus` keeps inputs of every kind: valid, broken and hostile. They are replayed unchanged, and changed at
//! random (cut, spliced, flipped, repeated). Whatever comes out must be clean and bounded, and nothing may panic. An
//! input that fails is written to the corpus as `found-…`; commit it with the fix. Every run tries the same changes;
//! `PROPTEST_RNG_SEED=7 cargo test --test decoders -- --ignored` tries others.
//!
//! `WRITE_CORPUS=1 cargo test --test decoders` rewrites the inputs that `corpus.rs` describes. Do that when the
//! description has changed.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this crate is test code; the lints only know test functions"
)]

mod clean;
mod connections;
mod corpus;
mod files;
mod frames;
mod http2;
mod links;
mod mutate;
mod protobuf;
mod seals;

use proximity_chat::{
    core::node::Via,
    domain::{
        bus::{NoticeCode, Update, VerifyStep},
        model::{Author, Repute, Trust},
    },
};

/// A kind of input, named like its directory in the corpus, and the check that every such input must pass: it panics if
/// something is wrong.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    check: fn(&[u8]),
    /// How many changed inputs `cargo test` tries.
    cases: u32,
}

/// Makes the list of kinds, and two tests for each: one that tries changed inputs, and one that tries a great many
/// more.
macro_rules! kinds {
    ($($name:ident: $check:expr, $cases:literal;)*) => {
        const KINDS: &[Kind] = &[$(Kind { name: stringify!($name), check: $check, cases: $cases }),*];

        mod every_changed_input_is_taken_well {
            $(#[test]
            fn $name() {
                super::change(stringify!($name), 1);
            })*
        }

        mod a_great_many_changed_inputs_are_taken_well {
            $(#[test]
            #[ignore = "long: changes inputs for seconds"]
            fn $name() {
                super::change(stringify!($name), super::LONG);
            })*
        }
    };
}

kinds! {
    mesh: frames::mesh, 2_000;
    event: frames::event, 500;
    line: frames::line, 500;
    claim: frames::claim, 500;
    announcement: frames::announcement, 500;
    arriving: |bytes| drop(connections::arriving(bytes)), 200;
    answering: answering, 200;
    link: |bytes| drop(links::told(bytes)), 500;
    config: files::config, 300;
    profile: files::profile, 100;
    key: files::key, 300;
    card: seals::card, 300;
    sealed: seals::sealed, 300;
}

/// Both ways in which we dial: secure and plain.
fn answering(bytes: &[u8]) {
    for via in [Via::Secure { only: None }, Via::Plain] {
        connections::answering(bytes, via);
    }
}

/// How many times as many changed inputs the long tests try.
const LONG: u32 = 20;

#[test]
fn the_corpus_matches_its_description() {
    corpus::check_or_write();
}

#[test]
fn every_input_of_the_corpus_passes() {
    for &kind in KINDS {
        let inputs = corpus::read(kind.name);
        assert!(inputs.len() >= 5, "hardly anything is kept of {}", kind.name);
        for (name, bytes) in inputs {
            mutate::guarded(kind, &bytes).unwrap_or_else(|error| panic!("{}/{name}: {error}", kind.name));
        }
    }
}

/// If valid connections were turned away, the changed ones would never reach the code behind the greeting.
#[test]
fn valid_connections_are_let_in_and_heard() {
    let input = |kind: &str| corpus::read(kind).into_iter().find(|(name, _)| name == "guest").expect("a guest").1;
    for seen in [connections::arriving(&input("arriving")), connections::answering(&input("answering"), Via::Plain)] {
        assert!(seen.met, "{seen:?}");
        assert_eq!(seen.lines, ["hello", "one", "two"]);
    }
}

#[test]
fn frames_from_a_link_reach_the_user() {
    let told = |name: &str| {
        let inputs = corpus::read("link").into_iter();
        links::told(&inputs.clone().find(|(other, _)| other == name).expect("an input").1)
    };
    let count = |name: &str, is: fn(&Update) -> bool| told(name).iter().filter(|update| is(update)).count();
    let code = |update: &Update| matches!(update, Update::Verify { step: VerifyStep::Code { .. }, .. });
    let from_peer = |update: &Update| matches!(update, Update::Message(message) if message.author != Author::Own);
    assert_eq!(count("talk", |update| matches!(update, Update::PeerJoined(_))), 1);
    assert_eq!(count("talk", from_peer), 3);
    assert_eq!(count("ignored", from_peer), 2);
    assert_eq!(count("log-in-order", from_peer), 20);
    assert_eq!(count("log-backwards", from_peer), 20);
    assert_eq!(count("log-again-and-again", from_peer), 20);
    assert_eq!(count("log-with-a-hole", from_peer), 5);
    let forked = |update: &Update| matches!(update, Update::Notice(notice) if notice.code() == NoticeCode::Forked);
    assert_eq!(count("log-forked", forked), 1);
    let pretended = |update: &Update| matches!(update, Update::Message(message) if message.text.as_str() == "forged");
    assert_eq!(count("log-forged", pretended), 0);
    assert_eq!(count("renames", |update| matches!(update, Update::PeerRenamed { .. })), 100);
    assert_eq!((count("codes-of-theirs", code), count("codes-of-ours", code)), (1, 1));
    let verified =
        |update: &Update| matches!(update, Update::PeerTrust { repute: Repute { trust: Trust::Verified, .. }, .. });
    assert_eq!((count("codes-of-theirs", verified), count("codes-that-do-not-fit", verified)), (1, 0));
    assert_eq!(count("codes-again-and-again", code), 1);
    for silent in ["no-hello", "not-its-key", "our-key"] {
        assert_eq!(count(silent, |update| matches!(update, Update::PeerJoined(_))), usize::from(silent == "no-hello"));
    }
}

/// Checks changed inputs of a kind, `times` as many as `cargo test` tries.
fn change(name: &str, times: u32) {
    let kind = KINDS.iter().find(|kind| kind.name == name).expect("a kind of this name");
    mutate::run(*kind, kind.cases * times);
}
