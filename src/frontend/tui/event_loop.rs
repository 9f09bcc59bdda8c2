//! The run loop of the full screen: terminal events and the node's updates in, frames and commands out.
//!
//! It decides when to draw and nothing else. A key draws at once; updates draw at most 30 times a second, after
//! everything that is ready has been taken in. While a key is waiting, it never waits for the node or for the next
//! frame.

mod pace;
mod real;

use std::{collections::VecDeque, future::poll_fn, io, pin::Pin, task::Poll, time::Duration};

use ratatui::{Terminal, backend::Backend};
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::{Instant as TokioInstant, sleep_until, timeout},
};
use tokio_stream::{Stream, StreamExt as _};

use self::pace::Pace;
pub use self::real::on_terminal;
use crate::{
    domain::{
        bus::{Command, Update},
        model::Now,
    },
    frontend::tui::{
        app::{App, Input, Output},
        terminal::{Host, Signal, Stamped, Translator},
        view,
    },
};

/// Updates taken in between two checks of the keyboard. At a few microseconds each, they delay a key by less than a
/// frame.
const UPDATES_PER_TURN: usize = 256;

/// Terminal events taken in between two draws. A page that is pasted without bracketed paste is drawn in a few frames;
/// an endless one still leaves the node its turn.
const EVENTS_PER_TURN: usize = 256;

/// How long the node may take to say good-bye. The user is back in the shell by then.
const NODE_STOP_TIME: Duration = Duration::from_secs(1);

/// The shortest sleep between two ticks, in case the state machine keeps asking for one in the past.
const MIN_TICK: Duration = Duration::from_millis(1);

/// Everything that the loop connects.
#[derive(Debug)]
pub struct Screen<B: Backend, H, S, C> {
    /// What frames are drawn on.
    pub terminal: Terminal<B>,
    /// The terminal around the frames.
    pub host: H,
    /// Terminal events; its end means that the terminal is gone.
    pub events: S,
    /// Signals from outside.
    pub signals: mpsc::Receiver<Signal>,
    /// To the node.
    pub commands: mpsc::Sender<Command>,
    /// From the node.
    pub updates: mpsc::Receiver<Update>,
    /// The state machine.
    pub app: App,
    /// Reads both clocks. The monotonic one must be tokio's, which tests can stop.
    pub clock: C,
}

/// Why the screen ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// The user left.
    Quit,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
    /// The terminal is gone.
    HungUp,
    /// A thread panicked; its message is on the main screen.
    Panicked,
}

impl Exit {
    /// The program's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Quit | Self::Terminated | Self::HungUp => 0,
            Self::Panicked => 1,
            Self::Interrupted => 130,
        }
    }
}

/// The terminal failed; there is nobody left to show anything to.
#[derive(Debug, thiserror::Error)]
pub enum ScreenError {
    /// Reading from it failed.
    #[error("Cannot read from the terminal: {0}. Is standard input a terminal?")]
    Read(#[source] io::Error),
    /// Writing to it, or switching its modes, failed.
    #[error("Cannot draw on the terminal: {0}. Try --headless.")]
    Draw(#[source] io::Error),
}

impl<B, H, S, C> Screen<B, H, S, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    H: Host,
    S: Stream<Item = io::Result<Stamped>> + Unpin,
    C: Fn() -> Now,
{
    /// Runs until the user leaves, a signal ends it or the terminal fails. Then it gives the terminal back, and lets
    /// the node say good-bye for up to a second.
    ///
    /// # Errors
    /// When the terminal fails; the node is told to stop all the same.
    pub async fn run(self) -> Result<Exit, ScreenError> {
        let Self { terminal, host, events, signals, commands, updates, app, clock } = self;
        let mut sources = Sources { events, signals, updates };
        let mut view = View { terminal, host, commands, app, clock, pace: Pace::default(), node: Node::Running };
        let mut translator = Translator::new();
        let outcome = turns(&mut sources, &mut view, &mut translator).await;
        view.host.leave(view.app.last_words().as_deref());
        let last = view.app.current_view().into_iter().chain([Command::Quit]);
        stop_node(view.node, &view.commands, last, &mut sources.updates).await;
        outcome
    }
}

/// What wakes the loop.
struct Sources<S> {
    events: S,
    signals: mpsc::Receiver<Signal>,
    updates: mpsc::Receiver<Update>,
}

/// What the loop acts on.
struct View<B: Backend, H, C> {
    terminal: Terminal<B>,
    host: H,
    commands: mpsc::Sender<Command>,
    app: App,
    clock: C,
    pace: Pace,
    node: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Running,
    /// It was told to stop and will close the update channel.
    Stopping,
    Gone,
}

/// Why a turn began.
#[expect(clippy::large_enum_variant, reason = "one exists at a time")]
enum Woken {
    Signal(Signal),
    Event(Option<io::Result<Stamped>>),
    Update(Option<Update>),
    Time,
}

async fn turns<B, H, S, C>(
    sources: &mut Sources<S>,
    view: &mut View<B, H, C>,
    translator: &mut Translator,
) -> Result<Exit, ScreenError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    H: Host,
    S: Stream<Item = io::Result<Stamped>> + Unpin,
    C: Fn() -> Now,
{
    if let Some(exit) = view.feed(view.size()?)? {
        return Ok(exit);
    }
    view.draw()?;
    // Only now: the first frame must not wait for anything.
    if view.host.ask_background().map_err(ScreenError::Draw)? {
        translator.asked_background((view.clock)().mono);
    }
    let mut inputs = Vec::new();
    loop {
        let woken = sources.next(view.wake_at(translator), view.node).await;
        match woken {
            Woken::Signal(Signal::Continued) => {
                view.host.resume().map_err(ScreenError::Draw)?;
                inputs.push(view.size()?);
            }
            Woken::Signal(signal) => return Ok(exit_for(signal)),
            Woken::Event(event) => {
                let mut next = Poll::Ready(event);
                for _ in 0..EVENTS_PER_TURN {
                    let Poll::Ready(event) = next else { break };
                    let Some(event) = event else { return Ok(Exit::HungUp) };
                    let Stamped { event, at } = event.map_err(ScreenError::Read)?;
                    translator.event(event, at, &mut inputs);
                    next = poll_fn(|context| Poll::Ready(Pin::new(&mut sources.events).poll_next(context))).await;
                }
            }
            Woken::Update(None) => {
                view.node = Node::Gone;
                inputs.push(Input::NodeGone);
            }
            Woken::Update(Some(update)) => {
                inputs.push(Input::Update(update));
                inputs.extend((1..UPDATES_PER_TURN).map_while(|_| sources.updates.try_recv().ok()).map(Input::Update));
                if inputs.len() >= UPDATES_PER_TURN {
                    // More is waiting: a flood must not keep the runtime from its timers and signals.
                    tokio::task::yield_now().await;
                }
            }
            Woken::Time => {}
        }
        let now = (view.clock)();
        translator.expire(now.mono, &mut inputs);
        if view.app.next_tick().is_some_and(|tick| tick <= now.mono) {
            inputs.push(Input::Tick);
        }
        for input in inputs.drain(..) {
            if let Some(exit) = view.feed(input)? {
                return Ok(exit);
            }
        }
        if view.app.needs_draw() && view.pace.due_at().is_none_or(|due| due <= now.mono) {
            view.draw()?;
        }
        view.pace.drawn_or_unchanged();
    }
}

impl<S: Stream<Item = io::Result<Stamped>> + Unpin> Sources<S> {
    /// Waits for the next input; keys come before updates.
    async fn next(&mut self, wake_at: Option<std::time::Instant>, node: Node) -> Woken {
        let time = async {
            match wake_at {
                Some(at) => sleep_until(TokioInstant::from_std(at)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(signal) = self.signals.recv() => Woken::Signal(signal),
            event = self.events.next() => Woken::Event(event),
            () = time => Woken::Time,
            update = self.updates.recv(), if node != Node::Gone => Woken::Update(update),
        }
    }
}

impl<B, H, C> View<B, H, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    H: Host,
    C: Fn() -> Now,
{
    /// Feeds one input and carries out what comes of it. Returns how the screen ends, if it does.
    fn feed(&mut self, input: Input) -> Result<Option<Exit>, ScreenError> {
        let mut waiting = VecDeque::from([input]);
        while let Some(input) = waiting.pop_front() {
            if !matches!(input, Input::Update(_) | Input::Tick) {
                self.pace.hurry();
            }
            if matches!(input, Input::Resize { .. }) {
                self.forget()?;
            }
            for output in self.app.update(input, (self.clock)()) {
                match output {
                    Output::Send(command) => waiting.extend(self.send(command)),
                    Output::Quit => return Ok(Some(Exit::Quit)),
                    Output::Suspend => {
                        self.host.suspend().map_err(ScreenError::Draw)?;
                        waiting.push_back(self.size()?);
                    }
                    Output::Redraw => waiting.push_back(self.size()?),
                    Output::SetTitle(title) => self.host.set_title(&title).map_err(ScreenError::Draw)?,
                    Output::Copy(text) => self.host.copy(text.as_str()).map_err(ScreenError::Draw)?,
                    Output::Bell => self.host.bell().map_err(ScreenError::Draw)?,
                }
            }
        }
        Ok(None)
    }

    /// Hands a command to the node without waiting; what does not fit comes back as an input.
    fn send(&mut self, command: Command) -> Option<Input> {
        let quits = command == Command::Quit;
        match self.commands.try_send(command) {
            Ok(()) => {
                if quits {
                    self.node = Node::Stopping;
                }
                None
            }
            Err(TrySendError::Full(command) | TrySendError::Closed(command)) => Some(Input::Refused(command)),
        }
    }

    /// When something has to be done even if nothing happens.
    fn wake_at(&self, translator: &Translator) -> Option<std::time::Instant> {
        let now = (self.clock)();
        let tick = self.app.next_tick().map(|tick| tick.max(now.mono + MIN_TICK));
        let draw = if self.app.needs_draw() { self.pace.due_at() } else { None };
        [translator.deadline(), tick, draw].into_iter().flatten().min()
    }

    fn size(&self) -> Result<Input, ScreenError> {
        let size = self.terminal.size().map_err(draw_failed)?;
        Ok(Input::Resize { cols: size.width, rows: size.height })
    }

    /// Clears the terminal and forgets what it showed, so that the next frame draws every cell. Needed after every
    /// change of size, even one that was undone at once: a terminal that was small for a moment has lost what it
    /// showed.
    ///
    /// Not `Terminal::clear`: that one asks the terminal where the cursor is, and waits for the answer.
    fn forget(&mut self) -> Result<(), ScreenError> {
        let area = self.terminal.size().map_err(draw_failed)?.into();
        self.terminal.resize(area).map_err(draw_failed)
    }

    fn draw(&mut self) -> Result<(), ScreenError> {
        let app = &mut self.app;
        self.terminal.draw(|frame| view::draw(frame, app)).map_err(draw_failed)?;
        self.pace.drawn((self.clock)().mono);
        self.host.present().map_err(ScreenError::Draw)
    }
}

fn draw_failed(error: impl std::error::Error + Send + Sync + 'static) -> ScreenError {
    ScreenError::Draw(io::Error::other(error))
}

const fn exit_for(signal: Signal) -> Exit {
    match signal {
        Signal::Interrupt => Exit::Interrupted,
        Signal::Terminate => Exit::Terminated,
        Signal::HangUp | Signal::Continued => Exit::HungUp,
        Signal::Panicked => Exit::Panicked,
    }
}

/// Gives the node the `last` commands, the end of which is to stop, unless it was told before. Waits a limited time until
/// it has stopped.
async fn stop_node(
    node: Node,
    commands: &mpsc::Sender<Command>,
    last: impl Iterator<Item = Command>,
    updates: &mut mpsc::Receiver<Update>,
) {
    let tell = async {
        if node == Node::Running {
            for command in last {
                let _ = commands.send(command).await;
            }
        }
    };
    // Both at once: a node that waits for room for its updates takes no command.
    let drain = async { while updates.recv().await.is_some() {} };
    let _ = timeout(NODE_STOP_TIME, async { tokio::join!(tell, drain) }).await;
}

#[cfg(test)]
mod tests;
