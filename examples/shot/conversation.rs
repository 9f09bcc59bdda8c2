//! What is said in the picture, and by whom.

use crate::common::{Builder, Node, Ports, Term, arguments, program};

/// Whose screen it is.
const WHO: &str = "alice";

/// The others, in the order in which they come.
const OTHERS: [&str; 4] = ["bob", "carol", "dave", "Zoë-山田"];

/// Who says what, in order. A line of [`WHO`] is typed, the others' come through the network.
const LINES: [(&str, &str); 15] = [
    ("dave", "the printer in 2.04 is fixed"),
    ("carol", "thanks 🎉"),
    ("carol", "morning all"),
    (
        "bob",
        "who has the key to the lab? I need about ten minutes with the oscilloscope before the demo, and the spare one \
         is gone",
    ),
    ("Zoë-山田", "我有，在二楼"),
    ("dave", "/me waves"),
    ("alice", "I do, come by"),
    ("bob", "alice: on my way"),
    ("carol", "notes are at https://wiki.local/lab#keys"),
    ("dave", "is anyone getting lunch from the truck at noon?"),
    ("Zoë-山田", "yes! two for us, the one with the mushrooms 🍄"),
    ("carol", "count me in"),
    ("alice", "door is open"),
    ("bob", "same, and thank you"),
    ("bob", "alice: perfect, see you in five"),
];

/// The first line that comes while nobody looks at the window.
const UNREAD_FROM: &str = "same, and thank you";

/// What a terminal sends when its window loses the focus.
const FOCUS_LOST: &str = "\x1b[O";

/// The colours of the names are picked by address, so the picture needs the same ones every time.
const FIRST_PORT: u16 = 4_701;

/// The answer of a dark terminal to the question for its background, the one that the picture has.
const DARK: &str = "\x1b]11;rgb:1e1e/1e1e/1e1e\x07";

/// What is being typed when the picture is taken.
const DRAFT: &str = "bring the blue cable, the other one is brok";

/// Plays the conversation and returns the screen at its end, and the others, who leave when they are dropped.
pub(crate) fn play((cols, rows): (u16, u16)) -> (Term, Vec<Node>) {
    let ports = Ports::exactly(FIRST_PORT, OTHERS.len() as u16 + 1);
    let term = Builder::new(&program()).args(arguments(WHO, &ports)).size(cols, rows).background(DARK).spawn();
    term.wait_text(&format!("127.0.0.1:{}", ports.first()));
    let mut others: Vec<Node> = OTHERS
        .into_iter()
        .map(|nick| {
            let node = Node::spawn(nick, &ports);
            term.wait_text(nick);
            node
        })
        .collect();
    for (who, text) in LINES {
        if text == UNREAD_FROM {
            term.send(FOCUS_LOST);
        }
        // Its last two words, since a long line is broken into rows.
        let shown = text.rsplitn(3, ' ').take(2).collect::<Vec<_>>();
        let shown = shown.into_iter().rev().collect::<Vec<_>>().join(" ").replace("/me ", "");
        match OTHERS.iter().position(|nick| *nick == who).and_then(|index| others.get_mut(index)) {
            Some(node) => node.say(text),
            None => term.send(format!("{text}\r")),
        }
        term.wait_text(&shown);
    }
    term.send(DRAFT);
    term.wait_text(DRAFT);
    (term, others)
}
