//! Where the node is, and what is wrong there, as the screen says it.
