//! Which reference nodes may join.

use std::net::IpAddr;

/// From where nodes of the reference program, which nobody can authenticate and which read every lobby line in plain
/// text, may join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Guests {
    /// From this machine.
    #[default]
    Loopback,
    /// From anywhere.
    Network,
    /// Not at all.
    None,
}

impl Guests {
    /// Whether one at `ip` may join.
    pub const fn admits(self, ip: IpAddr) -> bool {
        match self {
            Self::Loopback => ip.to_canonical().is_loopback(),
            Self::Network => true,
            Self::None => false,
        }
    }
}
