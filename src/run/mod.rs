//! Wires front end, actor and discovery together and runs them.

pub mod screen;
