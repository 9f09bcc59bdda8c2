//! Arguments, wiring, exit code; nothing else.

#![forbid(unsafe_code)]

use std::{
    fmt::Display,
    io::{self, IsTerminal},
    process::ExitCode,
};

use clap::Parser;
use proximity_chat::{
    cli::{
        config::{self, Args, Config, LogArgs, Tool},
        manual,
        run::{self, Front, file_limit, log_file, stderr, subcommands},
    },
    frontend::headless::Form,
};

/// Something failed while running.
const FAILURE: u8 = 1;

/// The command line or the configuration is wrong; clap exits with the same code.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    file_limit::survive();
    let args = Args::parse();
    // These need no settings, so a mistake in the settings must not stop them.
    match &args.tool {
        Some(Tool::Man) => return ended(manual::print_man_page(io::stdout().lock())),
        Some(Tool::Completions(args)) => {
            return ended(manual::print_completions(args.shell, io::stdout().lock()));
        }
        _ => {}
    }
    let mut config = match config::load(&args) {
        Ok(config) => config,
        Err(error) => return fail(&error, USAGE),
    };
    match &args.tool {
        Some(Tool::Log(log)) => return print_log(&config, log),
        Some(Tool::Discover(discover)) => return ended(subcommands::discover(&config, discover)),
        Some(Tool::Doctor(doctor)) => {
            let fault = subcommands::doctor(&config, doctor).map(|fault| if fault { FAILURE } else { 0 });
            return fault.map_or_else(|error| fail(&error, FAILURE), ExitCode::from);
        }
        Some(Tool::Identity(identity)) => {
            return subcommands::identity(&config, identity).map_or_else(
                |error| fail(&error, if error.is_usage() { USAGE } else { FAILURE }),
                |()| ExitCode::SUCCESS,
            );
        }
        Some(Tool::Man | Tool::Completions(_)) | None => {}
    }
    // Held to the end: dropping it writes the lines that wait.
    let _log = log_file::start(config.verbose).map_err(|error| config.warnings.push(error.to_string()));
    match run::main(config, front(&args)) {
        Ok(code) => code.into(),
        Err(error) => fail(&error, FAILURE),
    }
}

fn ended<E: Display>(result: Result<(), E>) -> ExitCode {
    result.map_or_else(|error| fail(&error, FAILURE), |()| ExitCode::SUCCESS)
}

fn print_log(config: &Config, args: &LogArgs) -> ExitCode {
    match subcommands::log(config, args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, if error.is_usage() { USAGE } else { FAILURE }),
    }
}

/// The screen needs a terminal on both sides.
fn front(args: &Args) -> Front {
    if args.headless
        || args.json
        || args.commands
        || args.stay
        || !io::stdin().is_terminal()
        || !io::stdout().is_terminal()
    {
        Front::Headless(Form { json: args.json, commands: args.commands, stay: args.stay })
    } else {
        Front::Screen
    }
}

fn fail(error: &impl Display, code: u8) -> ExitCode {
    tracing::error!("{error}");
    // If even this cannot be written, the exit code still says it.
    stderr::say(error);
    code.into()
}
