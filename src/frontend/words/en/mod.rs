//! English.

mod connect_failures;
pub(crate) mod disk;
pub(crate) mod failures;
mod history_notices;
mod link_notices;
mod lists;
pub(crate) mod notices;
mod trust_notices;
