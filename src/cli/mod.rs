//! The command line: settings, wiring, and the tools `log`, `discover` and `doctor`.

pub mod config;
pub mod lan_tools;
pub mod log;
pub mod run;
