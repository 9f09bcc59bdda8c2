//! A virtual environment with grpcio, made once per target directory.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use super::skip;

/// The release that the transcripts were recorded with.
const GRPCIO: &str = "grpcio==1.85.1";

/// Names of the interpreter, the usual one first.
const INTERPRETERS: [&str; 2] = ["python3", "python"];

/// An interpreter that can `import grpc`.
#[derive(Clone)]
pub(crate) struct Python {
    program: PathBuf,
}

impl Python {
    /// The interpreter, or `None` after saying loudly that `test` is skipped.
    pub(crate) fn or_skip(test: &str) -> Option<Self> {
        static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        match MADE.get_or_init(make) {
            Ok(program) => Some(Self { program: program.clone() }),
            Err(why) => {
                skip(test, why);
                None
            }
        }
    }

    /// Runs a script of `tests/e2e`.
    pub(crate) fn command(&self, script: &str) -> Command {
        with_script(Command::new(&self.program), script)
    }

    /// Runs a script of `tests/e2e` in a network namespace.
    #[cfg(target_os = "linux")]
    pub(crate) fn command_in(&self, netns: &str, script: &str) -> Command {
        let mut ip = Command::new("ip");
        ip.args(["netns", "exec", netns]).arg(&self.program);
        with_script(ip, script)
    }
}

/// Adds a script of `tests/e2e`, and what grpcio needs to hear.
fn with_script(mut command: Command, script: &str) -> Command {
    command.arg("-u").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e").join(script));
    // Fork support prints warnings, and a proxy must not see loopback traffic.
    command.env("GRPC_ENABLE_FORK_SUPPORT", "0").env("no_proxy", "*").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Where files may stay between runs. Cargo names it to tests and benchmarks; examples need no Python.
const TEMPORARY: &str = match option_env!("CARGO_TARGET_TMPDIR") {
    Some(directory) => directory,
    None => "target/tmp",
};

/// Makes the environment, or finds it made. Test processes that run at the same time wait for each other.
fn make() -> Result<PathBuf, String> {
    let place = Path::new(TEMPORARY);
    let venv = place.join("grpcio");
    let program = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = venv.join("made-of");
    fs::create_dir_all(place).map_err(|e| format!("{} cannot be made: {e}", place.display()))?;
    let lock = File::create(place.join("grpcio.lock")).map_err(|e| format!("the lock file cannot be made: {e}"))?;
    lock.lock().map_err(|e| format!("the lock cannot be had: {e}"))?;
    if fs::read_to_string(&stamp).is_ok_and(|made| made == GRPCIO) && answers(&program) {
        return Ok(program);
    }
    let interpreter = INTERPRETERS
        .iter()
        .find(|name| answers(Path::new(name)))
        .ok_or_else(|| "there is no Python 3 on this machine".to_owned())?;
    run(Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(&venv))?;
    run(Command::new(&program).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", GRPCIO]))?;
    run(Command::new(&program).args(["-c", "import grpc.aio"]))?;
    fs::write(&stamp, GRPCIO).map_err(|e| format!("{} cannot be written: {e}", stamp.display()))?;
    Ok(program)
}

fn answers(interpreter: &Path) -> bool {
    Command::new(interpreter)
        .args(["-c", "import sys; sys.exit(sys.version_info < (3, 9))"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn run(command: &mut Command) -> Result<(), String> {
    let done = command.stdin(Stdio::null()).output().map_err(|e| format!("{command:?} cannot be run: {e}"))?;
    if done.status.success() {
        Ok(())
    } else {
        Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr).trim()))
    }
}
