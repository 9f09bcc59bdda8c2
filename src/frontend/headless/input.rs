//! From lines to commands.

use std::{
    io::{BufReader, Read},
    sync::{Arc, OnceLock},
};

use tokio::sync::mpsc::{self, error::SendError};

use super::{
    Local,
    lines::{self, Line},
    undelivered::Undelivered,
    whereabouts::CurrentNetwork,
};
use crate::{
    domain::{
        bus::Command,
        model::{Nick, Presence, Room, Target, Text, TextError},
    },
    frontend::slash::{self, Slash},
};

/// What a wrong address is answered with.
const NO_ADDRESS: &str = "That is no address. Give one such as 192.168.1.23 or 192.168.1.23:4565.";

/// The thread that reads the input.
pub(super) struct Reader {
    /// Full makes this thread wait, and with it whoever writes the pipe.
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) answer: mpsc::Sender<Local>,
    pub(super) undelivered: Undelivered,
    pub(super) whereabouts: CurrentNetwork,
    /// Set before the node is told to quit: whether everybody who is here has everything.
    pub(super) quitting: Arc<OnceLock<bool>>,
}

/// The program ends, nobody takes commands any more.
struct Ended;

impl<T> From<SendError<T>> for Ended {
    fn from(_: SendError<T>) -> Self {
        Self
    }
}

/// Lines that a search gives.
const SEARCHED: usize = 100;

impl Reader {
    /// Reads to the end of the input, to `/quit`, or to the end of the program.
    pub(super) fn run(&self, input: impl Read) {
        let mut input = BufReader::new(input);
        let mut line = Vec::new();
        loop {
            let done = match lines::next(&mut input, &mut line) {
                Ok(Line::Whole) => self.line(&String::from_utf8_lossy(&line)),
                Ok(Line::TooLong(length)) => self.refuse("too_long", &TextError::TooLong(length)),
                Ok(Line::End) => Err(Ended),
                Err(error) => {
                    let _ =
                        self.refuse("input", &format_args!("Cannot read the input: {error}. Nothing more is read."));
                    Err(Ended)
                }
            };
            if done.is_err() || self.quitting.get().is_some() {
                return;
            }
        }
    }

    fn line(&self, line: &str) -> Result<(), Ended> {
        if line.trim().is_empty() {
            return Ok(());
        }
        match slash::parse(line) {
            Ok(slash) => self.carry_out(slash),
            Err(error) => self.refuse(error.code(), &error),
        }
    }

    fn carry_out(&self, slash: Slash) -> Result<(), Ended> {
        let command = match slash {
            Slash::Say { text, action } => match Text::new(&text) {
                Ok(text) => {
                    self.undelivered.said();
                    Command::Say { room: Room::LOBBY, text, action, network: self.whereabouts.network() }
                }
                Err(error @ TextError::TooLong(_)) => return self.refuse("too_long", &error),
                Err(error @ TextError::Empty) => return self.refuse("empty", &error),
            },
            Slash::Nick(Some(name)) => match Nick::new(&name) {
                Ok(nick) => Command::SetNick(nick),
                Err(error) => return self.refuse("nick", &error),
            },
            Slash::Connect(address) => match Target::parse(&address).ok_or(NO_ADDRESS) {
                Ok(target) => Command::Connect(target),
                Err(text) => return self.refuse("address", &text),
            },
            Slash::Away(note) => Command::SetPresence(Presence::away(&note.unwrap_or_default())),
            Slash::Back => Command::SetPresence(Presence::Here),
            Slash::Whois(who) => Command::Whois(who),
            Slash::Ignore(who) => Command::Ignore(who),
            Slash::Unignore(who) => Command::Unignore(who),
            Slash::Trust(who) => Command::Trust(who),
            Slash::Verify { who, same } => Command::Verify { who, same },
            Slash::Lan(Some(open)) => Command::Open(open),
            Slash::Lan(None) => {
                return self.refuse("usage", &"Type /lan on or /lan off; the event network says which it is.");
            }
            Slash::Rescan => Command::Rescan,
            Slash::Search(Some(query)) => Command::Search { room: Room::LOBBY, query, before: None, max: SEARCHED },
            Slash::Search(None) => return self.refuse("usage", &"Type the words to look for: /search WORDS"),
            Slash::Erase { sure: true } => Command::Erase { room: Room::LOBBY, network: self.whereabouts.network() },
            Slash::Erase { sure: false } => {
                return self.refuse("usage", &"This erases the room's history on this machine. Type  /erase yes");
            }
            Slash::Quit => {
                let complete = self.undelivered.wait();
                let _ = self.quitting.set(complete);
                Command::Quit
            }
            Slash::Nick(None) => return self.answer(Local::OwnNick),
            Slash::Who => return self.answer(Local::Who),
            Slash::Clear => return self.answer(Local::Clear),
            Slash::Help(name) => {
                return self.answer(Local::Help(name.and_then(|name| slash::find(&name).ok())));
            }
            Slash::Version => return self.answer(Local::Version),
        };
        Ok(self.commands.blocking_send(command)?)
    }

    fn refuse(&self, code: &'static str, error: &impl ToString) -> Result<(), Ended> {
        self.answer(Local::Error { code, text: error.to_string() })
    }

    fn answer(&self, local: Local) -> Result<(), Ended> {
        Ok(self.answer.blocking_send(local)?)
    }
}
