//! A child process that prints one JSON object per line.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    PATIENCE,
    schema::{self, Tool},
    until,
};

/// If checking the events takes longer than this, it does not happen after every line.
const CHEAP: Duration = Duration::from_millis(1);

/// A child process with its input, and everything that it has printed so far. Dropping it kills the child.
pub(crate) struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    output: Arc<Output>,
    /// The tool whose contract its events must match; `None` for another program.
    tool: Option<Tool>,
}

#[derive(Default)]
struct Output {
    seen: Mutex<Seen>,
    grew: Condvar,
}

#[derive(Default)]
struct Seen {
    events: Vec<Value>,
    /// When each event came.
    at: Vec<Instant>,
    /// Lines that were not JSON, and standard error.
    other: Vec<String>,
    /// The first event that does not match the contract, and why.
    wrong: Option<String>,
    ended: bool,
    /// Whether standard error has ended too.
    complained: bool,
}

impl Process {
    /// Starts `command`, which is the chat, with all three standard streams piped. Its events must match the contract.
    pub(crate) fn start(name: &str, command: &mut Command) -> Self {
        schema::prepare();
        Self::spawn(name, command, Some(Tool::Chat))
    }

    /// Starts another program, which may print any JSON.
    pub(crate) fn start_other(name: &str, command: &mut Command) -> Self {
        Self::spawn(name, command, None)
    }

    fn spawn(name: &str, command: &mut Command, tool: Option<Tool>) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{name} cannot be started: {e}\n{command:?}"));
        let output = Arc::new(Output::default());
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (to_events, to_other) = (Arc::clone(&output), Arc::clone(&output));
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                match serde_json::from_str(&line) {
                    Ok(event) => {
                        let checked = tool.map_or(Ok(()), |tool| schema::check(tool, &event));
                        to_events.add(Ok(event), checked);
                    }
                    Err(_) => to_events.add(Err(format!("stdout: {line}")), Ok(())),
                }
            }
            to_events.seen.lock().unwrap().ended = true;
            to_events.grew.notify_all();
        });
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                to_other.add(Err(format!("stderr: {line}")), Ok(()));
            }
            to_other.seen.lock().unwrap().complained = true;
        });
        Self { name: name.to_owned(), stdin: child.stdin.take(), child, output, tool }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes one line to its standard input.
    pub(crate) fn say(&mut self, line: &str) {
        self.write(format!("{line}\n").as_bytes());
    }

    /// Writes bytes to its standard input.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("standard input is still open");
        stdin.write_all(bytes).and_then(|()| stdin.flush()).unwrap_or_else(|e| {
            panic!("{} does not read its input: {e}\n{}", self.name, self.output.tail());
        });
    }

    /// Its standard input, for a thread that fills it. After that, [`Self::say`] no longer works.
    pub(crate) fn take_input(&mut self) -> ChildStdin {
        self.stdin.take().expect("standard input is still open")
    }

    /// Waits until all output of a killed process was read.
    pub(crate) fn wait_output(&self) {
        until(&format!("the last output of {}", self.name), Duration::from_secs(30), || {
            self.output.seen.lock().unwrap().ended.then_some(())
        });
    }

    /// Closes its standard input.
    pub(crate) fn end_input(&mut self) {
        self.stdin = None;
    }

    /// The first answer of `find` to what was printed so far or is printed within `deadline`, and how long that took
    /// from now.
    ///
    /// # Panics
    /// If there is no answer. The message has the end of the output.
    pub(crate) fn wait<T>(
        &self,
        what: &str,
        deadline: Duration,
        mut find: impl FnMut(&[Value]) -> Option<T>,
    ) -> (T, Duration) {
        let begun = Instant::now();
        let mut seen = self.output.seen.lock().unwrap();
        loop {
            if let Some(wrong) = seen.wrong.take() {
                drop(seen);
                panic!("{}: {wrong}", self.name);
            }
            let looking = Instant::now();
            if let Some(answer) = find(&seen.events) {
                return (answer, begun.elapsed());
            }
            let cost = looking.elapsed();
            let left = deadline.saturating_sub(begun.elapsed());
            if left.is_zero() || seen.ended {
                let ended = if seen.ended { " (it ended)" } else { "" };
                drop(seen);
                panic!("{}{ended}: {what}: not within {deadline:?}\n{}", self.name, self.output.tail());
            }
            if cost < CHEAP {
                seen = self.output.grew.wait_timeout(seen, left).unwrap().0;
            } else {
                // During a burst, checking all events after each line would be most of the work.
                drop(seen);
                thread::park_timeout(cost * 4);
                seen = self.output.seen.lock().unwrap();
            }
        }
    }

    /// Checks for the whole of `time` that `find` has no answer.
    pub(crate) fn never<T: std::fmt::Debug>(
        &self,
        what: &str,
        time: Duration,
        mut find: impl FnMut(&[Value]) -> Option<T>,
    ) {
        let begun = Instant::now();
        let mut seen = self.output.seen.lock().unwrap();
        loop {
            if let Some(answer) = find(&seen.events) {
                drop(seen);
                panic!("{}: {what} after {:?}: {answer:?}\n{}", self.name, begun.elapsed(), self.output.tail());
            }
            assert!(!seen.ended, "{} ended while nothing should happen: {what}", self.name);
            // Checked once more when the time is over, so that the last events count too.
            let left = time.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return;
            }
            seen = self.output.grew.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Everything that `find` returns for the events printed so far.
    pub(crate) fn all<T>(&self, find: impl Fn(&Value) -> Option<T>) -> Vec<T> {
        self.output.seen.lock().unwrap().events.iter().filter_map(find).collect()
    }

    /// When the first event came that `find` accepts; `None` if there is none yet.
    pub(crate) fn first_at(&self, find: impl Fn(&Value) -> bool) -> Option<Instant> {
        let seen = self.output.seen.lock().unwrap();
        seen.events.iter().position(find).map(|at| seen.at[at])
    }

    /// How many events were printed so far, as a position to continue from.
    pub(crate) fn mark(&self) -> usize {
        self.output.seen.lock().unwrap().events.len()
    }

    /// What it printed besides events.
    pub(crate) fn other(&self) -> Vec<String> {
        self.output.seen.lock().unwrap().other.clone()
    }

    /// Waits until the process has ended and all its output was read.
    pub(crate) fn wait_exit(&mut self, deadline: Duration) -> ExitStatus {
        let what = format!("the end of {}", self.name);
        let (status, _) = until(&what, deadline, || self.child.try_wait().unwrap());
        until(&what, deadline, || {
            let seen = self.output.seen.lock().unwrap();
            (seen.ended && seen.complained).then_some(())
        });
        status
    }

    /// Whether it is still running.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it without warning.
    pub(crate) fn kill(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends a signal to this process and no other.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        // Events that no test waited for must match the contract too.
        if self.tool.is_some()
            && !thread::panicking()
            && let Some(wrong) = self.output.all_wrong()
        {
            panic!("{}: {wrong}", self.name);
        }
    }
}

impl Output {
    fn add(&self, line: Result<Value, String>, checked: Result<(), String>) {
        let mut seen = self.seen.lock().unwrap();
        seen.wrong = seen.wrong.take().or(checked.err());
        match line {
            Ok(event) => {
                seen.events.push(event);
                seen.at.push(Instant::now());
            }
            Err(other) => seen.other.push(other),
        }
        drop(seen);
        self.grew.notify_all();
    }

    /// What was wrong with any output of a process that was killed.
    fn all_wrong(&self) -> Option<String> {
        let seen = self.seen.lock().unwrap();
        let (mut seen, _) = self.grew.wait_timeout_while(seen, PATIENCE, |seen| !seen.ended).unwrap();
        seen.wrong.take()
    }

    /// The end of the output, for the report of a failed test.
    fn tail(&self) -> String {
        const LINES: usize = 60;
        let seen = self.seen.lock().unwrap();
        let short = |line: String| line.chars().take(300).collect::<String>();
        let mut lines: Vec<_> = seen.events.iter().rev().take(LINES).map(|e| short(e.to_string())).collect();
        lines.reverse();
        lines.extend(seen.other.iter().rev().take(LINES).rev().cloned().map(short));
        format!("the last of {} events, and other output:\n  {}", seen.events.len(), lines.join("\n  "))
    }
}
