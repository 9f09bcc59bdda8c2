//! The command line: settings, wiring, and the tools `log`, `discover`, `doctor` and `identity`.

pub mod config;
pub mod identity;
pub mod lan_tools;
pub mod log;
pub mod run;
