//! Messages beside the output.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use crate::frontend::words::program;

/// Writes a sentence to the standard error. If that fails, there is nobody to tell.
pub fn say(text: &impl Display) {
    let _ = writeln!(io::stderr(), "{}", program::signed(text));
}
