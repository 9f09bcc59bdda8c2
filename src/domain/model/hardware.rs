//! Addresses of network cards.

use std::{fmt, str::FromStr};

/// Bits of the first byte: one marks the address of a group, the other an address that was made up locally (IEEE 802,
/// clause 8.2).
const GROUP: u8 = 0b01;
const LOCAL: u8 = 0b10;

/// Prefixes of addresses that many machines share: an address, and how many of its bits count. Routers that stand in
/// for each other use the first six (VRRP, RFC 9568, section 7.3, for IPv4 and IPv6; HSRP version 1 and 2, and for
/// IPv6; GLBP). Virtual machines use the others, and the makers' tools hand out the same addresses again and again:
/// `VMware`, `VirtualBox`, Hyper-V, Xen, Parallels.
const SHARED: [([u8; 6], u32); 14] = [
    ([0x00, 0x00, 0x5e, 0x00, 0x01, 0], 40),
    ([0x00, 0x00, 0x5e, 0x00, 0x02, 0], 40),
    ([0x00, 0x00, 0x0c, 0x07, 0xac, 0], 40),
    ([0x00, 0x00, 0x0c, 0x9f, 0xf0, 0], 36),
    ([0x00, 0x05, 0x73, 0xa0, 0x00, 0], 36),
    ([0x00, 0x07, 0xb4, 0, 0, 0], 24),
    ([0x00, 0x05, 0x69, 0, 0, 0], 24),
    ([0x00, 0x0c, 0x29, 0, 0, 0], 24),
    ([0x00, 0x1c, 0x14, 0, 0, 0], 24),
    ([0x00, 0x50, 0x56, 0, 0, 0], 24),
    ([0x08, 0x00, 0x27, 0, 0, 0], 24),
    ([0x00, 0x15, 0x5d, 0, 0, 0], 24),
    ([0x00, 0x16, 0x3e, 0, 0, 0], 24),
    ([0x00, 0x1c, 0x42, 0, 0, 0], 24),
];

/// The address of a network card: 48 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HardwareAddr([u8; 6]);

/// Not the address of a network card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hardware address has six bytes, such as 00:1b:21:3c:9d:f8")]
pub struct HardwareAddrError;

impl HardwareAddr {
    /// The address with these bytes.
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// Whether no other card in the world is expected to have it: its maker assigned it, and it is not one that many
    /// machines share.
    pub fn is_unique(&self) -> bool {
        let number = |bytes: &[u8; 6]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let is_shared = SHARED.iter().any(|(begin, bits)| (number(begin) ^ number(&self.0)) >> (48 - bits) == 0);
        self.0[0] & (GROUP | LOCAL) == 0 && self.0 != [0; 6] && !is_shared
    }
}

/// `00:1b:21:3c:9d:f8`.
impl fmt::Display for HardwareAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02x}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl FromStr for HardwareAddr {
    type Err = HardwareAddrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 6];
        let mut digits = text.split(':');
        for byte in &mut bytes {
            let is_byte = |digits: &&str| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let digits = digits.next().filter(is_byte).ok_or(HardwareAddrError)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| HardwareAddrError)?;
        }
        if digits.next().is_some() { Err(HardwareAddrError) } else { Ok(Self(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(text: &str) -> HardwareAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_read_as_it_is_written() {
        assert_eq!(addr("00:1b:21:3c:9d:f8").to_string(), "00:1b:21:3c:9d:f8");
        for bad in
            ["", "00:1b:21:3c:9d", "00:1b:21:3c:9d:f8:00", "0:1b:21:3c:9d:f8", "zz:1b:21:3c:9d:f8", "+1:1b:21:3c:9d:f8"]
        {
            assert!(bad.parse::<HardwareAddr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_an_address_of_a_real_card_is_unique() {
        assert!(addr("00:1b:21:3c:9d:f8").is_unique() && addr("f4:92:bf:00:00:01").is_unique());
        for shared in [
            "02:1b:21:3c:9d:f8", // a hotspot's
            "01:00:5e:00:00:01", // a group's
            "00:00:00:00:00:00",
            "00:00:5e:00:01:07", // VRRP
            "00:00:5e:00:02:07",
            "00:00:0c:07:ac:01", // HSRP
            "00:00:0c:9f:f1:23",
            "00:05:73:a0:00:01",
            "00:07:b4:00:01:02", // GLBP
            "00:0c:29:12:34:56", // VMware
            "08:00:27:12:34:56", // VirtualBox
            "52:54:00:12:34:56", // QEMU
            "00:15:5d:12:34:56", // Hyper-V
            "00:16:3e:12:34:56", // Xen
        ] {
            assert!(!addr(shared).is_unique(), "{shared}");
        }
        assert!(addr("00:00:0c:9f:e1:23").is_unique(), "beside HSRP's");
    }
}
