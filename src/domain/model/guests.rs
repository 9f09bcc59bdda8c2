//! Which reference nodes may join.

use std::net::IpAddr;

/// Where nodes of the reference program may join from. Nobody can authenticate them, and they read every lobby line in
/// plain text.
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
    /// Whether a guest at `ip` may join.
    pub const fn admits(self, ip: IpAddr) -> bool {
        match self {
            Self::Loopback => ip.to_canonical().is_loopback(),
            Self::Network => true,
            Self::None => false,
        }
    }
}
