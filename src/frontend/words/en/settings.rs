//! What a setting may be, to follow "must be", and what was given instead.

pub(crate) const IP: &str = "an IP address of this machine, such as 127.0.0.1 or 192.168.1.20";
pub(crate) const CIDRS: &str = "a network such as 192.168.1.0/24, or a list of them";
pub(crate) const CIDR: &str = "a network such as 192.168.1.0/24";
pub(crate) const PORT: &str = "a whole number from 1 to 65535";
pub(crate) const NAME: &str = "a name";
pub(crate) const PEERS: &str = "a list of addresses such as 192.168.1.23 or 192.168.1.23:4565";
pub(crate) const PEER: &str = "an address such as 192.168.1.23 or 192.168.1.23:4565";
pub(crate) const SWEEP_RATE: &str = "a whole number from 1 to 300 (probes per second; 4 is gentle)";
pub(crate) const SWITCH: &str = "true or false";
pub(crate) const INTERFACES: &str = "a list of network interfaces of this machine, such as eth0";
pub(crate) const INTERFACE: &str = "the name of a network interface of this machine, such as eth0";
pub(crate) const NETWORK: &str = "a name of 1 to 100 printable ASCII characters";
pub(crate) const ROOM: &str = "the name of a room, such as dev: 1 to 32 letters, digits, - or _, and unlike lobby";
pub(crate) const GUESTS: &str = "\"loopback\", \"network\" or \"none\"";
pub(crate) const PROFILE: &str =
    "1 to 32 letters, digits, - or _, beginning with a letter or digit, and not a name Windows reserves, such as con";
pub(crate) const DATA_DIR: &str = "the path of a directory (a leading ~ is not expanded)";
pub(crate) const HISTORY_DAYS: &str = "a whole number of days from 0 to 36500 (0 keeps everything)";
pub(crate) const HISTORY_LINES: &str = "a whole number of lines from 0 to 1000000000 (0 keeps everything)";
pub(crate) const THEME: &str = "\"auto\", \"dark\", \"light\" or \"none\"";

/// What is given where one value should be.
pub(crate) const A_LIST: &str = "a list";

/// What is given where a value should be.
pub(crate) const AN_OBJECT: &str = "an object";

/// The origin of a value that nobody set.
pub(crate) const THE_DEFAULT: &str = "the default";
