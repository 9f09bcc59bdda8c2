//! Which network this is, as far as the lobby is concerned.

use std::fmt;

/// The longest name, in bytes: a hardware address and a prefix take less than half of it.
const MAX_BYTES: usize = 100;

/// Names the network that lobby messages belong to: what was said at the office is not shown in a café. Only this
/// machine ever sees the name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(Box<str>);

/// The error for text that is not a network name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a network name has 1 to {MAX_BYTES} printable ASCII characters")]
pub struct NetworkError;

/// Why the present network is not the one that the user named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTheSame {
    /// It is certain which network this is, or there is none.
    Certain,
    /// This one cannot be a network of that name.
    Unknown,
}

impl Network {
    /// A network by its name: 1 to 100 printable characters of ASCII.
    ///
    /// # Errors
    /// [`NetworkError`] for anything else.
    pub fn new(name: &str) -> Result<Self, NetworkError> {
        let valid = !name.is_empty() && name.len() <= MAX_BYTES && name.bytes().all(|b| (b' '..=b'~').contains(&b));
        if valid { Ok(Self(name.into())) } else { Err(NetworkError) }
    }

    /// This machine alone.
    pub fn loopback() -> Self {
        Self("loopback".into())
    }

    /// No network yet: lines that were said before there was one wait here.
    pub fn awaited() -> Self {
        Self("no network".into())
    }

    /// No network at all: rooms that belong to their members, wherever these are. No network has a name that begins like
    /// this.
    pub fn of_members() -> Self {
        Self("~members".into())
    }

    /// Whether nobody else can be on this network: it is this machine alone, or no network yet. What is said there
    /// reaches no one else.
    pub fn is_local(&self) -> bool {
        *self == Self::loopback() || *self == Self::awaited()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!(Network::new("loopback"), Ok(Network::loopback()));
        for bad in ["", "a\nb", "Büro", &"x".repeat(101)] {
            assert_eq!(Network::new(bad), Err(NetworkError), "{bad}");
        }
    }
}
