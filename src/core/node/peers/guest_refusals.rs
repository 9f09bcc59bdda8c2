//! Reference nodes that do not let us in.
//!
//! A reference node keeps its links in a map. The map's key is the address that a dialler names, exactly as it is
//! spelled, and a dial whose address is already in the map is ended. That is right while the other link lives. But that
//! link may be a hanging one from an earlier run, or belong to another program that named our address first, and we
//! would be kept out for as long as it lasts. So after some refusals we spell our address in another way, which makes a
//! new entry in the map. If that does not help either, the user is told.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

/// Refusals after which our address is spelled in another way. Two dials at once cause only one or two.
const RESPELL_AFTER: u32 = 3;

/// Refusals after which the user is told, once.
const TELL_AFTER: u32 = 6;

/// How many addresses are remembered: several times the number of guests that can be linked.
const MOST: usize = 256;

/// How often each reference node has refused us since it let us in last.
#[derive(Debug, Default)]
pub(super) struct GuestRefusals {
    counts: BTreeMap<SocketAddr, u32>,
}

impl GuestRefusals {
    /// The guest at `addr` ended our dial without a word. Returns whether it is time to tell the user.
    pub(super) fn refused(&mut self, addr: SocketAddr) -> bool {
        if self.counts.len() >= MOST && !self.counts.contains_key(&addr) {
            self.counts.pop_first();
        }
        let count = self.counts.entry(addr).or_default();
        *count = count.saturating_add(1);
        *count == TELL_AFTER
    }

    /// We are linked with the guest at `addr`.
    pub(super) fn linked(&mut self, addr: &SocketAddr) {
        self.counts.remove(addr);
    }

    /// How to spell our address `own` for the guest at `addr`.
    pub(super) fn spelled(&self, own: SocketAddr, addr: &SocketAddr) -> String {
        if self.counts.get(addr).is_some_and(|count| *count >= RESPELL_AFTER) {
            respelled(own)
        } else {
            own.to_string()
        }
    }
}

/// An address in a valid but unusual spelling: IPv4 in IPv6, or IPv6 with all its zeros.
fn respelled(own: SocketAddr) -> String {
    match own.ip() {
        IpAddr::V4(ip) => format!("[::ffff:{ip}]:{}", own.port()),
        IpAddr::V6(ip) => {
            let groups: Vec<_> = ip.segments().iter().map(|group| format!("{group:04x}")).collect();
            format!("[{}]:{}", groups.join(":"), own.port())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_address_is_respelled_after_some_refusals() {
        let (own, addr) = (SocketAddr::from(([127, 0, 0, 1], 4565)), SocketAddr::from(([127, 0, 0, 1], 4566)));
        let other = SocketAddr::from(([127, 0, 0, 1], 4567));
        let mut refusals = GuestRefusals::default();
        let spelled: Vec<_> = (0..7).map(|_| (refusals.spelled(own, &addr), refusals.refused(addr))).collect();
        let (usual, another) = ("127.0.0.1:4565".to_owned(), "[::ffff:127.0.0.1]:4565".to_owned());
        let names: Vec<_> = spelled.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, [vec![usual.clone(); 3], vec![another.clone(); 4]].concat());
        assert_eq!(spelled.iter().position(|(_, tell)| *tell), Some(5));
        assert_eq!(spelled.iter().filter(|(_, tell)| *tell).count(), 1);
        assert_eq!(refusals.spelled(own, &other), usual, "the others have not refused us");
        refusals.linked(&addr);
        assert_eq!(refusals.spelled(own, &addr), usual);
    }

    #[test]
    fn both_spellings_mean_the_same_address() {
        for own in ["127.0.0.1:4565", "192.168.1.20:9", "[::1]:4565", "[fe80::1:2]:4565", "[2001:db8::]:1"] {
            let own: SocketAddr = own.parse().unwrap();
            let respelled = respelled(own);
            assert_ne!(respelled, own.to_string());
            let read: SocketAddr = respelled.parse().unwrap();
            assert_eq!((read.ip().to_canonical(), read.port()), (own.ip(), own.port()), "{respelled}");
        }
    }

    #[test]
    fn the_list_of_refusals_is_bounded() {
        let mut refusals = GuestRefusals::default();
        for port in 1..=2_000 {
            refusals.refused(SocketAddr::from(([127, 0, 0, 1], port)));
        }
        assert_eq!(refusals.counts.len(), MOST);
    }
}
