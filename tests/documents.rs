//! Checks the documents: everything that they and the source cite exists, and the commands, options and settings in
//! them are those of the program.

#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "a test may panic")]

#[path = "documents/citations.rs"]
mod citations;
#[path = "documents/commands.rs"]
mod commands;
#[path = "documents/markdown.rs"]
mod markdown;

use std::{
    fs,
    path::{Path, PathBuf},
};

use citations::Repository;

/// Parts of the repository that are not text of ours.
const NOT_OURS: [&str; 5] = [".git", "target", "corpus", "snapshots", "proptest-regressions"];

/// All files of the repository, by path from its root, with their text; `None` for what is not our text.
fn repository() -> Vec<(String, Option<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, root, &mut files);
    assert!(files.len() > 500, "{} files", files.len());
    files
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<(String, Option<String>)>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path: PathBuf = entry.expect("a readable entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        if NOT_OURS.contains(&name) {
            // Such a path may be cited, but its content is not read.
            let name = path.strip_prefix(root).expect("below the root").to_str().expect("UTF-8").replace('\\', "/");
            files.push((name, None));
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_str().expect("UTF-8").replace('\\', "/");
            files.push((name, fs::read_to_string(&path).ok()));
        }
    }
}

fn is_document(file: &str) -> bool {
    has_end(file, "md")
}

/// Whether the name of a file ends with a dot and `end`.
fn has_end(file: &str, end: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == end)
}

#[test]
fn everything_cited_exists() {
    let files = repository();
    let repository = Repository::new(&files);
    let found: Vec<_> = files
        .iter()
        // This test itself cites files that do not exist.
        .filter(|(file, _)| !file.starts_with("tests/documents"))
        .filter_map(|(file, text)| Some((file, text.as_ref()?)))
        .flat_map(|(file, text)| repository.missing(file, text))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_documents_name_only_real_commands_and_options() {
    let found: Vec<_> = repository()
        .into_iter()
        // The changelog also names what was removed, and CONTRIBUTING.md calls Cargo.
        .filter(|(file, _)| is_document(file) && file != "CHANGELOG.md" && file != "CONTRIBUTING.md")
        .filter_map(|(file, text)| Some((file, text?)))
        .flat_map(|(file, text)| commands::wrong(&file, &text))
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_configuration_page_has_every_option_and_setting() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let text = fs::read_to_string(path).expect("docs/configuration.md");
    let found = [commands::without(&text), commands::wrong_settings(&text)].concat();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The tests above pass on correct documents. This one shows that they fail on wrong ones.
#[test]
fn errors_in_documents_are_found() {
    let files = [
        ("README.md".to_owned(), Some("# A\n## The `log`, and more\n## A".to_owned())),
        ("docs/guide.md".to_owned(), Some("# Guide".to_owned())),
        ("src/core/node/mod.rs".to_owned(), Some(String::new())),
    ];
    let repository = Repository::new(&files);
    for (file, text, missing) in [
        ("README.md", "see [it](docs/gone.md)", "docs/gone.md"),
        ("README.md", "see [it](docs/guide.md#gone)", "docs/guide.md#gone"),
        ("README.md", "see [it](#the-log-and-less)", "#the-log-and-less"),
        ("docs/guide.md", "see [it](docs/guide.md)", "docs/guide.md"),
        ("docs/guide.md", "`core/node/gone.rs` does it", "core/node/gone.rs"),
        ("docs/guide.md", "the folder `src/gone/`", "src/gone"),
        ("src/lib.rs", "//! DESIGN.md says why.", "DESIGN.md"),
        ("src/lib.rs", "// See docs/guide.md#gone.", "docs/guide.md#gone"),
        ("src/lib.rs", "// `tests/gone.rs` checks it.", "tests/gone.rs"),
    ] {
        let found = repository.missing(file, text);
        assert!(found.len() == 1 && found[0].ends_with(&format!("{missing} is not there")), "{text}: {found:?}");
    }
    for (file, text) in [
        ("README.md", "[a](docs/guide.md#guide), [b](#the-log-and-more), [c](#a-1), [d](https://example.org/x.md)"),
        ("docs/guide.md", "[a](../README.md), `core/node/mod.rs`, `src/core/`, `mod.rs`"),
        ("src/lib.rs", "// README.md#a, docs/guide.md and src/core/node say why. quinn's `connection/timer.rs` too."),
    ] {
        assert_eq!(repository.missing(file, text), [""; 0], "{text}");
    }
    for (text, wrong) in [
        ("`--gone`", "--gone"),
        ("`--lan NAME`", "--lan NAME"),
        ("`proximity-chat gone`", "proximity-chat gone"),
        ("```sh\ntail x | proximity-chat --headles   # says it\n```", "proximity-chat --headles"),
        ("`proximity-chat log --erase`", "proximity-chat log --erase"),
    ] {
        let found = commands::wrong("a.md", text);
        assert!(found.len() == 1 && found[0].contains(wrong), "{text}: {found:?}");
    }
    let right = "`--lan`, `--dry-run`, `--peer ADDR`, `cargo run --release`\n```sh\nproximity-chat log --json | less # --gone\n```";
    assert_eq!(commands::wrong("a.md", right), [""; 0]);
    assert!(commands::without("`--lan`").iter().any(|missing| missing.starts_with("--erase ")));
    let rows = "| `lan` | `--lan` | `PROXIMITY_CHAT_LAN` |\n| `gone` | | `PROXIMITY_CHAT_GONE` |\n| `ip` | | `PROXIMITY_CHAT_PI` |";
    let found = commands::wrong_settings(rows);
    assert!(found.len() == 2 && found[0].starts_with("gone ") && found[1].starts_with("ip "), "{found:?}");
}

/// The most words of a test's name, which says what holds.
const MOST_WORDS: usize = 10;

#[test]
fn the_name_of_a_test_has_at_most_ten_words() {
    let is_test =
        |line: &&str| line.trim_start().starts_with("#[test]") || line.trim_start().starts_with("#[tokio::test");
    let mut long = Vec::new();
    for (file, text) in repository().into_iter().filter(|(file, _)| has_end(file, "rs")) {
        let text = text.unwrap_or_default();
        let mut lines = text.lines();
        while lines.by_ref().any(|line| is_test(&line)) {
            // Between the two stand other attributes at most.
            let name = lines.by_ref().find_map(|line| line.split_once("fn ")?.1.split_once('('));
            let (name, _) = name.expect("a function");
            if name.split('_').count() > MOST_WORDS {
                long.push(format!("{file}: {name}"));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}
