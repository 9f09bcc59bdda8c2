//! The terminal: the guard that gives it back whole, and the translation of its events.
