//! The screen as people see it: the tests feed the state machine, draw the frame, and compare cells.
//!
//! `INSTA_UPDATE=always cargo test --test screens` rewrites the snapshots; look at each one before you commit it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod code;
mod dates;
mod delivery;
mod disk;
mod erase;
mod first_run;
mod floods;
mod history;
mod identities;
mod keys;
mod late;
mod long;
mod people;
mod place;
mod private_rooms;
mod random;
mod reasons;
mod rooms;
mod screen;
mod scrolling;
mod search;
mod states;
mod terminal;
mod trust;
mod typing;
