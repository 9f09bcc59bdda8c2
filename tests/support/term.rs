//! A program in a pseudo-terminal, and the screen that it draws.

use std::{
    fmt::Write as _,
    io::{Read as _, Write},
    num::NonZeroU16,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::PATIENCE;

/// What to start, and in which terminal.
#[derive(Debug)]
pub(crate) struct Builder {
    command: CommandBuilder,
    cols: u16,
    rows: u16,
    home: TempDir,
    background: Option<&'static str>,
}

impl Builder {
    /// `program` (an absolute path) in an 80x24 terminal, with a cleared environment and a home directory of its own.
    pub(crate) fn new(program: &str) -> Self {
        assert!(Path::new(program).is_absolute(), "{program} is not absolute, and the directory is another one");
        let home = tempfile::tempdir().expect("a home directory");
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.cwd(home.path());
        command.env("HOME", home.path());
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC"), ("PATH", "/usr/bin:/bin")]
        {
            command.env(name, value);
        }
        Self { command, cols: 80, rows: 24, home, background: None }
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<std::ffi::OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets another size.
    pub(crate) fn size(mut self, cols: u16, rows: u16) -> Self {
        (self.cols, self.rows) = (cols, rows);
        self
    }

    /// Answers OSC 11 with this, which includes the terminator.
    pub(crate) fn background(mut self, answer: &'static str) -> Self {
        self.background = Some(answer);
        self
    }

    /// The home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts it.
    pub(crate) fn spawn(self) -> Term {
        let pty = native_pty_system().openpty(size(self.cols, self.rows)).expect("a pseudo-terminal");
        let modes = pty.master.get_termios();
        let started = Instant::now();
        let mut child = pty.slave.spawn_command(self.command).expect("the program starts");
        drop(pty.slave);
        let pid = child.process_id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("it has a process id");

        let answers = Answers { background: self.background, ..Answers::default() };
        let parser = vt100::Parser::new_with_callbacks(cells(self.rows), cells(self.cols), 0, answers);
        let shared = Arc::new(Shared {
            state: Mutex::new(State { parser, raw: Vec::new(), closed: false, exit: None }),
            changed: Condvar::new(),
        });
        let writer = Arc::new(Mutex::new(pty.master.take_writer().expect("the keyboard's end")));
        let mut reader = pty.master.try_clone_reader().expect("the screen's end");

        let (screen, keyboard) = (Arc::clone(&shared), Arc::clone(&writer));
        thread::spawn(move || {
            let mut bytes = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let answer = screen.update(|state| {
                    state.raw.extend_from_slice(&bytes[..count]);
                    state.parser.process(&bytes[..count]);
                    std::mem::take(&mut state.parser.callbacks_mut().pending)
                });
                if !answer.is_empty() {
                    let _ = keyboard.lock().expect("nobody panicked").write_all(&answer);
                }
            }
            screen.update(|state| state.closed = true);
        });
        let exit = Arc::clone(&shared);
        thread::spawn(move || {
            let status = child.wait().expect("the child is ours");
            exit.update(|state| state.exit = Some(status));
        });
        Term { shared, writer, master: pty.master, pid, modes: format!("{modes:?}"), started, _home: self.home }
    }
}

/// A running program and its terminal. Dropping it ends the program.
pub(crate) struct Term {
    shared: Arc<Shared>,
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    master: Box<dyn MasterPty + Send>,
    pid: Pid,
    modes: String,
    started: Instant,
    _home: TempDir,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: vt100::Parser<Answers>,
    raw: Vec<u8>,
    closed: bool,
    exit: Option<ExitStatus>,
}

impl Shared {
    fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock().expect("nobody panicked"));
        self.changed.notify_all();
        result
    }
}

/// What the terminal answers, and what the program has asked of it besides drawing.
#[derive(Debug, Default)]
struct Answers {
    background: Option<&'static str>,
    pending: Vec<u8>,
    title: String,
    asked_background: bool,
}

impl vt100::Callbacks for Answers {
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        if matches!(params, [b"11", b"?"]) {
            self.asked_background = true;
            self.pending.extend_from_slice(self.background.unwrap_or_default().as_bytes());
        }
    }

    fn unhandled_csi(&mut self, _: &mut vt100::Screen, first: Option<u8>, _: Option<u8>, _: &[&[u16]], last: char) {
        if (first, last) == (None, 'c') {
            self.pending.extend_from_slice(b"\x1b[?62;22c");
        }
    }
}

impl Term {
    /// Types, or sends any bytes.
    pub(crate) fn send(&self, bytes: impl AsRef<[u8]>) {
        let mut writer = self.writer.lock().expect("nobody panicked");
        writer.write_all(bytes.as_ref()).and_then(|()| writer.flush()).expect("the terminal takes keys");
    }

    /// The characters on the screen.
    pub(crate) fn text(&self) -> String {
        self.screen(vt100::Screen::contents)
    }

    /// Reads the screen.
    pub(crate) fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.lock().parser.screen())
    }

    /// The last window title.
    pub(crate) fn title(&self) -> String {
        self.lock().parser.callbacks().title.clone()
    }

    /// Whether the program asked for the background.
    pub(crate) fn asked_background(&self) -> bool {
        self.lock().parser.callbacks().asked_background
    }

    /// Everything written to the terminal.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.lock().raw.clone()
    }

    /// Time since the program was started.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// The program's process.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the program runs");
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, matches: impl Fn(&vt100::Screen) -> bool) {
        self.wait(what, |state| matches(state.parser.screen()));
    }

    /// Waits until this text is somewhere on the screen.
    #[track_caller]
    pub(crate) fn wait_text(&self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text));
    }

    /// Waits until this text is nowhere on the screen.
    #[track_caller]
    pub(crate) fn wait_no_text(&self, text: &str) {
        self.wait_for(&format!("no {text:?}"), |screen| !screen.contents().contains(text));
    }

    /// How long it takes until the screen is as wanted.
    #[track_caller]
    pub(crate) fn time_until(&self, what: &str, matches: impl Fn(&vt100::Screen) -> bool) -> Duration {
        let begin = Instant::now();
        self.wait_for(what, matches);
        begin.elapsed()
    }

    /// Waits until the program has ended and everything that it wrote is on the screen.
    #[track_caller]
    pub(crate) fn wait_exit(&self) -> ExitStatus {
        self.wait("the end", |state| state.closed && state.exit.is_some());
        self.lock().exit.clone().expect("it was just there")
    }

    /// Waits until a title was set that is as wanted.
    #[track_caller]
    pub(crate) fn wait_title(&self, what: &str, matches: impl Fn(&str) -> bool) {
        self.wait(what, |state| matches(&state.parser.callbacks().title));
    }

    /// Changes the size of the terminal.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        // Both under one lock, so that no output for the old size is read as if it were for the new one.
        let mut state = self.lock();
        state.parser.set_size(cells(rows), cells(cols));
        self.master.resize(size(cols, rows)).expect("the terminal takes any size");
    }

    /// Whether the program runs.
    pub(crate) fn runs(&self) -> bool {
        self.lock().exit.is_none()
    }

    /// What is still wrong in the terminal after the program has restored it; empty if nothing is.
    pub(crate) fn damage(&self) -> String {
        let mut damage = String::new();
        let modes = format!("{:?}", self.master.get_termios());
        if modes != self.modes {
            let _ = writeln!(damage, "the line discipline was {}, is {modes}", self.modes);
        }
        self.screen(|screen| {
            for (wrong, what) in [
                (screen.alternate_screen(), "the alternate screen is up"),
                (screen.hide_cursor(), "the cursor is hidden"),
                (screen.bracketed_paste(), "bracketed paste is on"),
                (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "mouse reporting is on"),
                (screen.fgcolor() != vt100::Color::Default || screen.inverse() || screen.bold(), "a colour is set"),
            ] {
                if wrong {
                    let _ = writeln!(damage, "{what}");
                }
            }
        });
        let raw = String::from_utf8_lossy(&self.lock().raw).into_owned();
        for (on, off, what) in [
            ("\x1b[?1004h", "\x1b[?1004l", "focus events"),
            ("\x1b[?1007h", "\x1b[?1007r", "the wheel as arrows"),
            ("\x1b[22;2t", "\x1b[23;2t", "the title"),
            ("\x1b[>1u", "\x1b[<1u", "keyboard flags"),
            ("\x1b[?2026h", "\x1b[?2026l", "a synchronized update"),
        ] {
            if raw.rfind(on) > raw.rfind(off) || raw.matches(on).count() > raw.matches(off).count() {
                let _ = writeln!(damage, "{what}: not given back");
            }
        }
        damage
    }

    #[track_caller]
    fn wait(&self, what: &str, matches: impl Fn(&State) -> bool) {
        let (state, timeout) = self
            .shared
            .changed
            .wait_timeout_while(self.lock(), PATIENCE, |state| !matches(state))
            .expect("nobody panicked");
        let screen = timeout.timed_out().then(|| state.parser.screen().contents());
        drop(state);
        if let Some(screen) = screen {
            panic!("timed out waiting for {what:?}; the screen is:\n{screen}");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("nobody panicked")
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        // SIGKILL, because a stopped program reacts to no other signal. Only our child, and only while it was not
        // waited for.
        if self.shared.state.lock().is_ok_and(|state| state.exit.is_none()) {
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has cells")
}
