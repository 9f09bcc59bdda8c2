//! The full screen: its state machine, how it is drawn, the terminal around it, and the loop that connects them.

pub mod app;
pub mod event_loop;
pub mod terminal;
pub mod view;
