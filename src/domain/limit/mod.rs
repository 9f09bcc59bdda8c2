//! Limits on what others may cost us: so many at once, and so many per second in the long run.

mod fair_level;
mod keyed_token_bucket;
mod token_bucket;

pub use fair_level::fair_level;
pub use keyed_token_bucket::KeyedTokenBucket;
pub use token_bucket::TokenBucket;
