//! A panic restores the terminal, and is logged.
//!
//! The program has no way to make it panic, and must have none. So this test binary runs itself in the pseudo-terminal,
//! with the program's guard and event loop around a panic of its own.

use std::{env, fs, path::PathBuf};

use jiff::tz::TimeZone;
use proximity_chat::{
    cli::run::log_file,
    domain::model::{Nick, Room},
    frontend::tui::{
        app::{App, Setup},
        event_loop::{Exit, on_terminal},
    },
    runtime::io::now,
};
use tokio::sync::mpsc;

use super::{FOOTER, assert_given_back};
use crate::support::{Builder, Term};

const WHERE: &str = "PANIC_IN";

/// A terminal in which `child` panics at `place`, and the folder of its log.
fn panicking_in(place: &str) -> (Term, PathBuf) {
    let here = env::current_exe().expect("this test has a path");
    let builder = Builder::new(here.to_str().expect("a path in UTF-8"))
        .args(["--exact", "panics::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(WHERE, place);
    let state = builder.home().join("state");
    let term = builder.env("XDG_STATE_HOME", state.to_str().expect("a path in UTF-8")).spawn();
    (term, state.join("proximity-chat"))
}

#[track_caller]
fn assert_readable((term, log): &(Term, PathBuf), message: &str) {
    assert_ne!(term.wait_exit().exit_code(), 0);
    assert!(String::from_utf8_lossy(&term.raw()).contains("\x1b[?1049h"), "the screen never was up");
    assert_given_back(term);
    assert!(term.text().contains(message), "the message is not on the main screen:\n{}", term.text());
    let files = fs::read_dir(log).expect("a directory of logs").map(|entry| entry.expect("a log").path());
    let logged: String = files.map(|path| fs::read_to_string(path).expect("a log in UTF-8")).collect();
    assert!(logged.contains(&format!("panic: {message}")), "the message is not in the log:\n{logged}");
}

#[test]
fn a_panic_on_the_screen_thread_restores_the_terminal() {
    let panicking = panicking_in("the screen");
    panicking.0.wait_text(FOOTER);
    panicking.0.send("hello\r");
    assert_readable(&panicking, "boom in the screen");
}

#[test]
fn a_panic_on_the_node_thread_restores_the_terminal() {
    let panicking = panicking_in("the node");
    panicking.0.wait_text(FOOTER);
    panicking.0.send("hello\r");
    assert_readable(&panicking, "boom in the node");
}

fn setup() -> Setup {
    Setup {
        nick: Nick::new("alice").expect("a valid nick"),
        ask_name: false,
        typing: true,
        ports: (4565, 4569),
        version: "0",
        history_cap: 100,
        warnings: Vec::new(),
        room: Room::Lobby,
        time_zone: TimeZone::UTC,
        no_color: false,
        background: None,
        plain_view: false,
        clipboard: true,
    }
}

/// Not a test: the tests above run it in their pseudo-terminal.
#[test]
#[ignore = "runs inside the pseudo-terminal of the tests above"]
fn child() {
    // It also runs when somebody runs all ignored tests, and then does nothing.
    let Ok(place) = env::var(WHERE) else { return };
    // As in `main`: before the screen.
    let log = log_file::start(false).unwrap();
    let (commands, mut said) = mpsc::channel(8);
    let (to_screen, updates) = mpsc::channel(8);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let exit = runtime.block_on(async {
        let screen = on_terminal(App::new(setup(), now()), commands, updates, now);
        if place == "the screen" {
            let panics = async {
                said.recv().await;
                panic!("boom in the screen");
            };
            tokio::join!(screen, panics).0
        } else {
            std::thread::spawn(move || {
                let _open_until_the_end = to_screen;
                said.blocking_recv();
                panic!("boom in the node");
            });
            screen.await
        }
    });
    assert_eq!(exit.unwrap(), Exit::Panicked);
    drop(log);
    std::process::exit(Exit::Panicked.code().into());
}
