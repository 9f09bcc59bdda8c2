//! Disks and the user's directories on them: where these are, and what is wrong with them.

mod home;
mod size_limit;
pub mod trouble;

pub use home::{HomeError, IgnoredVariable, check_owner, directories, ignored_variable};
pub use size_limit::file_size_limit;
