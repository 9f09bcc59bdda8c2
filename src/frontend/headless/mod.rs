//! The front end for pipes: lines in, lines out. docs/headless.md has the contract.
//!
//! Reading and writing block, so each has a thread of its own: a reader that stops takes neither the network nor Ctrl-C
//! with it. `input` turns lines into commands, after `startup_delay`, when people were looked for; `printer` turns updates into
//! events, `event` is the contract's JSON and `text` its plain form; `people` knows who is here.

mod current_network;
mod event;
mod input;
mod lines;
mod output;
mod people;
mod printer;
mod startup_delay;
mod text;
mod trust;
mod undelivered;

#[cfg(test)]
mod tests;

use std::{
    io::{self, Read, Write},
    sync::{Arc, OnceLock},
    thread,
    time::Duration,
};

use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};

use self::{current_network::CurrentNetwork, undelivered::Undelivered};
use crate::{
    domain::bus::{Command, Update},
    frontend::slash::Spec,
};

/// Answers that wait to be printed. The writer drains them all the time; full makes the reader of the input wait.
const LOCAL_CAPACITY: usize = 64;

/// How long a signal waits for good-byes: long enough for a reachable network, short enough for a person at Ctrl-C.
const GOODBYE: Duration = Duration::from_secs(2);

/// How this front end behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// One JSON object per line instead of text.
    pub json: bool,
    /// The zone of the times in text; JSON has UTC.
    pub zone: jiff::tz::TimeZone,
    /// What the configuration warned about, printed first.
    pub warnings: Vec<String>,
}

/// A signal that ends the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C, or SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// By `/quit`.
    Quit,
    /// By `/quit`, while someone present lacked a line of the user that they could be expected to take.
    Undelivered,
    /// By a signal.
    Stopped(Stop),
    /// Nobody reads the output any more.
    OutputClosed,
    /// The node ended without having been asked; it knows why.
    NodeEnded,
}

impl Outcome {
    /// The exit code of the program, as far as this front end knows.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Quit | Self::Stopped(Stop::Terminate) | Self::OutputClosed => 0,
            Self::NodeEnded => 1,
            Self::Undelivered => 3,
            Self::Stopped(Stop::Interrupt) => 130,
        }
    }
}

/// Why it could not go on.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// The output cannot be written.
    #[error("Cannot write the output: {0}.")]
    Output(io::Error),
    /// The system gives no thread.
    #[error("Cannot start a thread: {0}. Close other programs and try again.")]
    Thread(io::Error),
    /// The writer ended without a result, which only a defect does.
    #[error("The output stopped unexpectedly. Please report this.")]
    WriterLost,
}

/// What the input has the output print, because it needs no network.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Who,
    OwnNick,
    Help(Option<&'static Spec>),
    Version,
    Clear,
    Error { code: &'static str, text: String },
}

/// Runs until `/quit`, `stop`, the end of the node, or until nobody reads `output` any more. The end of `input` does not
/// end it. When this returns, the node was asked to quit, unless it ended by itself.
///
/// Must be called within a tokio runtime.
///
/// # Errors
/// [`HeadlessError`] when the output cannot be written for another reason than that its reader is gone.
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
    let (quitting, undelivered) = (Arc::new(OnceLock::new()), Undelivered::default());
    let network = CurrentNetwork::default();
    let (answer, answers) = mpsc::channel(LOCAL_CAPACITY);
    let (finished, mut done) = oneshot::channel();
    let handle = tokio::runtime::Handle::current();
    let updates = Arc::new(Mutex::new(updates));
    let writers = Arc::clone(&updates);
    let (watch, delay) = startup_delay::startup_delay();
    let (seen, told) = (undelivered.clone(), network.clone());
    spawn("output", move || {
        let result = output::run(&handle, output, options, &writers, answers, &watch, (&seen, &told));
        seen.close();
        // Nobody waits any more if a signal was faster.
        let _ = finished.send(result);
    })?;
    let reader =
        input::Reader { commands: commands.clone(), answer, undelivered, network, quitting: Arc::clone(&quitting) };
    spawn("input", move || {
        delay.wait();
        reader.run(input);
    })?;

    let (outcome, written) = tokio::select! {
        written = &mut done => {
            let outcome = match quitting.get() {
                Some(true) => Outcome::Quit,
                Some(false) => Outcome::Undelivered,
                None => Outcome::NodeEnded,
            };
            (outcome, Some(written))
        }
        signal = stop => {
            // The writer goes on meanwhile, so the node can take the command however much it has to say.
            let written = timeout(GOODBYE, async {
                let _ = commands.send(Command::Quit).await;
                done.await
            });
            let written = written.await.ok();
            if written.is_none() && let Ok(mut updates) = updates.try_lock() {
                // The writer is stuck, since it does not hold the lock that it waits with: nobody reads the output. The
                // node must not wait for that.
                updates.close();
                while updates.try_recv().is_ok() {}
            }
            (Outcome::Stopped(signal), written)
        }
    };
    match written {
        None | Some(Ok(Ok(()))) => Ok(outcome),
        Some(Err(_)) => Err(HeadlessError::WriterLost),
        Some(Ok(Err(error))) => {
            // Without a reader of its updates the node takes every command at once.
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
