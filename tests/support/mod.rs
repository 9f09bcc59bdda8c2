//! What all tests, benchmarks and examples share: the program as a child process, with pipes or in a pseudo-terminal;
//! ports and networks that nobody else uses; and waiting for conditions.
//!
//! Nothing here touches the user's directories or, outside of the test's own network namespaces, the program's default
//! ports. Every child process ends with the value that stands for it.

#![allow(dead_code, unused_imports, reason = "every test binary uses its own part of it")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "that is how a test fails, also outside of a test function"
)]

mod backup;
mod machine;
mod node;
mod ports;
mod process;
mod program;
mod python;
pub(crate) mod schema;
mod setup;
mod wrong_clock;

#[cfg(target_os = "linux")]
mod netns;
#[cfg(target_os = "linux")]
pub(crate) mod proc;
#[cfg(target_os = "linux")]
pub(crate) mod rosters;
#[cfg(target_os = "linux")]
mod small_disk;
#[cfg(unix)]
mod term;

pub(crate) use backup::copy_home;
pub(crate) use machine::{PATIENCE, seconds, skip, until, until_passed};
#[cfg(target_os = "linux")]
pub(crate) use netns::{Host, Lab};
pub(crate) use node::Node;
pub(crate) use ports::Ports;
pub(crate) use process::Process;
pub(crate) use program::{arguments, program};
pub(crate) use python::Python;
pub(crate) use schema::Tool;
pub(crate) use setup::{DIRECTORIES, Place, Setup};
#[cfg(target_os = "linux")]
pub(crate) use small_disk::SmallDisk;
#[cfg(unix)]
pub(crate) use term::{Builder, Term};
pub(crate) use wrong_clock::Wrong;
