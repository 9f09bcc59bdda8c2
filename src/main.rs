//! Arguments, wiring, exit code; nothing else.

#![forbid(unsafe_code)]

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use proximity_chat::cli::{
    config::{self, Args, Config, LogArgs, Tool},
    run::{self, Front, file_limit, log_file, subcommands},
};

/// Something failed while running.
const FAILURE: u8 = 1;

/// The command line or the configuration is wrong; clap exits with the same code.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    file_limit::survive();
    let args = Args::parse();
    let mut config = match config::load(&args) {
        Ok(config) => config,
        Err(error) => return fail(&error, USAGE),
    };
    match &args.tool {
        Some(Tool::Log(log)) => return print_log(&config, log),
        Some(Tool::Discover(discover)) => {
            return subcommands::discover(&config, discover)
                .map_or_else(|error| fail(&error, FAILURE), |()| ExitCode::SUCCESS);
        }
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
        None => {}
    }
    // Held to the end: dropping it writes what waits.
    let _log = log_file::start(config.verbose).map_err(|error| config.warnings.push(error.to_string()));
    match run::main(config, front(&args)) {
        Ok(code) => code.into(),
        Err(error) => fail(&error, FAILURE),
    }
}

fn print_log(config: &Config, args: &LogArgs) -> ExitCode {
    match subcommands::log(config, args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, if error.is_usage() { USAGE } else { FAILURE }),
    }
}

/// A pipe on either side is no place for a screen.
fn front(args: &Args) -> Front {
    if args.headless || args.json || !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        Front::Headless { json: args.json }
    } else {
        Front::Screen
    }
}

fn fail(error: &dyn Display, code: u8) -> ExitCode {
    tracing::error!("{error}");
    // If even this cannot be written, the exit code says it.
    let _ = writeln!(io::stderr(), "proximity-chat: {error}");
    code.into()
}
