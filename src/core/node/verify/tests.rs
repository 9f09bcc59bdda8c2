//! Rules of this machine alone.
