//! Why no one shows up: what was found, and what to do about it.

mod todo;
mod what;

pub(crate) use todo::todo;
pub(crate) use what::what;

#[cfg(test)]
mod tests;
