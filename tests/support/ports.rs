//! Port ranges that no other test on this machine uses at the same time.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    ops::RangeInclusive,
    process,
    sync::atomic::{AtomicU16, Ordering},
};

/// The first port to use: above the program's default range, which a chat of this machine's user may have.
const FIRST: u16 = 10_000;

/// Ports in a block: the one that is held, and the usable range.
const BLOCK: u16 = 32;

/// The number of blocks. They end below 32,768, from where Linux takes ports for outgoing connections.
const BLOCKS: u16 = 710;

/// A range of free ports on 127.0.0.1. Nobody else gets them while this lives.
#[derive(Debug)]
pub(crate) struct Ports {
    first: u16,
    count: u16,
    /// Listens on the port before the range, so that another test which wants this block finds the port taken.
    _held: TcpListener,
}

impl Ports {
    /// Takes a block with all its usable ports.
    pub(crate) fn take() -> Self {
        Self::reserve(BLOCK - 1)
    }

    /// Takes a block, of which only the first `count` ports are used.
    pub(crate) fn reserve(count: u16) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        assert!(count < BLOCK, "a block has {} ports to use", BLOCK - 1);
        // Processes with neighbouring ids begin far apart.
        let start = process::id().wrapping_mul(97) as u16;
        let next = || start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % BLOCKS;
        let block = (0..BLOCKS).find_map(|_| Self::block(FIRST + next() * BLOCK, count));
        block.unwrap_or_else(|| panic!("no {count} consecutive free ports on 127.0.0.1"))
    }

    /// Takes exactly these ports, for output that must look the same every time.
    pub(crate) fn exactly(first: u16, count: u16) -> Self {
        Self::block(first - 1, count).expect("the ports are free")
    }

    /// Holds one port if the `count` ports after it are free too.
    fn block(held: u16, count: u16) -> Option<Self> {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = bind(held).ok()?;
        let first = held + 1;
        (first..first + count).all(|port| bind(port).is_ok()).then_some(Self { first, count, _held: listener })
    }

    /// The first port of the range.
    pub(crate) fn first(&self) -> u16 {
        self.first
    }

    /// The last port of the range.
    pub(crate) fn last(&self) -> u16 {
        self.first + self.count - 1
    }

    /// The whole range.
    pub(crate) fn range(&self) -> RangeInclusive<u16> {
        self.first()..=self.last()
    }

    /// The port at index `n`, from 0.
    pub(crate) fn port(&self, n: u16) -> u16 {
        assert!(n < self.count, "there are {} ports to use", self.count);
        self.first + n
    }

    /// The loopback address with the port at index `n`.
    pub(crate) fn addr(&self, n: u16) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port(n)).into()
    }
}
