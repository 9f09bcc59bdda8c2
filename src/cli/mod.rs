//! The command line: settings, wiring, the tools `log`, `discover`, `doctor` and `identity`, and what is generated from
//! the definitions of the options: the man page and the completions.

pub mod config;
pub mod identity;
pub mod lan_tools;
pub mod log;
pub mod manual;
pub mod run;
