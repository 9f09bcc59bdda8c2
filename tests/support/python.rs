//! Virtual environments, made once per target directory.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use super::skip;

/// A virtual environment: what is installed into it, and what it needs from the system.
struct Environment {
    name: &'static str,
    /// The environment is made again when this changes.
    made_of: &'static str,
    /// The arguments for `pip install`.
    install: &'static [&'static str],
    /// A shared library of the system that the scripts load.
    library: Option<&'static str>,
    /// A statement that works once the environment is made.
    import: &'static str,
    made: OnceLock<Result<PathBuf, String>>,
}

/// The release that the transcripts were recorded with.
const GRPCIO: &str = "grpcio==1.85.1";

/// For the reference protocol.
static REFERENCE: Environment = Environment {
    name: "grpcio",
    made_of: GRPCIO,
    install: &[GRPCIO],
    library: None,
    import: "import grpc.aio",
    made: OnceLock::new(),
};

/// For the independent client of the mesh protocol.
static INTEROP: Environment = Environment {
    name: "interop",
    made_of: include_str!("../e2e/interop/requirements.txt"),
    install: &["-r", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/interop/requirements.txt")],
    // GnuTLS. Windows and macOS have it under other names, if at all.
    library: Some("libgnutls.so.30"),
    import: "import cryptography, h2",
    made: OnceLock::new(),
};

/// Names of the interpreter, the usual one first.
const INTERPRETERS: [&str; 2] = ["python3", "python"];

/// An interpreter in a virtual environment.
#[derive(Clone)]
pub(crate) struct Python {
    program: PathBuf,
}

impl Python {
    /// An interpreter that can `import grpc`, or `None` after reporting loudly that `test` is skipped.
    pub(crate) fn or_skip(test: &str) -> Option<Self> {
        Self::with(&REFERENCE, test)
    }

    /// An interpreter that can run `interop/client.py`, or `None` in the same way.
    pub(crate) fn for_interop_or_skip(test: &str) -> Option<Self> {
        Self::with(&INTEROP, test)
    }

    fn with(environment: &'static Environment, test: &str) -> Option<Self> {
        match environment.made.get_or_init(|| environment.make()) {
            Ok(program) => Some(Self { program: program.clone() }),
            Err(why) => {
                skip(test, why);
                None
            }
        }
    }

    /// A command that runs a script of `tests/e2e`.
    pub(crate) fn command(&self, script: &str) -> Command {
        with_script(Command::new(&self.program), script)
    }

    /// A command that runs a script of `tests/e2e` in a network namespace.
    #[cfg(target_os = "linux")]
    pub(crate) fn command_in(&self, netns: &str, script: &str) -> Command {
        let mut ip = Command::new("ip");
        ip.args(["netns", "exec", netns]).arg(&self.program);
        with_script(ip, script)
    }
}

/// Adds a script of `tests/e2e`, and the variables that grpcio needs. Bytecode must not be left among the sources.
fn with_script(mut command: Command, script: &str) -> Command {
    command.arg("-u").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e").join(script));
    // Fork support prints warnings, and a proxy must not see loopback traffic.
    command.env("GRPC_ENABLE_FORK_SUPPORT", "0").env("no_proxy", "*").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Where files may stay between runs. Cargo sets the variable for tests and benchmarks; examples need no Python.
const TEMPORARY: &str = match option_env!("CARGO_TARGET_TMPDIR") {
    Some(directory) => directory,
    None => "target/tmp",
};

impl Environment {
    /// Makes the environment unless it is already there. Test processes that run at the same time wait for each other.
    fn make(&self) -> Result<PathBuf, String> {
        let place = Path::new(TEMPORARY);
        let venv = place.join(self.name);
        let program = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let stamp = venv.join("made-of");
        let interpreter = INTERPRETERS
            .iter()
            .find(|name| answers(Path::new(name)))
            .ok_or_else(|| "there is no Python 3 on this machine".to_owned())?;
        if let Some(library) = self.library {
            run(Command::new(interpreter).args(["-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", library]))?;
        }
        fs::create_dir_all(place).map_err(|e| format!("{} cannot be made: {e}", place.display()))?;
        let lock = File::create(place.join(format!("{}.lock", self.name)));
        let lock = lock.map_err(|e| format!("the lock file cannot be made: {e}"))?;
        lock.lock().map_err(|e| format!("the lock cannot be had: {e}"))?;
        if fs::read_to_string(&stamp).is_ok_and(|made| made == self.made_of) && answers(&program) {
            return Ok(program);
        }
        run(Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(&venv))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(&program).args(pip).args(self.install))?;
        run(Command::new(&program).args(["-c", self.import]))?;
        fs::write(&stamp, self.made_of).map_err(|e| format!("{} cannot be written: {e}", stamp.display()))?;
        Ok(program)
    }
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
