//! Clocks that show the wrong time. Every screen stays usable, and no clock deletes lines.

mod ahead;
mod dated;
mod retention;

use std::{ops::RangeInclusive, path::Path};

use crate::support::{Builder, DIRECTORIES, Node, Ports, Setup, Term, Wrong, program};

/// The ports of a few nodes that find each other.
fn few(ports: &Ports) -> RangeInclusive<u16> {
    ports.port(0)..=ports.port(3)
}

/// A node whose clock is wrong.
fn off(nick: &str, ports: &Ports, clock: &Wrong) -> Setup {
    Setup { clock: Some(clock.clone()), ..Setup::new(nick, few(ports)) }
}

/// Tim's screen, with this home directory, once it is up.
fn screen(home: &Path, ports: &Ports) -> Term {
    let setup = Setup::new("tim", few(ports));
    let mut tim = Builder::new(&program()).args(setup.arguments());
    for directory in DIRECTORIES {
        tim = tim.env(directory, &home.display().to_string());
    }
    let tim = tim.spawn();
    tim.wait_text("#lobby");
    tim
}

/// Types a line, and sees it on the screen above the draft.
fn types(screen: &Term, text: &str) {
    screen.send(format!("{text}\r"));
    screen.wait_text(&format!("│ {text}"));
}

/// Says lines, and waits until they are on the node's own disk.
fn says(node: &mut Node, texts: &[&str]) {
    for text in texts {
        node.say(text);
        node.wait_own(text);
    }
}
