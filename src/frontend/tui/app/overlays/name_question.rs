//! The first run: the user says by which name to go, and everything else waits for that.

use super::{App, Node, pane::Tone};
use crate::{
    domain::{bus::Command, model::Nick},
    frontend::slash::{self, Slash},
};

/// What the pane says until there is a name.
pub(super) const WELCOME: &str = "Welcome. This chat has no server: it finds people by itself.\n\
                                  Type the name others should see and press Enter.";

impl App {
    /// Asks for the name, with the default one in the input, which another one replaces.
    pub(super) fn ask_name(&mut self) {
        self.asking = true;
        self.draft.propose(self.setup.nick.to_string());
    }

    /// Takes the draft for the name. One that cannot be a name stays in the draft.
    pub(super) fn submit_name(&mut self) {
        let text = self.draft.text().to_owned();
        let command = text.starts_with('/');
        match Nick::new(&text) {
            _ if command && slash::parse(&text) == Ok(Slash::Quit) => self.quit(),
            _ if command => self.notice(Tone::Error, "First a name, then commands. /quit leaves."),
            Ok(nick) => {
                self.asking = false;
                self.draft.set(String::new());
                self.peers.set_own(&nick);
                self.nick = nick.clone();
                self.send(Command::SetNick(nick));
            }
            Err(error) => self.notice(Tone::Error, &error.to_string()),
        }
    }

    /// Asks again, if `nick` was the answer and did not reach the node; says whether it was.
    pub(super) fn ask_again(&mut self, nick: &Nick) -> bool {
        let first = self.setup.ask_name && self.node == Node::Starting;
        if first {
            self.asking = true;
            self.draft.set(nick.to_string());
        }
        first
    }
}
