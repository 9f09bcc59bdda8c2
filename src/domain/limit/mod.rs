//! How much of something others may cost us: so many at once, and so many per second in the long run.

mod allowance;
mod by;

pub use allowance::TokenBucket;
pub use by::KeyedTokenBucket;
