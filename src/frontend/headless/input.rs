//! Turns lines into commands.

use std::{
    io::{BufReader, Read},
    sync::{Arc, OnceLock},
};

use tokio::sync::mpsc::{self, error::SendError};

use super::{
    Answer, Asked, Form, escapes,
    lines::{self, Line, MAX_LINE_BYTES},
    named_room,
    request::{self, Reference},
    shared::Shared,
    tally::Reached,
};
use crate::{
    domain::{
        bus::Command,
        model::{Room, TextError},
    },
    frontend::{
        slash::{self, Action, ActionError, Context, Local, Slash},
        words::pipe_answers,
    },
};

/// The thread that reads the input.
pub(super) struct Reader {
    /// When it is full, this thread waits, and so does the program that writes to the pipe.
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) answer: mpsc::Sender<Asked>,
    pub(super) shared: Shared,
    pub(super) form: Form,
    /// Whom the lines have reached. Set before the node is told to quit.
    pub(super) quitting: Arc<OnceLock<Reached>>,
}

/// The program is ending, and nothing takes commands any more.
struct Ended;

impl<T> From<SendError<T>> for Ended {
    fn from(_: SendError<T>) -> Self {
        Self
    }
}

/// The most messages that a search returns.
const MAX_HITS: usize = 100;

impl Reader {
    /// Joins the room that lines are said in. Everybody is in the lobby.
    pub(super) fn join(&self) {
        let room = self.shared.rooms.spoken();
        if !room.is_lobby() {
            // If this fails, the program is ending.
            let _ = self.send(None, Command::Join { room, id: None });
        }
    }

    /// Reads until `/quit` or the end of the program. At the end of the input, the program ends too, unless it stays.
    pub(super) fn run(&self, input: impl Read) {
        let mut input = BufReader::new(input);
        let mut line = Vec::new();
        let longest = if self.form.json { request::MAX_JSON_BYTES } else { MAX_LINE_BYTES };
        loop {
            let done = match lines::next(&mut input, longest, &mut line) {
                Ok(Line::Whole) => self.line(&String::from_utf8_lossy(&line)),
                Ok(Line::TooLong(length)) => {
                    self.shared.progress.refused();
                    self.refuse(None, "too_long", TextError::TooLong(length).to_string())
                }
                Ok(Line::End) => self.input_ended(),
                Err(error) => {
                    self.refuse(None, "input", pipe_answers::unreadable(&error)).and_then(|()| self.input_ended())
                }
            };
            if done.is_err() || self.quitting.get().is_some() {
                return;
            }
        }
    }

    fn input_ended(&self) -> Result<(), Ended> {
        if self.form.stay { Err(Ended) } else { self.quit(true) }
    }

    /// Ends the program when the lines have had time to reach the others, and to find them if `to_be_found`.
    fn quit(&self, to_be_found: bool) -> Result<(), Ended> {
        let reached = self.shared.progress.wait(to_be_found);
        let _ = self.quitting.set(reached);
        self.send(None, Command::Quit)
    }

    fn line(&self, line: &str) -> Result<(), Ended> {
        if self.form.json && line.starts_with('{') {
            return self.object(line);
        }
        let line = escapes::removed(line);
        if line.trim().is_empty() {
            return Ok(());
        }
        let context = self.context(self.shared.rooms.spoken());
        let action = if self.form.commands {
            slash::action(&line, &context)
        } else {
            slash::action_of(Slash::Say { text: line.into_owned(), action: false }, &context)
        };
        self.act(None, action, context.room)
    }

    /// A line of JSON.
    fn object(&self, line: &str) -> Result<(), Ended> {
        let request::Request { reference, wanted } = request::read(line);
        let request::Wanted { what, room } = match wanted {
            Ok(wanted) => wanted,
            Err(bad) => return self.refuse(reference, bad.code(), bad.text()),
        };
        let room =
            room.map_or_else(|| Ok(self.shared.rooms.spoken()), |room| named_room::find(&room, &self.shared.rooms));
        match room {
            Ok(room) => {
                let context = self.context(room);
                self.act(reference, slash::action_of(what, &context), context.room)
            }
            Err(unclear) => {
                if matches!(what, Slash::Say { .. }) {
                    self.shared.progress.refused();
                }
                self.refuse(reference, unclear.code, unclear.text)
            }
        }
    }

    fn context(&self, room: Room) -> Context {
        Context { room, network: self.shared.network.network(), max_hits: MAX_HITS }
    }

    /// Carries out what was asked for in a room.
    fn act(&self, reference: Option<Reference>, action: Result<Action, ActionError>, room: Room) -> Result<(), Ended> {
        match action {
            Ok(Action::Node(command)) => self.send(reference, command),
            Ok(Action::Local(local)) => self.local(reference, local, room),
            Err(error @ ActionError::Text(TextError::TooLong(_))) => {
                self.shared.progress.refused();
                self.refuse(reference, error.code(), error.text())
            }
            Err(error @ ActionError::Address(_)) => {
                self.refuse(reference, error.code(), pipe_answers::NO_ADDRESS.to_owned())
            }
            Err(error) => self.refuse(reference, error.code(), error.text()),
        }
    }

    fn send(&self, reference: Option<Reference>, command: Command) -> Result<(), Ended> {
        let id = self.shared.progress.add(reference, &command);
        Ok(self.commands.blocking_send(command.numbered(Some(id)))?)
    }

    fn local(&self, reference: Option<Reference>, local: Local, room: Room) -> Result<(), Ended> {
        let answer = match local {
            Local::Quit => return self.quit(false),
            Local::Part { room, sure } => return self.part(reference, &room, sure),
            Local::OwnNick => Answer::OwnNick,
            Local::Who => Answer::Who,
            Local::Topic => Answer::Topic(room),
            Local::Clear => Answer::Clear,
            Local::Help(spec) => Answer::Help(spec),
            Local::Version => Answer::Version,
            Local::Go(_) => usage(pipe_answers::ONE_ROOM),
            Local::ConfirmPart => usage(pipe_answers::PART),
            Local::Copy(_) => usage(pipe_answers::NO_CLIPBOARD),
            Local::PlainView => usage(pipe_answers::NO_VIEW),
            Local::Network => usage(pipe_answers::LAN),
            Local::Typing => usage(pipe_answers::TYPING),
            Local::LastSearch => usage(pipe_answers::SEARCH),
            Local::ConfirmErase => usage(pipe_answers::ERASE),
        };
        self.answer(reference, answer)
    }

    /// Leaves the room that `typed` means. A private one is left only if the user is `sure`.
    fn part(&self, reference: Option<Reference>, typed: &str, sure: bool) -> Result<(), Ended> {
        match named_room::find(typed, &self.shared.rooms) {
            Ok(Room::Private(_)) if !sure => self.answer(reference, usage(pipe_answers::PART)),
            Ok(room) => self.send(reference, Command::Part(room)),
            Err(unclear) => self.refuse(reference, unclear.code, unclear.text),
        }
    }

    fn refuse(&self, reference: Option<Reference>, code: &'static str, text: String) -> Result<(), Ended> {
        self.answer(reference, Answer::Error { code, text })
    }

    fn answer(&self, reference: Option<Reference>, answer: Answer) -> Result<(), Ended> {
        Ok(self.answer.blocking_send((reference, answer))?)
    }
}

/// The command needs something else.
fn usage(text: &str) -> Answer {
    Answer::Error { code: "usage", text: text.to_owned() }
}
