//! What is said in the picture, and by whom.

use crate::{
    guest::Guest,
    support::{Builder, Node, Ports, Term, arguments, program},
};

/// The user whose screen it is.
const WHO: &str = "alice";

/// The others, in the order in which they come.
const OTHERS: [&str; 4] = ["bob", "carol", "dave", "Zoë-山田"];

/// A guest with the reference program.
const GUEST: &str = "frank";

/// The person with whom [`WHO`] has compared codes.
const VERIFIED: &str = "bob";

/// The person who goes away at the end, and the command with the note.
const AWAY: (&str, &str) = ("dave", "/away lunch");

/// Who says what, in order. Lines of [`WHO`] are typed; those of others come over the network.
const LINES: [(&str, &str); 16] = [
    ("carol", "the coffee machine works again"),
    ("dave", "the printer in 2.04 is fixed, too"),
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
    (GUEST, "is anyone getting lunch from the truck at noon?"),
    ("Zoë-山田", "yes! two for us, the one with the mushrooms 🍄"),
    ("carol", "count me in"),
    ("alice", "door is open"),
    ("bob", "same, and thank you"),
    ("bob", "alice: perfect, see you in five"),
];

/// The first line that arrives while the window has no focus.
const UNREAD_FROM: &str = "same, and thank you";

/// What a terminal sends when its window loses focus.
const FOCUS_LOST: &str = "\x1b[O";

/// A guest is known by its address, so the picture needs the same one every time. The others have new keys each time,
/// and therefore new colours.
const FIRST_PORT: u16 = 4_701;

/// A dark terminal's answer to the query for its background, which is the picture's too.
const DARK: &str = "\x1b]11;rgb:1e1e/1e1e/1e1e\x07";

/// What is being typed when the picture is taken.
const DRAFT: &str = "bring the blue cable, the other one is brok";

/// Plays the conversation. Returns the screen at its end, and the others, who leave when they are dropped.
pub(crate) fn play((cols, rows): (u16, u16)) -> (Term, Vec<Node>) {
    let ports = Ports::exactly(FIRST_PORT, OTHERS.len() as u16 + 2);
    let guest = Guest::spawn(GUEST, ports.last());
    let term = Builder::new(&program()).args(arguments(WHO, &ports)).size(cols, rows).background(DARK).spawn();
    term.wait_text(&format!("127.0.0.1:{}", ports.first()));
    let mut others: Vec<Node> = OTHERS
        .into_iter()
        .map(|nick| {
            let node = Node::listening(nick, ports.range());
            term.wait_text(nick);
            node
        })
        .collect();
    for other in &others {
        // Only nodes that are already linked get lines in the order in which they are said.
        other.wait_nick(WHO);
    }
    // A guest's name is known from its first line on.
    guest.say("hello");
    term.wait_text(&format!("? {GUEST}"));
    verify(&term, &mut others);
    for (who, text) in LINES {
        if text == UNREAD_FROM {
            term.send(FOCUS_LOST);
        }
        // Its last two words, because long lines are broken into rows.
        let shown = text.rsplitn(3, ' ').take(2).collect::<Vec<_>>();
        let shown = shown.into_iter().rev().collect::<Vec<_>>().join(" ").replace("/me ", "");
        match find(&mut others, who) {
            Some(node) => node.say(text),
            None if who == GUEST => guest.say(text),
            None => term.send(format!("{text}\r")),
        }
        term.wait_text(&shown);
    }
    let (who, away) = AWAY;
    if let Some(node) = find(&mut others, who) {
        node.say(away);
    }
    term.wait_text(&format!("◐ {who}"));
    term.wait_for("round trips", |screen| screen.contents().matches(" ms").count() >= OTHERS.len() - 1);
    term.send(DRAFT);
    term.wait_text(DRAFT);
    (term, others)
}

fn find<'a>(others: &'a mut [Node], nick: &str) -> Option<&'a mut Node> {
    OTHERS.iter().position(|other| *other == nick).and_then(|index| others.get_mut(index))
}

/// Lets both sides confirm that their codes are equal, and clears the notices about it.
fn verify(term: &Term, others: &mut [Node]) {
    term.send(format!("/verify {VERIFIED}\r"));
    term.wait_text(&format!("/verify {VERIFIED} no"));
    if let Some(node) = find(others, VERIFIED) {
        node.say(&format!("/verify {WHO} yes"));
    }
    term.send(format!("/verify {VERIFIED} yes\r"));
    term.wait_text(&format!("● {VERIFIED} ✓"));
    term.send("/clear\r");
}
