//! The real terminal around the pure screen: its modes, its keyboard, its signals.
//!
//! [`Guard`] switches the terminal over and gives it back on every way out; [`keyboard`] and [`signals`] are where keys
//! and signals come from; [`Translator`] turns terminal events into [`crate::frontend::tui::app::Input`]. Everything
//! that decides something is pure and takes the time as an argument; what touches the terminal decides nothing.

mod capabilities;
mod clipboard;
mod frame;
mod guard;
mod host;
#[cfg(unix)]
mod ignored_signals;
mod keyboard;
mod keys;
mod panic;
mod sequences;
mod signals;
mod suspend;

pub use capabilities::Capabilities;
pub use frame::FrameWriter;
pub use guard::Guard;
pub use host::Host;
pub use keyboard::{Stamped, keyboard};
pub use keys::Translator;
pub use signals::{Signal, signals};
