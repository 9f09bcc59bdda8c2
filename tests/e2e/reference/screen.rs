//! The full screen among reference nodes.

use super::{Player, guest, with_others};
use crate::support::{Builder, Ports, Python, Setup, Term, program, seconds, until};

/// A full screen that has no links yet.
fn screen(ports: &Ports) -> Term {
    let setup = Setup::new("alice", with_others(ports, 1));
    let term = Builder::new(&program()).args(setup.arguments()).spawn();
    term.wait_text(&ports.addr(5).to_string());
    term
}

#[test]
fn a_pasted_page_goes_out_by_line_with_its_omissions() {
    let Some(python) = Python::or_skip("a_pasted_page_goes_out_by_line_with_its_omissions") else { return };
    let ports = Ports::take();
    let bob = Player::listening(&python, ports.addr(6));
    let alice = screen(&ports);
    alice.wait_text(&ports.addr(6).to_string());
    bob.wait_frames("s1", 1);

    let page: Vec<_> = (1..=25).map(|n| format!("line {n}")).collect();
    alice.send(format!("\x1b[200~{}\x1b[201~", page.join("\r")));
    alice.wait_text("line 25");
    alice.send("\r");
    alice.wait_text("Press Enter again to send it");
    alice.send("\r");
    bob.wait_frame("alice: … 5 more lines", seconds(30));
    alice.send("after it\r");
    bob.wait_frame("alice: after it", seconds(30));

    let mut expected = vec![ports.addr(5).to_string()];
    expected.extend(page[..20].iter().map(|line| format!("alice: {line}")));
    expected.extend(["alice: … 5 more lines".to_owned(), "alice: after it".to_owned()]);
    assert_eq!(bob.frames("s1"), expected);
}

#[test]
fn a_rude_guest_neither_steers_nor_stops_the_screen() {
    let Some(python) = Python::or_skip("a_rude_guest_neither_steers_nor_stops_the_screen") else { return };
    let ports = Ports::take();
    let mut rude = Player::listening(&python, ports.addr(6));
    let alice = screen(&ports);
    alice.wait_text(&ports.addr(6).to_string());
    rude.wait_frames("s1", 1);

    rude.send("s1", "rude: \u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m\u{1b}c steered");
    rude.send_bytes("s1", b"rude: \xff\xfe\xc3");
    rude.send("s1", "rude: abc\u{202e}def\u{2066}");
    rude.send("s1", &format!("rude: {}", "\u{301}".repeat(10_000)));
    rude.send("s1", &"\n".repeat(60_000));
    rude.send("s1", &format!("rude: {}", "w".repeat(60_000)));
    rude.send_times("s1", "rude: flood", 20_000);
    // It is typed while the flood comes in.
    alice.send("still here\r");
    rude.wait_frame("alice: still here", seconds(30));
    alice.wait_text("more messages from ?rude");
    alice.send("/quit\r");
    assert_eq!(alice.wait_exit().exit_code(), 0);

    let raw = alice.raw();
    for forbidden in ["\u{1b}]0;pwned", "\u{9b}", "\u{1b}c", "\u{202e}", "\u{2066}"] {
        let steered = raw.windows(forbidden.len()).any(|window| window == forbidden.as_bytes());
        assert!(!steered, "{forbidden:?} reached the terminal");
    }
    assert!(!alice.title().contains("pwned"), "{}", alice.title());
    assert_eq!(alice.damage(), "", "the terminal was given back whole");
}

#[test]
fn a_screen_keeps_looking_while_its_peers_stay_silent() {
    let Some(python) = Python::or_skip("a_screen_keeps_looking_while_its_peers_stay_silent") else { return };
    let ports = Ports::take();
    let mut silent = Player::listening(&python, ports.addr(6));
    silent.answer("hold");
    let alice = screen(&ports);
    silent.wait_frames("s1", 1);
    let waiting: Vec<_> = (0..200).map(|_| std::net::TcpStream::connect(ports.addr(5)).unwrap()).collect();
    alice.send("typed");
    let ((), took) = until("the typed word", seconds(20), || alice.text().contains("> typed").then_some(()));
    println!("shown after {took:?} with {} silent connections", waiting.len());
    silent.accept("s1");
    alice.wait_text("1 here");
    assert!(alice.text().contains(&ports.addr(6).to_string()), "{}\n{}", guest(ports.addr(6)), alice.text());
}
