//! The real program in a pseudo-terminal: keys in, screen out.

#![cfg(unix)]
#![expect(clippy::expect_used, reason = "that is how a test fails, also outside of its function")]

mod common;
#[path = "pty/identity.rs"]
mod identity;

use common::{Builder, Node, Ports, Term, arguments, program};
use rustix::process::Signal;

/// The footer of an 80x24 screen: with it the first frame is whole.
const FOOTER: &str = "Ctrl-R rescan";

/// What the input line shows while it is empty.
const EMPTY_INPUT: &str = "> Message #lobby";

fn chat(nick: &str, ports: &Ports) -> Builder {
    Builder::new(&program()).args(arguments(nick, ports))
}

/// A screen that is up and listens.
fn alice(ports: &Ports) -> Term {
    let term = chat("alice", ports).spawn();
    term.wait_text(FOOTER);
    term.wait_text(&format!("127.0.0.1:{}", ports.first()));
    term
}

fn input_line(term: &Term) -> String {
    term.text().lines().rev().find(|line| line.starts_with('>')).unwrap_or_default().trim_end().to_owned()
}

#[track_caller]
fn assert_given_back(term: &Term) {
    assert_eq!(term.damage(), "", "{}", term.text());
}

mod start_and_end {
    use super::*;

    #[test]
    fn the_first_frame_comes_and_says_who_and_where_we_are() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        term.wait_text("alice");
        term.wait_text(EMPTY_INPUT);
        assert!(term.screen(vt100::Screen::alternate_screen));
        term.wait_title("a title", |title| !title.is_empty());
    }

    #[test]
    fn ctrl_c_clears_a_draft_then_quits_when_pressed_twice() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send("a draft");
        term.wait_text("> a draft");
        term.send("\x03");
        term.wait_text(EMPTY_INPUT);
        term.send("\x19");
        term.wait_text("> a draft");
        term.send("\x03");
        term.wait_text(EMPTY_INPUT);
        term.send("\x03");
        term.wait_text("Press Ctrl-C again to quit");
        assert!(term.runs());
        term.send("\x03");
        assert_eq!(term.wait_exit().exit_code(), 0);
        assert_given_back(&term);
    }

    #[test]
    fn the_command_quits() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send("/quit\r");
        assert_eq!(term.wait_exit().exit_code(), 0);
        assert_given_back(&term);
    }

    #[test]
    fn ctrl_q_quits_at_once_even_with_a_draft() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send("a draft\x11");
        assert_eq!(term.wait_exit().exit_code(), 0);
        assert_given_back(&term);
    }

    #[test]
    fn signals_give_the_terminal_back() {
        for (signal, code) in [(Signal::TERM, 0), (Signal::HUP, 0), (Signal::INT, 130)] {
            let ports = Ports::reserve(1);
            let term = alice(&ports);
            term.signal(signal);
            assert_eq!(term.wait_exit().exit_code(), code, "{signal:?}");
            assert_given_back(&term);
        }
    }

    /// A screen with this configuration file.
    fn configured(ports: &Ports, json: &str) -> Term {
        let builder = chat("alice", ports);
        let path = builder.home().join("c.json");
        std::fs::write(&path, json).expect("the home directory is ours");
        builder.args(["--config", path.to_str().expect("a path in UTF-8")]).spawn()
    }

    #[test]
    fn a_bad_configuration_is_told_on_the_main_screen() {
        let ports = Ports::reserve(1);
        let term = configured(&ports, "{\n  \"cidr\": \"127.0.0.1/99\"\n}\n");
        assert_eq!(term.wait_exit().exit_code(), 2);
        assert!(!String::from_utf8_lossy(&term.raw()).contains("\x1b[?1049h"), "the screen was up");
        assert_given_back(&term);
        assert!(term.text().contains("c.json:2:11:"), "{}", term.text());
    }

    #[test]
    fn a_doubtful_configuration_is_told_on_the_screen() {
        let ports = Ports::reserve(1);
        let term = configured(&ports, "{\n  \"prot\": 1\n}\n");
        term.wait_text("c.json:2:3: \"prot\" is not a");
        term.wait_text("Did you mean");
        term.wait_text(FOOTER);
    }

    #[test]
    fn taken_ports_are_told_on_the_main_screen() {
        let ports = Ports::reserve(1);
        let _there = Node::spawn("bob", &ports);
        let term = chat("alice", &ports).spawn();
        assert_eq!(term.wait_exit().exit_code(), 1);
        assert_given_back(&term);
        assert!(term.text().contains("in use"), "{}", term.text());
    }
}

mod chatting {
    use super::*;

    #[test]
    fn two_people_find_each_other_talk_and_part() {
        let ports = Ports::reserve(3);
        let alice = alice(&ports);
        let bob = chat("bob", &ports).spawn();
        alice.wait_text("bob");
        bob.wait_text("alice");
        alice.send("hello bob\r");
        alice.wait_text("hello bob");
        bob.wait_text("hello bob");
        bob.send("hello alice\r");
        alice.wait_text("hello alice");
        bob.send("\x11");
        bob.wait_exit();
        alice.wait_for("bob left", |screen| screen.contents().contains("○ bob"));
        assert!(alice.runs());
    }

    #[test]
    fn a_headless_node_is_one_of_us() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        let mut node = Node::spawn("bob", &ports);
        term.wait_text("bob");
        node.wait_peer("alice");
        node.say("from a pipe");
        term.wait_text("from a pipe");
        term.send("to a pipe\r");
        node.wait_message("alice", "to a pipe");
        node.kill();
        term.wait_text("bob left");
    }

    #[test]
    fn escapes_from_a_peer_never_reach_the_terminal() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        let mut node = Node::spawn("bob", &ports);
        node.wait_peer("alice");
        node.say("\x1b]0;owned\x07\x1b[31mred\x1b[0m \u{9b}2J \u{202e}txet done");
        term.wait_text("done");
        let raw = String::from_utf8_lossy(&term.raw()).into_owned();
        for escape in ["\x1b]0;owned", "\x1b[31m", "\u{9b}", "\u{202e}"] {
            assert!(!raw.contains(escape), "{escape:?} reached the terminal");
        }
        assert!(!term.title().contains("owned"));
    }

    #[test]
    fn tab_completes_a_nick_at_the_start() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        let node = Node::spawn("bobby", &ports);
        node.wait_peer("alice");
        term.wait_text("bobby");
        term.send("bo\t");
        term.wait_text("> bobby: ");
        term.send("hi\r");
        node.wait_message("alice", "bobby: hi");
    }

    #[test]
    fn ctrl_r_looks_for_people() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        term.send("\x12");
        term.wait_text("Looked through 127.0.0.1/32");
    }

    #[test]
    fn an_unknown_command_is_never_sent_and_the_draft_stays() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        let node = Node::spawn("bob", &ports);
        node.wait_peer("alice");
        term.wait_text("bob");
        term.send("/jion\r");
        term.wait_text("No command /jion");
        assert_eq!(input_line(&term), "> /jion");
        term.send("\x15said\r");
        node.wait_message("alice", "said");
        assert_eq!(node.messages(), 1, "the command was sent as a message");
    }
}

mod typing {
    use super::*;

    #[test]
    fn a_paste_fills_the_draft_and_never_sends() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        let node = Node::spawn("bob", &ports);
        node.wait_peer("alice");
        term.wait_text("bob");
        term.send("\x1b[200~one\ntwo\r\nthree\x1b[201~");
        term.wait_text("three");
        assert_eq!(node.messages(), 0);
        term.send("\r");
        node.wait_message("alice", "one\ntwo\nthree");
    }

    #[test]
    fn a_page_typed_at_once_arrives_whole() {
        // Terminals without bracketed paste send a paste as keys, more than one read of them.
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send(format!("{}END", "word ".repeat(600)));
        term.wait_text("END");
    }

    #[test]
    fn alt_keys_are_alt_keys() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send("one two");
        term.wait_text("> one two");
        term.send("\x1bb");
        term.send("X");
        term.wait_text("> one Xtwo");
    }

    #[test]
    fn a_lone_alt_bracket_does_not_freeze_the_screen() {
        let ports = Ports::reserve(3);
        let term = alice(&ports);
        let mut node = Node::spawn("bob", &ports);
        node.wait_peer("alice");
        term.send("\x1b[");
        node.say("still here");
        term.wait_text("still here");
    }

    #[test]
    fn the_wheel_scrolls_and_a_single_arrow_is_history() {
        let ports = Ports::reserve(2);
        let term = alice(&ports);
        // Somebody to talk to: the advice for who is alone takes rows, too.
        let node = Node::spawn("bob", &ports);
        node.wait_peer("alice");
        term.wait_text("PEERS  1 here");
        for line in 0..30 {
            term.send(format!("line {line}\r"));
            term.wait_text(&format!("│ line {line} "));
        }
        term.send("\x1b[A\x1b[A\x1b[A");
        term.wait_text("lines below");
        term.send("\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B");
        term.wait_no_text("lines below");
        // An arrow right after a notch still belongs to it; the sent line says that the notch is long over.
        term.send("the end\r");
        term.wait_text("│ the end ");
        std::thread::park_timeout(std::time::Duration::from_millis(150));
        term.send("\x1b[A");
        term.wait_text("> the end");
    }

    #[test]
    fn the_answer_about_the_background_never_types() {
        for answer in ["\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"] {
            let ports = Ports::reserve(1);
            let term = chat("alice", &ports).background(answer).spawn();
            term.wait_text(FOOTER);
            term.send("x");
            term.wait_text("> x");
            assert!(term.asked_background());
            assert_eq!(input_line(&term), "> x");
        }
    }

    #[test]
    fn a_mute_terminal_is_asked_nothing_and_is_served_at_once() {
        let ports = Ports::reserve(1);
        let term = chat("alice", &ports).env("TERM", "linux").spawn();
        term.wait_text(FOOTER);
        term.send("x");
        term.wait_text("> x");
        assert!(!term.asked_background());
    }
}

mod looks {
    use super::*;

    #[test]
    fn any_size_down_to_one_cell_and_back() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send("still here\r");
        term.wait_text("still here");
        for (cols, rows) in [(40, 12), (10, 3), (1, 1), (300, 80), (2, 1), (1, 2), (80, 24)] {
            term.resize(cols, rows);
        }
        term.wait_text("still here");
        term.wait_text(FOOTER);
        term.resize(10, 3);
        term.wait_text("window");
        term.resize(120, 35);
        term.wait_text("PEERS");
        term.wait_text("still here");
    }

    #[test]
    fn no_color_means_none_and_keeps_bold_and_reverse() {
        let ports = Ports::reserve(1);
        let term = chat("alice", &ports).env("NO_COLOR", "1").spawn();
        term.wait_text(FOOTER);
        term.send("plain\r");
        term.wait_text("plain");
        term.screen(|screen| {
            let (rows, cols) = screen.size();
            let cells = (0..rows.get()).flat_map(|row| (0..cols.get()).filter_map(move |col| screen.cell(row, col)));
            let mut reversed = 0;
            for cell in cells {
                assert_eq!((cell.fgcolor(), cell.bgcolor()), (vt100::Color::Default, vt100::Color::Default));
                reversed += usize::from(cell.inverse());
            }
            assert!(reversed > 0, "the bars are gone:\n{}", screen.contents());
        });
    }

    #[test]
    fn colours_are_used_otherwise() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.wait_for("a colour", |screen| {
            (0..24).any(|row| {
                (0..80).filter_map(|col| screen.cell(row, col)).any(|cell| cell.fgcolor() != vt100::Color::Default)
            })
        });
    }

    #[test]
    fn an_idle_screen_draws_nothing() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send("\r");
        term.wait_text("Nobody else");
        let mut quiet = 0;
        let mut before = term.raw().len();
        // Sweeps repeat and clocks tick; yet in five seconds there must be one in which nothing is written.
        for _ in 0..5 {
            std::thread::park_timeout(std::time::Duration::from_secs(1));
            let after = term.raw().len();
            quiet += usize::from(after == before);
            before = after;
        }
        assert!(quiet > 0, "it never stops drawing");
    }
}

mod job_control {
    use super::*;

    /// A shell in the terminal, with the chat started from it.
    fn in_a_shell(ports: &Ports) -> Term {
        let shell = Builder::new("/bin/sh").args(["-i"]).env("PS1", "shell> ").spawn();
        shell.wait_text("shell> ");
        shell.send(format!("{} {}\n", program(), arguments("alice", ports).join(" ")));
        shell.wait_text(FOOTER);
        shell
    }

    #[test]
    fn ctrl_z_gives_the_shell_its_terminal_and_fg_brings_the_draft_back() {
        let ports = Ports::reserve(1);
        let shell = in_a_shell(&ports);
        shell.send("half a sen");
        shell.wait_text("> half a sen");
        shell.send("\x1a");
        shell.wait_for("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
        shell.send("echo 'it' 'echoes'\n");
        shell.wait_text("it echoes");
        shell.send("fg\n");
        shell.wait_for("the draft", |screen| screen.alternate_screen() && screen.contents().contains("> half a sen"));
        shell.send("tence");
        shell.wait_text("> half a sentence");
        shell.send("\x11");
        // Its prompt: until the program has ended it still reads what is typed.
        shell.wait_for("the prompt", |screen| {
            !screen.alternate_screen()
                && screen
                    .contents()
                    .lines()
                    .rfind(|line| !line.trim().is_empty())
                    .is_some_and(|line| line.trim() == "shell>")
        });
        shell.send("echo 'whole' 'again'\n");
        shell.wait_text("whole again");
        shell.send("exit\n");
        shell.wait_exit();
        assert_given_back(&shell);
    }

    #[test]
    fn ctrl_z_without_a_shell_does_no_harm() {
        let ports = Ports::reserve(1);
        let term = alice(&ports);
        term.send("draft\x1a");
        term.send("ed");
        term.wait_text("> drafted");
        assert!(term.screen(vt100::Screen::alternate_screen));
    }

    #[test]
    fn stopped_from_outside_the_screen_comes_back() {
        let ports = Ports::reserve(1);
        let shell = in_a_shell(&ports);
        shell.send("draft");
        shell.wait_text("> draft");
        // The shell's only job; `kill -STOP` by its job number needs the shell, so the program is found by its parent.
        let child =
            std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.pid().as_raw_nonzero())).unwrap();
        let child = rustix::process::Pid::from_raw(child.trim().parse().unwrap()).unwrap();
        rustix::process::kill_process(child, Signal::STOP).unwrap();
        shell.wait_text("Stopped");
        shell.send("fg\n");
        shell.wait_for("the draft", |screen| {
            screen.contents().contains("> draft") && screen.contents().contains("F1 help")
        });
        shell.send("ed");
        shell.wait_text("> drafted");
        shell.send("\x11");
        shell.wait_for("the shell", |screen| !screen.alternate_screen());
    }
}

/// A panic gives the terminal back, and is logged. The product has no way to make it panic, and must have none; so this test binary
/// runs itself in the pseudo-terminal, with the product's guard and run loop around a panic of its own.
mod panics {
    use std::{env, fs, path::PathBuf};

    use jiff::tz::TimeZone;
    use proximity_chat::{
        cli::run::log,
        domain::model::Nick,
        frontend::tui::{
            app::{App, Setup},
            event_loop::{Exit, on_terminal},
        },
        runtime::io::now,
    };
    use tokio::sync::mpsc;

    use super::*;

    const WHERE: &str = "PANIC_IN";

    /// And where its log is.
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
    fn on_the_thread_of_the_screen() {
        let panicking = panicking_in("the screen");
        panicking.0.wait_text(FOOTER);
        panicking.0.send("hello\r");
        assert_readable(&panicking, "boom in the screen");
    }

    #[test]
    fn on_the_thread_of_the_node() {
        let panicking = panicking_in("the node");
        panicking.0.wait_text(FOOTER);
        panicking.0.send("hello\r");
        assert_readable(&panicking, "boom in the node");
    }

    fn setup() -> Setup {
        Setup {
            nick: Nick::new("alice").expect("a valid nick"),
            ask_name: false,
            ports: (4565, 4569),
            version: "0",
            history_cap: 100,
            warnings: Vec::new(),
            time_zone: TimeZone::UTC,
            no_color: false,
            background: None,
        }
    }

    /// No test of its own: what the tests above run in their pseudo-terminal.
    #[test]
    #[ignore = "runs inside the pseudo-terminal of the tests above"]
    fn child() {
        // Whoever runs all ignored tests meets it too.
        let Ok(place) = env::var(WHERE) else { return };
        // As main does: before the screen.
        let log = log::start(false).unwrap();
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
}
