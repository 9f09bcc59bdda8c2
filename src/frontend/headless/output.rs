//! The thread that turns updates into output.

use std::io;

use tokio::{runtime::Handle, sync::mpsc};

use super::{
    Asked, LOCAL_CAPACITY, Options, printer::Printer, queue::Queue, shared::Shared, startup_delay::SweepWatch,
};
use crate::domain::bus::{UPDATE_CAPACITY, Update};

/// How many bytes are formatted before they are handed over: as many as a pipe takes at once, so that a burst of long
/// messages is not held in memory a second time.
const HAND_OVER_BYTES: usize = 64 * 1024;

/// What there is to do.
enum Next {
    Updates,
    Answer(Option<Asked>),
    /// The queue has more room, or nobody reads any more.
    Queue,
}

/// The printer, and where its output goes.
struct Output<'a> {
    printer: Printer,
    queue: &'a Queue,
}

/// Prints until the node ends. What a reader leaves for too long is dropped, and counted in an event.
///
/// # Errors
/// Those of writing.
pub(super) fn run(
    runtime: &Handle,
    queue: &Queue,
    options: Options,
    mut updates: mpsc::Receiver<Update>,
    mut answers: mpsc::Receiver<Asked>,
    watch: &SweepWatch,
    shared: &Shared,
) -> io::Result<()> {
    let mut output = Output { printer: Printer::new(options), queue };
    let mut batch = Vec::with_capacity(UPDATE_CAPACITY);
    let mut more_answers = true;
    loop {
        output.hand_over()?;
        let next = runtime.block_on(async {
            tokio::select! {
                () = queue.changed() => Next::Queue,
                _ = updates.recv_many(&mut batch, UPDATE_CAPACITY) => Next::Updates,
                answer = answers.recv(), if more_answers => Next::Answer(answer),
            }
        });
        match next {
            Next::Queue => queue.check()?,
            Next::Answer(Some((asked, answer))) => output.printer.answer_to(asked, answer),
            Next::Answer(None) => more_answers = false,
            // Answers given before the end are still printed. The input may already be waiting in vain.
            Next::Updates if batch.is_empty() => {
                while let Ok((asked, answer)) = answers.try_recv() {
                    output.printer.answer_to(asked, answer);
                }
                return output.finish();
            }
            Next::Updates => {
                // A waiting answer belongs to an earlier line than the ones that caused these updates, so it comes
                // first. We print no more than the queue holds, because updates must not wait for an endless input.
                for _ in 0..LOCAL_CAPACITY {
                    let Ok((asked, answer)) = answers.try_recv() else { break };
                    output.printer.answer_to(asked, answer);
                }
                for update in batch.drain(..) {
                    watch.see(&update);
                    let asked = shared.see(&update);
                    output.printer.update_for(asked, update);
                    if output.printer.out().len() >= HAND_OVER_BYTES {
                        output.hand_over()?;
                    }
                }
            }
        }
    }
}

impl Output<'_> {
    /// Hands over what was printed. If there is no room for it, it is dropped, and so is everything else until there is
    /// much room again. Then an event says how much is missing.
    fn hand_over(&mut self) -> io::Result<()> {
        let to = &mut self.printer.to;
        if to.has_gap() {
            to.drop_all();
            if !self.queue.has_room() {
                return Ok(());
            }
            to.tell_gap();
        }
        if to.out().is_empty() || self.queue.take(to.out())? {
            to.taken();
        } else {
            to.drop_all();
        }
        Ok(())
    }

    /// Everything that was printed at the end is written, however long the reader takes.
    fn finish(mut self) -> io::Result<()> {
        self.printer.end();
        let to = &mut self.printer.to;
        to.tell_gap();
        self.queue.finish(to.out())
    }
}
