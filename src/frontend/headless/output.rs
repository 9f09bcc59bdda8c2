//! The thread that writes the output.

use std::io::{self, Write};

use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc},
};

use super::{Asked, LOCAL_CAPACITY, Options, printer::Printer, shared::Shared, startup_delay::SweepWatch};
use crate::domain::bus::{UPDATE_CAPACITY, Update};

/// How many bytes are formatted before they are written: as many as a pipe takes at once, so that a burst of long
/// messages is not held in memory a second time.
const WRITE_BYTES: usize = 64 * 1024;

/// Prints until the node ends. Holds the lock of `updates` while it waits for an update, never while it writes.
///
/// # Errors
/// Those of `output`.
pub(super) fn run(
    runtime: &Handle,
    mut output: impl Write,
    options: Options,
    updates: &Mutex<mpsc::Receiver<Update>>,
    mut answers: mpsc::Receiver<Asked>,
    watch: &SweepWatch,
    shared: &Shared,
) -> io::Result<()> {
    let mut printer = Printer::new(options);
    let mut batch = Vec::with_capacity(UPDATE_CAPACITY);
    let mut more_answers = true;
    loop {
        if !printer.out().is_empty() {
            output.write_all(printer.out())?;
            printer.out().clear();
        }
        // Everything that is ready is written at once, and flushed before this thread waits.
        output.flush()?;
        let answer = runtime.block_on(async {
            tokio::select! {
                _ = async { updates.lock().await.recv_many(&mut batch, UPDATE_CAPACITY).await } => None,
                answer = answers.recv(), if more_answers => Some(answer),
            }
        });
        match answer {
            Some(Some((asked, answer))) => printer.answer_to(asked, answer),
            Some(None) => more_answers = false,
            // Answers given before the end are still printed. The input may already be waiting in vain.
            None if batch.is_empty() => {
                while let Ok((asked, answer)) = answers.try_recv() {
                    printer.answer_to(asked, answer);
                }
                printer.end();
                output.write_all(printer.out())?;
                return output.flush();
            }
            None => {
                // A waiting answer belongs to an earlier line than the ones that caused these updates, so it comes
                // first. We print no more than the queue holds, because updates must not wait for an endless input.
                for _ in 0..LOCAL_CAPACITY {
                    let Ok((asked, answer)) = answers.try_recv() else { break };
                    printer.answer_to(asked, answer);
                }
                for update in batch.drain(..) {
                    watch.see(&update);
                    let asked = shared.see(&update);
                    printer.update_for(asked, update);
                    if printer.out().len() >= WRITE_BYTES {
                        output.write_all(printer.out())?;
                        printer.out().clear();
                    }
                }
            }
        }
    }
}
