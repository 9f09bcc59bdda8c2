//! Checks the boundaries of ARCHITECTURE.md against the source. A folder imports only what comes before it in [`ROWS`].
//! Pure folders touch neither network, terminal, files nor clock. Front ends know the node only by its channels. No two
//! files import each other.

#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "a test may panic")]

#[path = "layers/circles.rs"]
mod circles;
#[path = "layers/sentences.rs"]
mod sentences;
#[path = "layers/source.rs"]
mod source;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use circles::Imports;
use source::{Named, paths};

/// All boundaries, in an order in which each imports only from earlier rows. The folder decides: `core/node` is
/// `core/node/…` and everything below it.
const ROWS: [&[&str]; 25] = [
    &["domain/limit", "domain/model", "domain/timers"],
    &["domain/bus", "domain/naming"],
    &["protocol"],
    &["core/budgets", "core/mutant", "core/secrets"],
    &["core/clock"],
    &["core/log", "core/discovery", "core/diagnosis", "core/networks"],
    &["core/sync"],
    // The machines of the node know each other only by these views, and by what one passes on to another.
    &["core/node/transport", "core/node/local_addrs", "core/node/notice_limits"],
    &["core/node/views", "core/node/myself", "core/node/input", "core/node/output"],
    &["core/node/trust", "core/node/dialing"],
    &["core/node/verify"],
    &["core/node/peers"],
    &["core/node"],
    &["runtime/disk"],
    &["runtime/io", "runtime/profile"],
    &["runtime/net", "runtime/discovery", "runtime/store"],
    &["runtime/actor"],
    &["frontend/words"],
    &["frontend/json", "frontend/room_names", "frontend/slash", "frontend/told"],
    &["frontend/headless", "frontend/tui/app"],
    &["frontend/tui/view", "frontend/tui/terminal"],
    &["frontend/tui/event_loop"],
    &["cli/config", "cli/identity", "cli/lan_tools", "cli/log"],
    &["cli/run", "cli/manual"],
    &["main"],
];

/// Folders that only compute. Their tests may do more.
const PURE: [&str; 11] = [
    "domain",
    "protocol/codec",
    "protocol/identity",
    "protocol/sealing",
    "core",
    "frontend/json",
    "frontend/room_names",
    "frontend/slash",
    "frontend/words",
    "frontend/tui/app",
    "frontend/tui/view",
];

/// Folders that see the node only by its two channels, and what they therefore must not name.
const FRONT_ENDS: (&str, [&str; 2]) = ("frontend", ["core", "runtime"]);

/// What a pure module must not name, and why.
const IMPURE: [(&str, &str); 19] = [
    ("tokio", "tasks"),
    ("tokio_stream", "tasks"),
    ("tokio_util", "tasks"),
    ("tonic", "network"),
    ("hyper", "network"),
    ("hyper_util", "network"),
    ("socket2", "network"),
    ("std::net::TcpStream", "network"),
    ("std::net::TcpListener", "network"),
    ("std::net::UdpSocket", "network"),
    ("std::fs", "files"),
    ("std::io::stdin", "files"),
    ("std::io::stdout", "files"),
    ("std::env", "environment"),
    ("std::thread", "threads"),
    ("std::process", "processes"),
    ("crossterm", "terminal"),
    ("rustix", "operating system"),
    ("getrandom", "randomness"),
];

/// Calls that read a clock, however they are imported.
const CLOCKS: [&str; 5] = ["Instant::now", "SystemTime::now", "Timestamp::now", "Zoned::now", "TimeZone::system"];

/// The longest boundary that `module` lies in, and its row.
fn boundary(module: &str) -> Option<(&'static str, usize)> {
    let rows = ROWS.iter().enumerate().flat_map(|(row, names)| names.iter().map(move |&name| (name, row)));
    rows.filter(|(name, _)| is_inside(module, name)).max_by_key(|(name, _)| name.len())
}

/// Whether `module` is `folder` or in it; both as `core/node`.
fn is_inside(module: &str, folder: &str) -> bool {
    module.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The violations in one file, given by its path below `src`.
fn violations(file: &str, text: &str) -> Vec<String> {
    let module: Vec<&str> = file.trim_end_matches(".rs").split('/').filter(|&name| name != "mod").collect();
    let own = module.join("/");
    let is_folder = file.ends_with("mod.rs") && ROWS.concat().iter().any(|name| name.starts_with(&format!("{own}/")));
    let Some((own_boundary, own_row)) = boundary(&own).or(is_folder.then_some(("", 0))) else {
        return vec![format!("{file}: no boundary of ROWS contains it; give it one in ARCHITECTURE.md and here")];
    };
    let mut found = BTreeSet::new();
    for Named { path, line, test } in paths(&module, text) {
        let other = path[1..].join("/");
        if matches!(path[0].as_str(), "crate" | "proximity_chat") && !own_boundary.is_empty() {
            match boundary(&other) {
                // `pub(in …)` names a folder around the file, and imports nothing.
                Some(_) if is_inside(&own, &other) => {}
                Some((other, row)) if other != own_boundary && row >= own_row => {
                    found.insert(format!(
                        "{file}:{line}: {own_boundary} must not import {other}, which is not before it"
                    ));
                }
                _ => {}
            }
            let (front_ends, hidden) = FRONT_ENDS;
            if is_inside(&own, front_ends) && !test && hidden.iter().any(|folder| is_inside(&other, folder)) {
                found.insert(format!(
                    "{file}:{line}: {front_ends} knows the node by its channels and must not name {other}"
                ));
            }
        }
        if test || file.contains("/tests/") || !PURE.iter().any(|folder| is_inside(&own, folder)) {
            continue;
        }
        let joined = path.join("::");
        for (name, what) in IMPURE {
            if joined == name || joined.starts_with(&format!("{name}::")) {
                found.insert(format!("{file}:{line}: {own_boundary} is pure and must not name {joined} ({what})"));
            }
        }
        if CLOCKS.iter().any(|clock| joined.ends_with(clock)) {
            found.insert(format!("{file}:{line}: {own_boundary} is pure and must not read a clock: {joined}"));
        }
    }
    found.into_iter().collect()
}

/// Every source file below `directory`.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the source is there");
    entries
        .flat_map(|entry| {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() { sources(&path) } else { vec![path] }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// All source files: paths below `src`, with their texts.
fn source() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let file = |path: PathBuf| {
        let file = path.strip_prefix(&root).expect("below src").to_str().expect("UTF-8").replace('\\', "/");
        (file, fs::read_to_string(&path).expect("a readable source"))
    };
    sources(&root).into_iter().map(file).collect()
}

#[test]
fn every_file_keeps_to_its_boundary() {
    let files = source();
    let found: Vec<_> =
        files.iter().filter(|(file, _)| file != "lib.rs").flat_map(|(file, text)| violations(file, text)).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
    for name in ROWS.concat().iter().filter(|name| **name != "main") {
        let is_there = |(file, _): &(String, String)| is_inside(file.trim_end_matches(".rs"), name);
        assert!(files.iter().any(is_there), "{name} is in ROWS and not in the source");
    }
}

#[test]
fn no_two_files_import_each_other() {
    let files = source();
    let circles = Imports::new(files.iter().map(|(file, text)| (file.as_str(), text.as_str()))).circles();
    assert!(circles.is_empty(), "\n{}", circles.join("\n"));
}

#[test]
fn sentences_are_only_in_the_words_folder() {
    let found: Vec<_> = source().iter().flat_map(|(file, text)| sentences::sentences(file, text)).collect();
    assert!(found.is_empty(), "\n{}\n{} sentences", found.join("\n"), found.len());
}

#[test]
fn a_sentence_outside_its_folder_is_found() {
    for (text, is_found) in [
        ("const A: &str = \"Nobody is here.\";", true),
        ("fn f() { format!(\"{who} is here\") }", true),
        ("#[error(\"It is full.\")] struct Full;", false),
        ("fn f() { tracing::warn!(%error, \"not written yet\") }", false),
        ("fn f() { x.expect(\"a lock that nobody poisons\") }", false),
        ("const A: &str = \"SELECT id FROM lines\"; const B: &str = \"--help\"; const C: &str = \"{} {}\";", false),
        ("mod tests { const A: &str = \"Nobody is here.\"; }", false),
    ] {
        assert_eq!(!sentences::sentences("core/log/mod.rs", text).is_empty(), is_found, "{text}");
    }
    assert!(sentences::sentences("frontend/words/en/disk.rs", "const A: &str = \"It is full.\";").is_empty());
}

/// The tests above pass on source that keeps the rules. This one shows that they fail on other source.
#[test]
fn a_broken_rule_is_found() {
    for (file, text, violation) in [
        ("domain/model/mod.rs", "use crate::domain::bus::Command;", "domain/model must not import domain/bus"),
        (
            "frontend/slash/parse.rs",
            "use crate::{domain::model::Text, cli::config::Config};",
            "must not import cli/config",
        ),
        ("frontend/slash/mod.rs", "pub use super::json;", "frontend/slash must not import frontend/json"),
        (
            "core/log/accept.rs",
            "fn f() { let x = super::super::node::MAX_NODES; }",
            "core/log must not import core/node",
        ),
        ("core/log/mod.rs", "mod a { mod b { use super::super::super::node; } }", "core/log must not import core/node"),
        ("frontend/tui/view/mod.rs", "mod tests { use crate::cli::run; }", "frontend/tui/view must not import cli/run"),
        (
            "frontend/tui/app/mod.rs",
            "use\n  crate::frontend\n  ::\n  tui::view;",
            "app/mod.rs:2: frontend/tui/app must not",
        ),
        ("frontend/headless/mod.rs", "use crate::runtime::store;", "frontend knows the node by its channels"),
        ("frontend/tui/app/mod.rs", "fn now() -> Instant { std::time::Instant::now() }", "must not read a clock"),
        ("core/log/mod.rs", "use std::time::{self, SystemTime};\nfn f() { SystemTime::now(); }", "core/log/mod.rs:2:"),
        (
            "core/node/mod.rs",
            "use std::{net::{IpAddr, TcpStream}, fmt};",
            "must not name std::net::TcpStream (network)",
        ),
        (
            "core/node/mod.rs",
            "async fn f() { tokio::time::sleep(d).await }",
            "must not name tokio::time::sleep (tasks)",
        ),
        ("domain/limit/mod.rs", "use std::env;", "must not name std::env (environment)"),
        ("core/log/mod.rs", "const A: &str = r#\"\"#; const B: char = '\"'; use tonic::Code;", "tonic::Code"),
        ("core/node/trust/mod.rs", "use crate::core::node::peers::Peers;", "must not import core/node/peers"),
        ("core/node/peers/mod.rs", "use super::Node;", "core/node/peers must not import core/node"),
        ("core/extra/mod.rs", "", "no boundary of ROWS contains it"),
    ] {
        let found = violations(file, text);
        assert!(found.len() == 1 && found[0].contains(violation), "{text:?} gave {found:?}");
    }
}

#[test]
fn source_that_keeps_the_rules_passes() {
    for (file, text) in [
        ("main.rs", "use proximity_chat::{cli::config, cli::run::{self, Front}};"),
        (
            "frontend/slash/parse.rs",
            "use super::{COMMANDS, table::Kind}; use crate::domain::model::Text; use self::x::run;",
        ),
        (
            "core/log/mod.rs",
            "mod parse; mod table; mod x { use super::table; use super::super::super::domain::model; }",
        ),
        (
            "core/log/mod.rs",
            "// use crate::cli;\n/* use crate::cli; /* crate::cli */ tokio::spawn */ /// crate::cli\nfn f() {}",
        ),
        (
            "core/log/mod.rs",
            "const A: &str = \"use crate::cli; \\\" tokio::x\"; const B: &str = r##\"crate::cli \"# \"##;",
        ),
        (
            "core/log/mod.rs",
            "const A: &[u8] = b\"crate::cli\"; const B: &[u8] = br\"crate::cli\"; const C: char = '\\''; fn r() {}",
        ),
        ("frontend/tui/app/mod.rs", "fn f<'a>(now: &'a Now) { now.instant(); Instant::elapsed(); }"),
        ("core/node/mod.rs", "use std::{io, net::{IpAddr, SocketAddr}, time::{Duration, Instant}};"),
        ("core/node/mod.rs", "#[cfg(test)] mod tests { use tokio::time::Instant; fn f() { Instant::now(); } }"),
        ("core/node/tests/pairs.rs", "use tokio::time::sleep;"),
        ("cli/config/load.rs", "use std::{env, fs::File};"),
        ("core/mod.rs", "pub mod log; pub mod node;"),
        ("core/node/trust/mod.rs", "use super::views::Directory; pub(in crate::core::node) struct Keyring;"),
        ("runtime/net/server.rs", "use tokio::net; use crate::runtime::io::Net;"),
    ] {
        assert_eq!(violations(file, text), [""; 0], "{text}");
    }
}

#[test]
fn circles_are_found_through_folders_and_their_use_lines() {
    let circles = |files: &[(&'static str, &'static str)]| Imports::new(files.iter().copied()).circles();
    let two = [("a/x.rs", "use super::y::Y;"), ("a/y.rs", "use super::x::X;"), ("a/mod.rs", "mod x; mod y;")];
    assert_eq!(circles(&two), ["a: x, y import each other: a/x:1 names a::y::Y; a/y:1 names a::x::X"]);
    let hidden =
        [("a/x.rs", "use super::Y;"), ("a/y.rs", "use super::X;"), ("a/mod.rs", "use x::X; pub use self::y::{Y};")];
    assert_eq!(circles(&hidden).len(), 1, "over the folder's use lines");
    let three = [
        ("x.rs", "use crate::y::Y;"),
        ("y/mod.rs", "pub use deep::Y;"),
        ("y/deep.rs", "use crate::z;"),
        ("z.rs", "use crate::x::X;"),
    ];
    assert_eq!(circles(&three).len(), 1, "over a third one");
    let family =
        [("a/mod.rs", "mod x; use x::X; struct Y;"), ("a/x.rs", "use super::Y;"), ("b.rs", "use crate::a::X;")];
    assert_eq!(circles(&family), [""; 0], "a child and its folder");
    let tests =
        [("x.rs", "use crate::y::Y;"), ("y.rs", "mod tests { use crate::x::X; }"), ("y/tests.rs", "use crate::x::X;")];
    assert_eq!(circles(&tests), [""; 0], "tests may name everything");
}
