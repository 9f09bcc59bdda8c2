//! Pasted files arrive byte for byte: through the paste, the link, the disk, a restart, `log` and `/copy`.

use crate::support::{Builder, DIRECTORIES, Node, PATIENCE, Ports, Setup, Term, program, until};

const MAKEFILE: &str = "all: x\n\nx: x.c\n\t$(CC) -o $@ $<  \n\t@echo \"done\"\t\n\n.PHONY: all\n";

const PYTHON: &str = "/usr/bin/env python3\nimport sys\n\n\nclass A:\n    def f(self):\n\tif sys.argv:   \n            return \"山\\t\"  # tab: \t.\n";

const DIFF: &str = "--- a/x.c\t2026-11-30\n+++ b/x.c\t2026-11-30\n@@ -1,3 +1,3 @@\n int main(void)\n {\n-\treturn 1;  \n+\treturn 0;\n \n }";

const FILES: [&str; 3] = [MAKEFILE, PYTHON, DIFF];

fn screen(nick: &str, ports: &Ports) -> Builder {
    Builder::new(&program()).args(Setup::new(nick, ports.port(0)..=ports.port(4)).arguments())
}

/// What the program has put into the clipboard, in order.
fn clipboard(term: &Term) -> Vec<String> {
    let raw = term.raw();
    let text = String::from_utf8_lossy(&raw);
    let sequences = text.split("\x1b]52;c;").skip(1);
    sequences.map(|rest| decode(rest.split_once('\x07').expect("the sequence has its end").0)).collect()
}

/// Decodes Base64 (RFC 4648).
fn decode(digits: &str) -> String {
    let value = |digit: u8| match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is no digit"),
    };
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for digit in digits.trim_end_matches('=').bytes() {
        held = held << 6 | u32::from(value(digit));
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// The texts in what `log` prints for people: only the first line of a message begins with a date.
fn printed(log: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in log.lines() {
        match line.strip_prefix("    ") {
            Some(more) => texts.last_mut().expect("a message before it").extend(["\n", more]),
            None => texts.push(line.split_once("alice: ").expect("alice said it").1.to_owned()),
        }
    }
    texts
}

#[test]
fn pasted_files_arrive_byte_for_byte() {
    let ports = Ports::take();
    let alice = screen("alice", &ports).spawn();
    alice.wait_text("PEOPLE");
    let bob = Node::listening("bob", ports.port(0)..=ports.port(4));
    bob.wait_nick("alice");
    for file in FILES {
        // Terminals send the end of a line as a carriage return.
        alice.send(format!("\x1b[200~{}\x1b[201~", file.replace('\n', "\r")));
        alice.wait_no_text("Message #lobby");
        alice.send("\r");
        bob.wait_said("alice", file);
        alice.wait_text("Message #lobby");
    }
    alice.send("/quit\r");
    assert!(alice.wait_exit().success());
    drop(alice);

    let bob = bob.start_again();
    bob.addr();
    assert_eq!(bob.history_texts(), FILES);
    assert_eq!(printed(&bob.log(&[])), FILES);

    // Bob again, now with a screen: from his disk into his clipboard.
    let home = bob.home();
    drop(bob);
    let path = home.path().to_str().expect("UTF-8");
    let bob = DIRECTORIES.into_iter().fold(screen("bob", &ports), |builder, name| builder.env(name, path)).spawn();
    bob.wait_text("return 0;");
    for (back, file) in FILES.iter().rev().enumerate() {
        bob.send(format!("/copy {}\r", back + 1));
        let (copied, _) = until("the copy", PATIENCE, || clipboard(&bob).get(back).cloned());
        assert_eq!(copied, *file);
    }
    bob.wait_text(&format!("Copied {} bytes", MAKEFILE.len()));
    assert!(!bob.raw().contains(&b'\t'), "a tab is drawn as spaces");
}

/// Without a terminal, each line of the input is a message of its own, kept as it is.
#[test]
fn lines_from_a_pipe_keep_their_white_space() {
    let ports = Ports::take();
    let mut alice = Node::listening("alice", ports.port(0)..=ports.port(4));
    let bob = Node::listening("bob", ports.port(0)..=ports.port(4));
    bob.wait_nick("alice");
    let lines: Vec<&str> = MAKEFILE.lines().filter(|line| !line.is_empty()).collect();
    for line in &lines {
        alice.say(line);
    }
    bob.wait_said("alice", lines.last().unwrap());
    assert_eq!(bob.texts(), lines);
    assert_eq!(bob.history_texts(), lines);
}
