//! The front end for pipes: lines in, lines out. docs/headless.md has the contract.
//!
//! Reading and writing block, so each has its own thread: if the reader of the output stops reading, the network and
//! Ctrl-C still work, and what it misses is counted.
//!
//! - `input` turns lines into commands, after `startup_delay` has given the node time to look for people. `request` reads
//!   the lines that are JSON.
//! - `printer` turns updates into events. `event` has their JSON, which is the contract, and `text` their plain form.
//!   `queue` takes the output, and a thread writes it.
//! - `people` knows who is here. `rooms` knows who is in each room.
//! - `progress` knows which commands are not answered yet, and which lines have reached whom.

mod current_network;
mod current_rooms;
mod escapes;
mod event;
mod input;
mod lines;
mod named_room;
mod output;
mod pending;
mod people;
mod printer;
mod progress;
mod queue;
mod request;
mod rooms;
mod shared;
mod spoken;
mod startup_delay;
mod tally;
mod text;
mod trust;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    io::{self, Read, Write},
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use self::{queue::Queue, request::Reference, shared::Shared, tally::Reached};
use crate::{
    domain::{
        bus::{Command, Update},
        model::Room,
    },
    frontend::slash::Spec,
};

/// How many answers may wait to be printed. The writer drains them all the time. While the queue is full, the reader of
/// the input waits.
const LOCAL_CAPACITY: usize = 64;

/// How long we wait for good-byes after a signal: long enough for a reachable network, short enough for a person who
/// pressed Ctrl-C.
const GOODBYE: Duration = Duration::from_secs(2);

/// What goes in and comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// One JSON object per line comes out, instead of text. A line that begins with `{` is one, too.
    pub json: bool,
    /// A line that begins with `/` is a command. Otherwise, it is a message.
    pub commands: bool,
    /// The program goes on when the input has ended.
    pub stay: bool,
}

/// How this front end behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// What goes in and comes out.
    pub form: Form,
    /// The zone of the times in text; JSON has UTC.
    pub zone: jiff::tz::TimeZone,
    /// Warnings from the configuration, printed first.
    pub warnings: Vec<String>,
    /// The room to join at the start, and to say lines in.
    pub room: Room,
}

/// A signal that ends the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C, or SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// How the front end ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// By `/quit` or at the end of the input. Everyone here has every line.
    Quit,
    /// The same, while someone here still lacked a line that they could be expected to take.
    Undelivered,
    /// The same, but nobody was there who could have received the last line in a room.
    NobodyThere,
    /// By a signal.
    Stopped(Stop),
    /// Nobody reads the output any more.
    OutputClosed,
    /// The node ended without being asked to; it knows why.
    NodeEnded,
}

impl Outcome {
    /// The exit code of the program, as far as this front end knows.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Quit | Self::Stopped(Stop::Terminate) | Self::OutputClosed => 0,
            Self::NodeEnded => 1,
            Self::Undelivered => 3,
            Self::NobodyThere => 4,
            Self::Stopped(Stop::Interrupt) => 130,
        }
    }
}

/// Why the front end could not go on.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// The output cannot be written.
    #[error("Cannot write the output: {0}.")]
    Output(io::Error),
    /// The system cannot start a thread.
    #[error("Cannot start a thread: {0}. Close other programs and try again.")]
    Thread(io::Error),
    /// The writer ended without a result, which only a bug can cause.
    #[error("The output stopped unexpectedly. Please report this.")]
    WriterLost,
}

/// An answer, and how the program called the command that it is for.
type Asked = (Option<Reference>, Answer);

/// An answer that needs no network. The input has it printed by the output.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Who,
    OwnNick,
    Topic(Room),
    Help(Option<&'static Spec>),
    Version,
    Clear,
    Error { code: &'static str, text: String },
}

/// Runs until `/quit`, the end of `input`, `stop`, the end of the node, or until nobody reads `output` any more. The end
/// of `input` does not end it if the options say so. When this returns, the node has been asked to quit, unless it
/// ended by itself.
///
/// Must be called within a tokio runtime.
///
/// # Errors
/// [`HeadlessError`] when a thread cannot be started, or when the output cannot be written although its reader is still
/// there.
pub async fn run<R, W>(
    input: R,
    output: W,
    options: Options,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    stop: impl Future<Output = Stop>,
) -> Result<Outcome, HeadlessError>
where
    R: Read + Send + 'static,
    W: Write + Send + 'static,
{
    let (quitting, shared) = (Arc::new(OnceLock::new()), Shared::new(options.room.clone()));
    let (answer, answers) = mpsc::channel(LOCAL_CAPACITY);
    let (finished, mut done) = oneshot::channel();
    let form = options.form;
    let handle = tokio::runtime::Handle::current();
    let (watch, delay) = startup_delay::startup_delay();
    let (seen, queue) = (shared.clone(), Queue::default());
    let written = queue.clone();
    spawn("writer", move || written.write_to(output))?;
    spawn("output", move || {
        let result = output::run(&handle, &queue, options, updates, answers, &watch, &seen);
        seen.progress.close();
        // If a signal came first, nobody waits for the result any more.
        let _ = finished.send(result);
    })?;
    let reader = input::Reader { commands: commands.clone(), answer, shared, form, quitting: Arc::clone(&quitting) };
    spawn("input", move || {
        // What is said there is wanted from the start.
        reader.join();
        delay.wait();
        reader.run(input);
    })?;

    let (outcome, written) = tokio::select! {
        written = &mut done => {
            let outcome = match quitting.get() {
                Some(Reached::Everyone) => Outcome::Quit,
                Some(Reached::NotEveryone) => Outcome::Undelivered,
                Some(Reached::Nobody) => Outcome::NobodyThere,
                None => Outcome::NodeEnded,
            };
            (outcome, Some(written))
        }
        signal = stop => {
            // The output goes on meanwhile, so the node can take the command no matter how many updates it has to send.
            let written = timeout(GOODBYE, async {
                let _ = commands.send(Command::Quit).await;
                done.await
            });
            (Outcome::Stopped(signal), written.await.ok())
        }
    };
    match written {
        None | Some(Ok(Ok(()))) => Ok(outcome),
        Some(Err(_)) => Err(HeadlessError::WriterLost),
        Some(Ok(Err(error))) => {
            // The node takes every command at once when nobody reads its updates.
            let _ = timeout(GOODBYE, commands.send(Command::Quit)).await;
            match (outcome, error.kind()) {
                (Outcome::Stopped(_), io::ErrorKind::BrokenPipe) => Ok(outcome),
                (_, io::ErrorKind::BrokenPipe) => Ok(Outcome::OutputClosed),
                _ => Err(HeadlessError::Output(error)),
            }
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), HeadlessError> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map_err(HeadlessError::Thread)?;
    Ok(())
}
