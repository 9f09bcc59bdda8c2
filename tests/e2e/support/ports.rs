//! Port ranges that no other test of this machine uses at the same time.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Below what systems hand out for outgoing connections (32768 on Linux, 49152 elsewhere) and what the tests in a
/// terminal use, above the program's default range, which a chat of the person at this machine may use.
const FIRST: u16 = 10_000;
const LAST: u16 = 12_000;
const PER_BLOCK: u16 = 32;

/// A block of ports on 127.0.0.1. Its first port is held as the sign that the block is taken; the others are free.
pub(crate) struct Ports {
    first: u16,
    _taken: TcpListener,
}

impl Ports {
    /// Takes the next free block, beginning at a place that differs between processes.
    pub(crate) fn take() -> Self {
        let blocks = (LAST - FIRST) / PER_BLOCK;
        let offset = u16::try_from(std::process::id() % u32::from(blocks)).unwrap();
        (0..blocks)
            .map(|n| FIRST + PER_BLOCK * ((offset + n) % blocks))
            .find_map(Self::block)
            .expect("a block of free ports between 10000 and 12000")
    }

    fn block(first: u16) -> Option<Self> {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let taken = bind(first).ok()?;
        (first + 1..first + PER_BLOCK).all(|port| bind(port).is_ok()).then_some(Self { first, _taken: taken })
    }

    /// The port at place `n`, from 0 to 30.
    pub(crate) fn port(&self, n: u16) -> u16 {
        assert!(n < PER_BLOCK - 1, "a block has {} ports to use", PER_BLOCK - 1);
        self.first + 1 + n
    }

    /// The loopback address with the port at place `n`.
    pub(crate) fn addr(&self, n: u16) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port(n)).into()
    }
}
