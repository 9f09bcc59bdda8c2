//! The front end for pipes: lines in, lines out. The contract is in DESIGN.md, section 2, and in the README.
