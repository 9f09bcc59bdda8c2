//! A child process whose output is read directly, so that only its own time is measured.

use std::{
    io::{BufRead, BufReader, Read, Write},
    ops::RangeInclusive,
    process::{Child as Process, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::support::Setup;

/// No child lives longer. A reader of its output then sees the end instead of waiting for ever.
const LIFETIME: Duration = Duration::from_mins(3);

/// A running child, killed on drop or after [`LIFETIME`].
pub(crate) struct Child {
    pid: u32,
    process: Arc<Mutex<Process>>,
    stdin: Option<ChildStdin>,
    stdout: Option<BufReader<ChildStdout>>,
    line: String,
    _alive: SyncSender<()>,
    /// Removed after the process has ended.
    home: Option<Arc<TempDir>>,
}

impl Child {
    /// Starts a node on loopback.
    pub(crate) fn node(nick: &str, ports: RangeInclusive<u16>, json: bool) -> Self {
        Self::of(&Setup { json, ..Setup::new(nick, ports) })
    }

    /// Starts a node on loopback, of this program or of another one.
    pub(crate) fn of(setup: &Setup) -> Self {
        Self::at(&Arc::new(TempDir::new().unwrap()), setup)
    }

    /// Starts a node with an existing home directory.
    pub(crate) fn at(home: &Arc<TempDir>, setup: &Setup) -> Self {
        let mut child = Self::start(&mut setup.command(home));
        child.home = Some(Arc::clone(home));
        child
    }

    /// Starts `command` with its input and output piped.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = process.stdin.take();
        let stdout = BufReader::with_capacity(1 << 16, process.stdout.take().unwrap());
        let pid = process.id();
        let process = Arc::new(Mutex::new(process));
        let (alive, watched) = sync_channel(0);
        let overdue = Arc::clone(&process);
        thread::spawn(move || {
            if watched.recv_timeout(LIFETIME) == Err(RecvTimeoutError::Timeout) {
                let _ = overdue.lock().unwrap().kill();
            }
        });
        Self { pid, process, stdin, stdout: Some(stdout), line: String::new(), _alive: alive, home: None }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Writes one line.
    pub(crate) fn say(&mut self, line: &str) {
        // One write per line, as from a terminal or a pipe.
        self.write(format!("{line}\n").as_bytes());
    }

    /// Writes many lines.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().expect("an input that was not taken").write_all(bytes).unwrap();
    }

    /// Its input, for a thread that fills it while its output is read.
    pub(crate) fn take_input(&mut self) -> ChildStdin {
        self.stdin.take().expect("an input that was not taken")
    }

    /// Gives back what [`Self::take_input`] took.
    pub(crate) fn give_input(&mut self, stdin: ChildStdin) {
        self.stdin = Some(stdin);
    }

    /// Lets it leave, and waits until it has ended.
    pub(crate) fn end(&mut self) {
        self.say("/quit");
        self.process.lock().unwrap().wait().unwrap();
    }

    /// Reads up to the first line that contains `part`, and returns it.
    pub(crate) fn wait_line(&mut self, part: &str) -> &str {
        let stdout = self.stdout.as_mut().expect("output that is not discarded");
        loop {
            self.line.clear();
            let length = stdout.read_line(&mut self.line).unwrap();
            assert!(length > 0, "the output ended before a line with {part:?} came");
            if self.line.contains(part) {
                return &self.line;
            }
        }
    }

    /// Reads everything up to `end`, which must be the last thing in the output.
    pub(crate) fn read_to(&mut self, end: &str) -> Vec<u8> {
        /// Up to this many bytes of a JSON object may follow.
        const TAIL: usize = 1_024;
        let stdout = self.stdout.as_mut().expect("output that is not discarded");
        let mut read = stdout.buffer().to_vec();
        stdout.consume(read.len());
        let mut chunk = vec![0; 1 << 16];
        loop {
            let tail = &read[read.len().saturating_sub(TAIL)..];
            if tail.windows(end.len()).any(|window| window == end.as_bytes()) {
                return read;
            }
            let length = stdout.read(&mut chunk).unwrap();
            assert!(length > 0, "the output ended before {end:?} came");
            read.extend_from_slice(&chunk[..length]);
        }
    }

    /// Discards its output from now on. A node prints its own lines too, and a full pipe would stop it.
    pub(crate) fn discard_output(&mut self) {
        let mut stdout = self.stdout.take().unwrap();
        thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let mut process = self.process.lock().unwrap();
        // Both fail only if it has already ended.
        let _ = process.kill();
        let _ = process.wait();
    }
}
