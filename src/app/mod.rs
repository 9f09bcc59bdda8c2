//! The screen's state machine: pure. Inputs and a clock in, effects out; drawn by [`crate::ui`].
