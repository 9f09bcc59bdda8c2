//! What crosses the wire, frame by frame, in both directions.

use super::{Player, alone, guest, with_others};
use crate::support::{Node, Ports, Python, seconds};

#[test]
fn we_dial_a_reference_node() {
    let Some(python) = Python::or_skip("we_dial_a_reference_node") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(6));
    let mut alice = Node::listening("alice", with_others(&ports, 1));

    let open = bob.wait_open("s1");
    assert!(open["metadata"]["proximity-chat"].is_null(), "nothing that the reference program would not say: {open}");
    alice.wait_peer(&guest(ports.addr(6)));
    alice.say("hello big world");
    alice.say("");
    alice.say("/nick carol");
    alice.say("it is me: carol");
    bob.wait_frames("s1", 3);
    bob.send("s1", "bob: and the world answers");
    let answer = alice.wait_text("and the world answers");
    assert_eq!(answer["nick"], "bob");
    assert_eq!(answer["from"], guest(ports.addr(6)));
    assert_eq!(answer["room"], "#lobby");
    assert_eq!(answer["protocol"], "reference");
    alice.quit();
    bob.wait_end("s1");

    let frames = bob.frames("s1");
    assert_eq!(frames, [&ports.addr(5).to_string(), "alice: hello big world", "carol: it is me: carol"]);
    alice.assert_clean();
}

#[test]
fn a_reference_node_dials_us() {
    let Some(python) = Python::or_skip("a_reference_node_dials_us") else { return };
    let ports = Ports::take();
    let mut bob = Player::listening(&python, ports.addr(6));
    let mut alice = Node::listening("alice", alone(&ports));

    bob.dial("d1", alice.addr(), ports.addr(6));
    assert_eq!(bob.wait_frames("d1", 1), ["ok"]);
    let metadata = bob.wait_metadata("d1");
    assert!(metadata["proximity-chat"].is_null(), "nothing that the reference program would not say: {metadata}");
    alice.wait_peer(&guest(ports.addr(6)));
    alice.say("hello big world");
    bob.wait_frames("d1", 2);
    bob.send("d1", "bob: hi");
    assert_eq!(alice.wait_text("hi")["from"], guest(ports.addr(6)));
    // With "//", a line can begin with a slash without being a command.
    alice.say("//quit is a command");
    bob.wait_frames("d1", 3);
    bob.end("d1");
    let (reason, _) = alice.wait_left(&guest(ports.addr(6)), seconds(30));
    assert_eq!(reason, "closed");
    assert_eq!(bob.frames("d1"), ["ok", "alice: hello big world", "alice: /quit is a command"]);
    alice.assert_clean();
}

#[test]
fn names_and_texts_are_told_apart() {
    let Some(python) = Python::or_skip("names_and_texts_are_told_apart") else { return };
    let ports = Ports::take();
    let mut bob = Player::dialling(&python);
    let alice = Node::listening("alice", alone(&ports));
    bob.dial("d1", alice.addr(), ports.addr(6));
    bob.wait_frames("d1", 1);

    bob.send("d1", "no name here");
    bob.send("d1", "bob: a name");
    bob.send("d1", "bob: a: second colon");
    bob.send("d1", "Zoë 山田: two words");
    bob.send("d1", "who has the key: a sentence");
    bob.send("d1", "first\nsecond\n\nthird");
    bob.send("d1", "bob: ");
    bob.send("d1", "");
    bob.send("d1", "bob: the end");
    alice.wait_text("the end");
    let heard = alice.all(|e| {
        let nick = e["nick"].as_str().unwrap_or("-").to_owned();
        (e["event"] == "message").then(|| (nick, e["text"].as_str().unwrap().to_owned()))
    });
    // A name may hold until the same guest gives another, or for its own line only: the protocol can be read both ways.
    let texts: Vec<_> = heard.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(heard[0].1, "no name here");
    assert_eq!(heard[0].0, "-", "{heard:?}");
    assert_eq!(heard[1], ("bob".to_owned(), "a name".to_owned()));
    assert_eq!(heard[2], ("bob".to_owned(), "a: second colon".to_owned()));
    assert_eq!(heard[3], ("Zoë 山田".to_owned(), "two words".to_owned()));
    assert_eq!(heard[4].1, "who has the key: a sentence");
    assert_eq!(texts[5..8], ["first", "second", "third"], "line feeds split: {texts:?}");
    assert_eq!(heard.last().unwrap(), &("bob".to_owned(), "the end".to_owned()));
    alice.assert_clean();
}

/// grpcio ends connections that ping it while nothing is said.
#[test]
#[ignore = "long: a minute of silence"]
fn an_idle_link_stays_up_for_a_minute() {
    let Some(python) = Python::or_skip("an_idle_link_stays_up_for_a_minute") else { return };
    let ports = Ports::take();
    let mut dialled = Player::listening(&python, ports.addr(6));
    let mut dialling = Player::dialling(&python);
    let mut alice = Node::listening("alice", with_others(&ports, 1));
    dialling.dial("d1", alice.addr(), ports.addr(20));
    alice.wait_peer(&guest(ports.addr(6)));
    alice.wait_peer(&guest(ports.addr(20)));

    let since = alice.mark();
    alice.never("a peer came or went", seconds(65), |events| {
        events.iter().skip(since).find(|e| e["event"] == "peer").cloned()
    });
    alice.say("still here");
    assert_eq!(dialled.wait_frames("s1", 2)[1], "alice: still here");
    assert_eq!(dialling.wait_frames("d1", 2)[1], "alice: still here");
    dialled.send("s1", "bob: me too");
    dialling.send("d1", "carol: and me");
    alice.wait_text("me too");
    alice.wait_text("and me");
    dialled.process().never("a second dial", seconds(0), |events| events.iter().find(|e| e["link"] == "s2").cloned());
}
