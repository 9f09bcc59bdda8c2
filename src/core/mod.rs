//! The state machines: events and the time go in, effects come out. No IO, no tokio, no reading of clocks.

pub mod budgets;
pub mod clock;
pub mod diagnosis;
pub mod discovery;
pub mod log;
pub mod mutant;
pub mod networks;
pub mod node;
mod secrets;
pub mod sync;
