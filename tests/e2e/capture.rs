//! What an eavesdropper sees who reads every byte between two nodes.

use crate::{
    attack::Recorder,
    reference::Player,
    support::{Node, Ports, Python, Setup, seconds, until},
};

/// Words that occur in no program and no protocol.
const NICKS: [&str; 2] = ["quixotry", "zymurgist"];
const LINES: [&str; 3] = ["the ptarmigan flies at noon", "syzygy über alles 山田", "rhadamanthine"];

/// Whether `words` occur anywhere in `bytes`.
fn contains(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

/// A node that dials `to` and finds nobody else.
fn dialling(nick: &str, port: u16, to: std::net::SocketAddr) -> Node {
    let setup = Setup::new(nick, port..=port);
    Node::start(&Setup { more: vec!["--peer".to_owned(), to.to_string()], ..setup })
}

#[test]
fn an_eavesdropper_between_nodes_reads_neither_names_nor_text() {
    let ports = Ports::take();
    let mut alice = Node::listening(NICKS[0], ports.port(0)..=ports.port(0));
    let recorder = Recorder::start(ports.addr(1), alice.addr());
    let mut bob = dialling(NICKS[1], ports.port(2), ports.addr(1));
    alice.wait_peer(&bob.id());
    bob.wait_peer(&alice.id());
    for line in LINES {
        alice.say(line);
        bob.wait_text(line);
        bob.say(line);
        alice.wait_text(line);
    }
    alice.say("/nick mnemosyne");
    bob.wait("the new name", seconds(30), |events| {
        events.iter().find(|e| e["change"] == "renamed" && e["nick"] == "mnemosyne").map(|_| ())
    });
    bob.quit();
    alice.wait_peers(0);

    let bytes = recorder.everything();
    let said: usize = LINES.iter().map(|line| line.len()).sum();
    assert!(bytes.len() > 2 * said, "only {} bytes went through here: they met elsewhere", bytes.len());
    assert_eq!(recorder.clients().iter().filter(|said| said.first() == Some(&b'P')).count(), 0, "TLS only");
    for words in NICKS.iter().chain(&LINES).chain(&["mnemosyne"]) {
        assert!(!contains(&bytes, words), "{words:?} crossed in clear");
    }
    println!("{} bytes, none of them readable", bytes.len());
}

/// With a reference node, the same search finds everything: the search works.
#[test]
fn an_eavesdropper_on_a_guest_reads_everything() {
    let Some(python) = Python::or_skip("an_eavesdropper_on_a_guest_reads_everything") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(0));
    let recorder = Recorder::start(ports.addr(1), ports.addr(0));
    let mut alice = dialling(NICKS[0], ports.port(2), ports.addr(1));
    alice.wait_peers(1);
    for line in LINES {
        alice.say(line);
        bob.wait_frame(&format!("{}: {line}", NICKS[0]), seconds(30));
        bob.send("s1", &format!("{}: {line}", NICKS[1]));
        alice.wait_text(line);
    }
    until("every word among the bytes", seconds(30), || {
        let bytes = recorder.everything();
        NICKS.iter().chain(&LINES).all(|words| contains(&bytes, words)).then_some(())
    });
}
