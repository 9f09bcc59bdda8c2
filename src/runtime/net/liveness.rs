//! How long a link is kept when the other side no longer answers.
//!
//! Both ends of a link between nodes ping the connection by HTTP/2. Reference nodes must not be pinged often. For them,
//! the kernel's keepalive finds out whether the machine is there ([`crate::runtime::io`]), and [`super::guest_check`]
//! whether the program is.

use std::time::Duration;

/// A live peer answers pings, so something is read from it at least this often.
pub(super) const HEARD_EVERY: Duration = Duration::from_secs(8);

/// How often a connection is pinged, and how long the answer may take: together 10 s, so that a frozen peer is noticed
/// within 11 s.
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(5);
pub(super) const PING_TIMEOUT: Duration = Duration::from_secs(5);
