//! Linux's table of its own IPv6 addresses.

use std::{
    collections::BTreeSet,
    fs::File,
    io::Read,
    net::{IpAddr, Ipv6Addr},
};

/// How many bytes of it are read at most: more than 10,000 addresses.
const MAX_BYTES: u64 = 1024 * 1024;

/// Flag of an address for which it is not known yet whether somebody else on the link has it (`linux/if_addr.h`).
const TENTATIVE: u32 = 0x40;

/// The addresses that cannot be used yet.
pub(in crate::runtime::io) fn read() -> BTreeSet<IpAddr> {
    let mut bytes = Vec::new();
    // If the table cannot be read to its end, the lines before that still count.
    let _ = File::open("/proc/net/if_inet6").and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes));
    parse(&String::from_utf8_lossy(&bytes))
}

/// The tentative addresses of a table. Its lines have address, index, prefix length, scope, flags and interface.
fn parse(table: &str) -> BTreeSet<IpAddr> {
    let tentative = |line: &str| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [ip, _, _, _, flags, _] = *words.as_slice() else { return None };
        let flags = u32::from_str_radix(flags, 16).ok().filter(|flags| flags & TENTATIVE != 0);
        let ip = u128::from_str_radix(ip, 16).ok().filter(|_| ip.len() == 32 && flags.is_some());
        ip.map(|ip| Ipv6Addr::from(ip).into())
    };
    table.lines().filter_map(tentative).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Linux 6.1 shows it.
    const TABLE: &str = "\
fd000000000000000000000000000002 04 40 00 82     wlan0
fe8000000000000000fc00fffe000001 04 40 20 c0     wlan0
00000000000000000000000000000001 01 80 10 80       lo
";

    #[test]
    fn only_tentative_addresses_are_returned() {
        assert_eq!(parse(TABLE), BTreeSet::from(["fe80::fc:ff:fe00:1".parse().unwrap()]));
        for bad in ["", "fd00 04 40 00 c0 wlan0", "fd000000000000000000000000000002 04 40 00 zz wlan0", "fd00"] {
            assert_eq!(parse(bad), BTreeSet::new(), "{bad}");
        }
    }
}
