//! The command line: settings, wiring, the tools `log`, `discover`, `doctor` and `identity`, and the man page and
//! completions, which are generated from the definitions of the options.

pub mod config;
pub mod identity;
pub mod lan_tools;
pub mod log;
pub mod manual;
pub mod run;
