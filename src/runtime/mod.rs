//! The shells around the state machines: sockets, tasks, threads, files and the database.

pub mod actor;
pub mod discovery;
pub mod disk;
pub mod io;
pub mod net;
pub mod profile;
pub mod store;
