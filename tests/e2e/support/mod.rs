//! Starting nodes, watching what they print, and waiting for conditions.

mod machine;
mod node;
mod ports;
mod process;
mod python;
mod setup;

#[cfg(target_os = "linux")]
mod netns;
#[cfg(target_os = "linux")]
pub(crate) mod proc;

#[cfg(target_os = "linux")]
pub(crate) mod rosters;

#[cfg(target_os = "linux")]
pub(crate) use netns::{Host, Lab};

pub(crate) use machine::{seconds, skip, until, until_passed};
pub(crate) use node::Node;
pub(crate) use ports::Ports;
pub(crate) use process::Process;
pub(crate) use python::Python;
pub(crate) use setup::{Place, Setup};
