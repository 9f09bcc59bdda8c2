//! Every sentence that a user reads, in the language of the program.
//!
//! A language is a folder with the same modules and functions as `en`. They take typed values and give text. The rest
//! of the program passes values around and contains no sentences: see docs/decisions.md for the few exceptions.

mod en;

pub(crate) use en::{
    alarm, answers, clock_off, commands, config, config_file, discover, disk, draft, elsewhere, findings, guide, help,
    identity, listening, log, messages, network, people, pipe, pipe_answers, presence, private_rooms, program, screen,
    search, settings, slash_errors, status, tabs, times, topics, trust, typing, usage, verification, whois, withheld,
};
pub use en::{failures::failure, notices::notice};
