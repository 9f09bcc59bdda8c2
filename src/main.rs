//! Arguments, wiring, exit code; nothing else.

#![forbid(unsafe_code)]

fn main() {}
