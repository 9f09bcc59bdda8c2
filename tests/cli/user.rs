//! A user of the program, and the result of a run.

use std::{
    fs, io::BufRead, io::BufReader, io::Write, path::PathBuf, process::Child, process::Command, process::Output,
    process::Stdio, sync::mpsc, thread,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{PATIENCE, Ports, Tool, arguments, program, schema};

/// The exit code if something was said and nobody was there.
pub(super) const ALONE: Option<i32> = Some(4);

/// A user with an empty home directory, for whom the program runs.
pub(super) struct User {
    pub(super) home: TempDir,
    pub(super) ports: Ports,
}

impl User {
    pub(super) fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a directory"), ports: Ports::reserve(2) }
    }

    /// A file below the home directory.
    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.home.path().join(path);
        fs::create_dir_all(path.parent().expect("a file in a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end, with `input` as its standard input.
    pub(super) fn run(&self, args: &[&str], input: &str) -> Finished {
        finish(self.command(args), input)
    }

    /// Runs a node on this test's ports. Each line of its input is a message.
    pub(super) fn pipe(&self, args: &[&str], input: &str) -> Finished {
        let mut command = self.command(args);
        command.args(arguments("alice", &self.ports));
        finish(command, input)
    }

    /// The same. Lines that begin with a slash are commands.
    pub(super) fn node(&self, args: &[&str], input: &str) -> Finished {
        let mut command = self.command(args);
        command.arg("--commands").args(arguments("alice", &self.ports));
        finish(command, input)
    }

    /// Runs a node with the profile's own identity.
    pub(super) fn someone(&self, args: &[&str], input: &str) -> Finished {
        let mut command = self.command(&["--json", "--commands"]);
        command.args(self.range()).args(args);
        finish(command, input)
    }

    /// The options that limit a node to this test's ports.
    pub(super) fn range(&self) -> [String; 2] {
        [format!("--min-port={}", self.ports.first()), format!("--max-port={}", self.ports.last())]
    }

    /// Starts a node that keeps running, and waits until it listens.
    pub(super) fn start(&self) -> (Running, BufReader<std::process::ChildStdout>) {
        let (child, output, events) = self.start_with(&arguments("alice", &self.ports));
        assert_eq!(events.len(), 1, "nothing comes before it: {events:?}");
        (child, output)
    }

    /// The same with these options. Also returns the events up to `listening`.
    pub(super) fn start_with(&self, args: &[String]) -> (Running, BufReader<std::process::ChildStdout>, Vec<Value>) {
        let mut command = self.command(&["--json", "--commands", "--stay"]);
        let mut child = Running(command.args(args).spawn().expect("the program starts"));
        let mut output = BufReader::new(child.0.stdout.take().expect("a pipe"));
        let mut events = Vec::new();
        while events.last().is_none_or(|event: &Value| event["event"] != "listening") {
            let mut line = String::new();
            output.read_line(&mut line).expect("a line");
            events.push(schema::event(Tool::Chat, &line));
        }
        (child, output, events)
    }

    /// A file of the profile that is used without options.
    pub(super) fn profile(&self, file: &str) -> PathBuf {
        self.home.path().join(".local/share/proximity-chat/default").join(file)
    }
}

/// A program that ends with the test.
pub(super) struct Running(pub(super) Child);

impl Running {
    /// Its exit code; `None` if a signal ended it.
    pub(super) fn end(mut self) -> Option<i32> {
        // The input stays open: the program must end by itself.
        let _stdin = self.0.stdin.take();
        let end = std::time::Instant::now() + PATIENCE;
        while std::time::Instant::now() < end {
            if let Some(status) = self.0.try_wait().expect("our child") {
                return status.code();
            }
            thread::park_timeout(std::time::Duration::from_millis(5));
        }
        panic!("the program does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[derive(Debug)]
pub(super) struct Finished {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Finished {
    pub(super) fn events(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }

    pub(super) fn event(&self, matches: impl Fn(&Value) -> bool) -> Value {
        self.events().into_iter().find(matches).unwrap_or_else(|| panic!("not in {}", self.out))
    }
}

/// The output of a node, line by line.
pub(super) struct Said(mpsc::Receiver<String>);

impl Said {
    /// The next event; none if the node ended or nothing came within [`PATIENCE`].
    pub(super) fn next(&self) -> Option<Value> {
        let line = self.0.recv_timeout(PATIENCE).ok()?;
        Some(schema::event(Tool::Chat, &line))
    }
}

impl Drop for Said {
    fn drop(&mut self) {
        // Events that no test waited for must match the schema too. The last line may be cut off.
        if !thread::panicking() {
            let events = self.0.try_iter().filter_map(|line| serde_json::from_str(&line).ok());
            events.for_each(|event| schema::check(Tool::Chat, &event).unwrap_or_else(|wrong| panic!("{wrong}")));
        }
    }
}

/// Reads the output of a node in a thread.
pub(super) fn lines(output: impl BufRead + Send + 'static) -> Said {
    let (say, said) = mpsc::sync_channel(1_024);
    thread::spawn(move || {
        // Sending fails once nobody waits for lines any more.
        output.lines().map_while(Result::ok).all(|line| say.send(line).is_ok())
    });
    Said(said)
}

/// The key of the node that ran, from its `listening` event.
pub(super) fn node(finished: &Finished) -> String {
    let listening = finished.event(|event| event["event"] == "listening");
    let key = listening.get("node").and_then(|node| node.as_str()).unwrap_or_default().to_owned();
    assert_eq!(key.len(), 64, "{listening}");
    key
}

pub(super) fn finish(mut command: Command, input: &str) -> Finished {
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let (id, input) = (child.id(), input.to_owned());
    thread::spawn(move || {
        // The program may have ended before it read everything.
        let _ = stdin.write_all(input.as_bytes());
    });
    let (done, finished) = mpsc::sync_channel(1);
    thread::spawn(move || done.send(child.wait_with_output()));
    let Ok(output) = finished.recv_timeout(PATIENCE) else { panic!("process {id} does not end: {command:?}") };
    let Output { status, stdout, stderr } = output.expect("our child");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let finished = Finished { code: status.code(), out: text(stdout), err: text(stderr) };
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    if let Some(tool) = Tool::of(&arguments) {
        finished.out.lines().for_each(|line| drop(schema::event(tool, line)));
    }
    finished
}
