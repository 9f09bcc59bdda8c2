//! ARCHITECTURE.md's layers, read from the source: a module imports only lower layers, siblings do not import each
//! other, and the pure ones touch neither network, terminal, files nor clock. No cycle can exist between modules that
//! keep to this.

#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "a test may panic")]

#[path = "layers/source.rs"]
mod source;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use source::{Named, paths};

/// Every module on its layer.
const LAYERS: [&[&str]; 9] = [
    &["limit", "model", "wire"],
    &["bus", "config", "contract", "convert", "identity", "slash"],
    &["log"],
    &["announce", "app", "diagnosis", "node", "site", "sweep"],
    &["io", "profile"],
    &["ui", "net", "discovery", "store"],
    &["actor", "explore", "term", "headless", "history"],
    &["run"],
    &["main", "lib"],
];

/// Modules that only compute. Their tests may do more.
const PURE: [&str; 16] = [
    "limit",
    "model",
    "bus",
    "config",
    "contract",
    "convert",
    "identity",
    "slash",
    "log",
    "announce",
    "app",
    "diagnosis",
    "node",
    "site",
    "sweep",
    "ui",
];

/// The one file of a pure module that may read files and variables: the shell around `config`.
const SHELL: &str = "config/load.rs";

/// What a pure module must not name, and why not.
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

/// Calls that read a clock, however they were imported.
const CLOCKS: [&str; 5] = ["Instant::now", "SystemTime::now", "Timestamp::now", "Zoned::now", "TimeZone::system"];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// What is wrong with one file, by its path below `src`.
fn violations(file: &str, text: &str) -> Vec<String> {
    let module: Vec<&str> = file.trim_end_matches(".rs").split('/').filter(|&name| name != "mod").collect();
    let own = module[0];
    let Some(own_layer) = layer(own) else {
        return vec![format!("{file}: the module {own} has no layer; give it one in ARCHITECTURE.md and here")];
    };
    let mut found = BTreeSet::new();
    for Named { path, line, test } in paths(&module, text) {
        let is_own_crate = matches!(path[0].as_str(), "crate" | "proximity_chat");
        if let Some(other) = path.get(1).filter(|other| is_own_crate && *other != own) {
            match layer(other) {
                Some(layer) if layer >= own_layer => {
                    found.insert(format!("{file}:{line}: {own} must not import {other}, which is not below it"));
                }
                _ => {}
            }
        }
        if test || file.contains("/tests/") || !PURE.contains(&own) {
            continue;
        }
        let joined = path.join("::");
        let shell = file == SHELL && !joined.starts_with("tokio");
        for (name, what) in IMPURE {
            if !shell && (joined == name || joined.starts_with(&format!("{name}::"))) {
                found.insert(format!("{file}:{line}: {own} is pure and must not name {joined} ({what})"));
            }
        }
        if CLOCKS.iter().any(|clock| joined.ends_with(clock)) {
            found.insert(format!("{file}:{line}: {own} is pure and must not read a clock: {joined}"));
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

#[test]
fn every_module_keeps_to_its_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut modules, mut found) = (BTreeSet::new(), Vec::new());
    for path in sources(&root) {
        let file = path.strip_prefix(&root).expect("below src").to_str().expect("UTF-8").replace('\\', "/");
        found.extend(violations(&file, &fs::read_to_string(&path).expect("a readable source")));
        modules.insert(file.split(['/', '.']).next().unwrap_or_default().to_owned());
    }
    let layered: BTreeSet<_> = LAYERS.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(modules, layered, "the layers and the source name the same modules");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The test above passes on a source that keeps the rules; this one shows that it would not on another.
#[test]
fn what_breaks_a_rule_is_found() {
    for (file, text, violation) in [
        ("model/mod.rs", "use crate::bus::Command;", "model must not import bus"),
        ("slash/parse.rs", "use crate::{model::Text, config::Config};", "slash must not import config"),
        ("slash/mod.rs", "pub use super::bus;", "slash must not import bus"),
        ("slash/parse.rs", "fn f() { let x = super::super::bus::COMMAND_CAPACITY; }", "slash must not import bus"),
        ("slash/parse.rs", "mod a { mod b { use super::super::super::super::bus; } }", "slash must not import bus"),
        ("ui/mod.rs", "mod tests { use crate::run::log; }", "ui must not import run"),
        ("app/mod.rs", "use\n  crate\n  ::\n  ui::draw;", "app/mod.rs:2: app must not import ui"),
        ("app/mod.rs", "fn now() -> Instant { std::time::Instant::now() }", "must not read a clock"),
        ("app/mod.rs", "use std::time::{self, SystemTime};\nfn f() { SystemTime::now(); }", "app/mod.rs:2:"),
        ("node/mod.rs", "use std::{net::{IpAddr, TcpStream}, fmt};", "must not name std::net::TcpStream (network)"),
        ("node/mod.rs", "async fn f() { tokio::time::sleep(d).await }", "must not name tokio::time::sleep (tasks)"),
        ("config/merge.rs", "use std::env;", "must not name std::env (environment)"),
        ("config/load.rs", "use tokio::fs;", "must not name tokio::fs (tasks)"),
        ("sweep/mod.rs", "const A: &str = r#\"\"#; const B: char = '\"'; use tonic::Code;", "tonic::Code"),
        ("extra/mod.rs", "", "the module extra has no layer"),
    ] {
        let found = violations(file, text);
        assert!(found.len() == 1 && found[0].contains(violation), "{text:?} gave {found:?}");
    }
}

#[test]
fn what_keeps_the_rules_is_not_found() {
    for (file, text) in [
        ("main.rs", "use proximity_chat::{config, run::{self, Front}};"),
        ("slash/parse.rs", "use super::{COMMANDS, table::Kind}; use crate::model::Text; use self::x::run;"),
        ("slash/mod.rs", "mod parse; mod table; mod x { use super::table; use super::super::model; }"),
        (
            "app/mod.rs",
            "// use crate::ui;\n/* use crate::run; /* crate::ui */ tokio::spawn */ /// crate::ui\nfn f() {}",
        ),
        ("app/mod.rs", "const A: &str = \"use crate::ui; \\\" tokio::x\"; const B: &str = r##\"crate::ui \"# \"##;"),
        (
            "app/mod.rs",
            "const A: &[u8] = b\"crate::ui\"; const B: &[u8] = br\"crate::ui\"; const C: char = '\\''; fn r() {}",
        ),
        ("app/mod.rs", "fn f<'a>(now: &'a Now) { now.instant(); Instant::elapsed(); }"),
        ("node/mod.rs", "use std::{io, net::{IpAddr, SocketAddr}, time::{Duration, Instant}};"),
        ("node/mod.rs", "#[cfg(test)] mod tests { use tokio::time::Instant; fn f() { Instant::now(); } }"),
        ("node/tests/pairs.rs", "use tokio::time::sleep;"),
        ("config/load.rs", "use std::{env, fs::File};"),
        ("net/server.rs", "use tokio::net; use crate::io::Net;"),
    ] {
        assert_eq!(violations(file, text), [""; 0], "{text}");
    }
}
