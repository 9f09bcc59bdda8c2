//! Turns lines into commands.

use std::{
    io::{BufReader, Read},
    sync::{Arc, OnceLock},
};

use tokio::sync::mpsc::{self, error::SendError};

use super::{
    Answer,
    current_network::CurrentNetwork,
    current_rooms::CurrentRooms,
    escapes,
    lines::{self, Line},
    tally::Reached,
    undelivered::Undelivered,
};
use crate::{
    domain::{
        bus::{Command, Failure, RoomFailure},
        model::{Room, TextError},
        naming::HANDLE_DIGITS,
    },
    frontend::{
        slash::{self, Action, ActionError, Context, Local, TypedRoom},
        told,
        words::pipe_answers,
    },
};

/// The thread that reads the input.
pub(super) struct Reader {
    /// When it is full, this thread waits, and so does the program that writes to the pipe.
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) answer: mpsc::Sender<Answer>,
    pub(super) undelivered: Undelivered,
    pub(super) network: CurrentNetwork,
    /// The room that lines are said in, and the others that the user is in.
    pub(super) rooms: CurrentRooms,
    /// Whether a line that begins with `/` is a command.
    pub(super) takes_commands: bool,
    /// Whether the program goes on when the input has ended.
    pub(super) stays: bool,
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
        let room = self.rooms.spoken();
        if !room.is_lobby() {
            // If this fails, the program is ending.
            let _ = self.send(Command::Join { room, id: None });
        }
    }

    /// Reads until `/quit` or the end of the program. At the end of the input, the program ends too, unless it stays.
    pub(super) fn run(&self, input: impl Read) {
        let mut input = BufReader::new(input);
        let mut line = Vec::new();
        loop {
            let done = match lines::next(&mut input, &mut line) {
                Ok(Line::Whole) => self.line(&String::from_utf8_lossy(&line)),
                Ok(Line::TooLong(length)) => self.refuse("too_long", TextError::TooLong(length).to_string()),
                Ok(Line::End) => self.input_ended(),
                Err(error) => self.refuse("input", pipe_answers::unreadable(&error)).and_then(|()| self.input_ended()),
            };
            if done.is_err() || self.quitting.get().is_some() {
                return;
            }
        }
    }

    fn input_ended(&self) -> Result<(), Ended> {
        if self.stays { Err(Ended) } else { self.quit() }
    }

    /// Ends the program when the lines have had time to reach the others.
    fn quit(&self) -> Result<(), Ended> {
        let reached = self.undelivered.wait();
        let _ = self.quitting.set(reached);
        self.send(Command::Quit)
    }

    fn line(&self, line: &str) -> Result<(), Ended> {
        let line = escapes::removed(line);
        if line.trim().is_empty() {
            return Ok(());
        }
        let context = Context { room: self.rooms.spoken(), network: self.network.network(), max_hits: MAX_HITS };
        let action = if self.takes_commands { slash::action(&line, &context) } else { slash::message(&line, &context) };
        match action {
            Ok(Action::Node(command)) => self.send(command),
            Ok(Action::Local(local)) => self.local(local),
            Err(error @ ActionError::Address(_)) => self.refuse(error.code(), pipe_answers::NO_ADDRESS.to_owned()),
            Err(error) => self.refuse(error.code(), error.text()),
        }
    }

    fn send(&self, command: Command) -> Result<(), Ended> {
        if let Command::Say { room, .. } | Command::SetTopic { room, .. } = &command {
            self.undelivered.said(room);
        }
        Ok(self.commands.blocking_send(command)?)
    }

    fn local(&self, local: Local) -> Result<(), Ended> {
        let usage = |text: &str| self.refuse("usage", text.to_owned());
        match local {
            Local::OwnNick => self.answer(Answer::OwnNick),
            Local::Who => self.answer(Answer::Who),
            Local::Topic => self.answer(Answer::Topic(self.rooms.spoken())),
            Local::Go(_) => usage(pipe_answers::ONE_ROOM),
            Local::Part { room, sure } => self.part(&room, sure),
            Local::ConfirmPart => usage(pipe_answers::PART),
            Local::Clear => self.answer(Answer::Clear),
            Local::Help(spec) => self.answer(Answer::Help(spec)),
            Local::Version => self.answer(Answer::Version),
            Local::Copy(_) => usage(pipe_answers::NO_CLIPBOARD),
            Local::PlainView => usage(pipe_answers::NO_VIEW),
            Local::Network => usage(pipe_answers::LAN),
            Local::Typing => usage(pipe_answers::TYPING),
            Local::LastSearch => usage(pipe_answers::SEARCH),
            Local::ConfirmErase => usage(pipe_answers::ERASE),
            Local::Quit => self.quit(),
        }
    }

    /// Leaves the room that `typed` means. A private one is left only if the user is `sure`.
    fn part(&self, typed: &str, sure: bool) -> Result<(), Ended> {
        if let Ok(room @ Room::Direct(_)) = slash::room_of(typed) {
            return self.send(Command::Part(room));
        }
        let room = match TypedRoom::parse(typed).map_err(ActionError::from) {
            Ok(room) => room,
            Err(error) => return self.refuse(error.code(), error.text()),
        };
        let meant = self.rooms.meant(&room);
        let room = match (meant.as_slice(), &room.id) {
            ([one], _) => one.clone(),
            // The node knows why not.
            ([], None) => room.room,
            ([], Some(_)) => return self.refuse("not_possible", pipe_answers::NO_SUCH_ROOM.to_owned()),
            (several, _) => match several.iter().find(|one| **one == room.room) {
                Some(open) => open.clone(),
                None => return self.refuse("not_possible", ambiguous(several)),
            },
        };
        match room {
            Room::Private(_) if !sure => self.refuse("usage", pipe_answers::PART.to_owned()),
            room => self.send(Command::Part(room)),
        }
    }

    fn refuse(&self, code: &'static str, text: String) -> Result<(), Ended> {
        self.answer(Answer::Error { code, text })
    }

    fn answer(&self, answer: Answer) -> Result<(), Ended> {
        Ok(self.answer.blocking_send(answer)?)
    }
}

/// Several private rooms of one name.
fn ambiguous(rooms: &[Room]) -> String {
    let private = |room: &Room| if let Room::Private(private) = room { Some(private.clone()) } else { None };
    let rooms: Vec<_> = rooms.iter().filter_map(private).collect();
    let ids = rooms.iter().map(|room| format!("{:.HANDLE_DIGITS$}", room.id)).collect();
    let name = rooms.into_iter().next().map(|room| room.name);
    name.map(|name| told::failure(&Failure::Room(RoomFailure::Ambiguous { name, ids }))).unwrap_or_default()
}
