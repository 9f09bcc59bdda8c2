//! `proximity-chat log`: prints what was said in a room, from this machine's disk.
//!
//! It can read while another copy runs, and changes nothing. Only `--erase` needs the profile for itself. `pages` walks
//! through the log with a few hundred messages in memory, `hash` shows whether two machines hold the same events,
//! `message` turns a line into what front ends show, `names` says who spoke, `text` is the form for people, and `erase`
//! removes the history.

mod erase;
mod error;
mod hash;
mod message;
mod names;
mod pages;
mod text;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use self::error::Error;
use self::{message::Messages, pages::each_line};
use crate::{
    domain::model::{Message, Network, Room, RoomId, hex},
    frontend::{
        json::{Clock, InRoom, Said},
        words::log as words,
    },
    protocol::sealing::{Card, PairSecret, SealingKey},
    runtime::{
        profile::{self, Existing},
        store::{self, Backend, Database},
    },
};

/// What to do, and with which history.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose history; without a name, that of the first copy.
    pub profile: profile::Options,
    /// Which network.
    pub network: Network,
    /// Which room.
    pub room: Room,
    /// What to do.
    pub action: Action,
    /// The time zone for text output; JSON uses UTC.
    pub zone: jiff::tz::TimeZone,
}

/// What to do with a room's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Print it for people.
    Text,
    /// Print it for programs, as the message events of the pipe.
    Json,
    /// Print the hash over the ids of its events, in the order of their clocks. Equal hashes mean that two machines
    /// hold the same events.
    Hash,
    /// Print how many messages there are.
    Count,
    /// Erase it from the disk.
    Erase,
}

/// Carries out the action and prints to `output`. Before anything is erased, it asks with `confirm`, which is given the
/// question. Returns a note for people that is worth showing besides the output.
///
/// # Errors
/// [`Error`], whose text says what happened and what to do. A reader that closes `output` early is not an error.
pub fn run(
    options: &Options,
    output: impl Write,
    confirm: impl FnOnce(&str) -> Result<bool, Error>,
) -> Result<Option<String>, Error> {
    match carry_out(options, output, confirm) {
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        result => result,
    }
}

fn carry_out(
    options: &Options,
    output: impl Write,
    confirm: impl FnOnce(&str) -> Result<bool, Error>,
) -> Result<Option<String>, Error> {
    let Some(profile) = existing_profile(&options.profile)? else {
        return match options.action {
            // The answer for an empty history is known.
            Action::Hash | Action::Count => print_end(output, options.action, &Sha256::new(), 0).map(|()| None),
            _ => Ok(Some(words::NEVER_USED.to_owned())),
        };
    };
    if options.action == Action::Erase {
        return erase::run(options, &profile, output, confirm);
    }
    let database = open(options, &profile)?;
    let printed = print(options, &profile, database, output)?;
    let (room, name, network) = (&options.room, profile.name(), &options.network);
    let is_empty = printed == 0 && matches!(options.action, Action::Text | Action::Json);
    Ok(is_empty.then(|| words::empty(name, room, network)))
}

fn existing_profile(options: &profile::Options) -> Result<Option<Existing>, Error> {
    if options.ephemeral {
        return Err(Error::Ephemeral);
    }
    match (profile::find_existing(options)?, &options.name) {
        (None, Some(name)) => Err(Error::NoProfile(name.clone())),
        (profile, _) => Ok(profile),
    }
}

/// What the log knows the room by. The id of a direct room follows from the user's key and the other person's card.
fn room_id(options: &Options, profile: &Existing) -> Result<RoomId, Error> {
    let node = match &options.room {
        Room::Direct(node) => node,
        Room::Private(room) => return Ok(room.id),
        Room::Lobby | Room::Open(_) => return options.room.public_id().ok_or(Error::NoDirect),
    };
    let card = profile.known().iter().find(|known| known.node == *node).and_then(|known| known.card.as_deref());
    let card =
        card.and_then(|card| Card::decode(card).ok()).filter(|card| card.node() == *node).ok_or(Error::NoDirect)?;
    let pair = PairSecret::new(&SealingKey::of(profile.identity()), &card).map_err(|_| Error::NoDirect)?;
    Ok(pair.room())
}

fn open(options: &Options, profile: &Existing) -> Result<Option<Database>, Error> {
    Ok(store::open_read_only(&place(options, profile))?)
}

fn place(options: &Options, profile: &Existing) -> store::Options {
    let place = Backend::Directory(profile.directory().to_owned());
    store::Options { place, network: options.network.clone(), joined: Vec::new(), me: profile.node() }
}

/// Prints what is asked for. Returns how many messages were printed or counted; zero for a hash.
fn print(options: &Options, profile: &Existing, database: Option<Database>, output: impl Write) -> Result<u64, Error> {
    let id = room_id(options, profile)?;
    let mut output = io::BufWriter::new(output);
    let mut clock = Clock::new(options.zone.clone());
    let mut count = 0;
    if let Some(mut database) = database {
        if options.action == Action::Hash {
            let hash = hash::of(&mut database, id)?;
            print_end(output, options.action, &hash, 0)?;
            return Ok(0);
        }
        let mut messages = Messages::new(&options.room, id, profile, &mut database, crate::runtime::io::now().wall)?;
        each_line(&mut database, id, |line| {
            let Some(message) = messages.message(line) else { return Ok(()) };
            count += 1;
            match options.action {
                Action::Text => text::write(&mut output, &message, &messages.name(&message), &mut clock)?,
                Action::Json => json(&mut output, &message, messages.tag(&message), profile, &mut clock)?,
                Action::Hash | Action::Count | Action::Erase => {}
            }
            Ok(())
        })?;
    }
    print_end(output, options.action, &Sha256::new(), count)?;
    Ok(count)
}

/// Prints what is known only at the end.
fn print_end(mut output: impl Write, action: Action, hash: &Sha256, count: u64) -> Result<(), Error> {
    match action {
        Action::Hash => writeln!(output, "{}", hex::encode(&hash.clone().finalize()))?,
        Action::Count => writeln!(output, "{count}")?,
        Action::Text | Action::Json | Action::Erase => {}
    }
    Ok(output.flush()?)
}

/// One line of the pipe's output.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'a> {
    Message(Said<'a>),
}

fn json(
    output: &mut impl Write,
    message: &Message,
    tag: Option<String>,
    profile: &Existing,
    clock: &mut Clock,
) -> io::Result<()> {
    let said = Said::new(message, InRoom::new(&message.room), tag, Some(profile.node()), clock.utc(message.sent_at));
    serde_json::to_writer(&mut *output, &Event::Message(said))?;
    output.write_all(b"\n")
}
