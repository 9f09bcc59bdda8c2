//! The thread that writes the output.

use std::io::{self, Write};

use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc},
};

use super::{
    Answer, LOCAL_CAPACITY, Options, current_network::CurrentNetwork, printer::Printer, startup_delay::SweepWatch,
    undelivered::Undelivered,
};
use crate::domain::bus::{UPDATE_CAPACITY, Update};

/// Written before more is formatted: as much as a pipe takes at once, so that a burst of long messages is not kept
/// a second time.
const WRITE_BYTES: usize = 64 * 1024;

/// Prints until the node ends. Holds the lock of `updates` while it waits for one, never while it writes.
///
/// # Errors
/// Those of `output`.
pub(super) fn run(
    runtime: &Handle,
    mut output: impl Write,
    options: Options,
    updates: &Mutex<mpsc::Receiver<Update>>,
    mut answers: mpsc::Receiver<Answer>,
    watch: &SweepWatch,
    (undelivered, network): (&Undelivered, &CurrentNetwork),
) -> io::Result<()> {
    let mut printer = Printer::new(options);
    let mut batch = Vec::with_capacity(UPDATE_CAPACITY);
    let mut more_answers = true;
    loop {
        if !printer.out().is_empty() {
            output.write_all(printer.out())?;
            printer.out().clear();
        }
        // Everything that is ready is one write, and flushed before this waits.
        output.flush()?;
        let answer = runtime.block_on(async {
            tokio::select! {
                _ = async { updates.lock().await.recv_many(&mut batch, UPDATE_CAPACITY).await } => None,
                answer = answers.recv(), if more_answers => Some(answer),
            }
        });
        match answer {
            Some(Some(answer)) => printer.answer(answer),
            Some(None) => more_answers = false,
            // What was answered before the end is printed; the input may already wait in vain.
            None if batch.is_empty() => {
                while let Ok(answer) = answers.try_recv() {
                    printer.answer(answer);
                }
                printer.end();
                output.write_all(printer.out())?;
                return output.flush();
            }
            None => {
                // An answer that waits is to a line from before those that caused these updates. No more than fit, since
                // updates must not wait for an input without end.
                for _ in 0..LOCAL_CAPACITY {
                    let Ok(answer) = answers.try_recv() else { break };
                    printer.answer(answer);
                }
                for update in batch.drain(..) {
                    watch.see(&update);
                    undelivered.see(&update);
                    network.see(&update);
                    printer.update(update);
                    if printer.out().len() >= WRITE_BYTES {
                        output.write_all(printer.out())?;
                        printer.out().clear();
                    }
                }
            }
        }
    }
}
