//! Port ranges that tests have for themselves, also across processes.

use std::{
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU16, Ordering},
};

/// First port that is handed out: above the program's default range and the ports that services use.
const FIRST: u16 = 12_000;

/// Ports in a block: a sentinel and the range.
const BLOCK: u16 = 16;

/// Blocks there are; they end below 32,768, where Linux begins to take ports for outgoing connections.
const BLOCKS: u16 = 1_280;

/// A range of free ports on 127.0.0.1 that nobody else is given as long as this lives.
#[derive(Debug)]
pub(crate) struct Ports {
    first: u16,
    count: u16,
    /// Listens on the port before the range: whoever else wants this block finds it taken.
    _sentinel: TcpListener,
}

impl Ports {
    /// Reserves `count` consecutive ports.
    pub(crate) fn reserve(count: u16) -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        assert!(count < BLOCK, "a block holds {} ports", BLOCK - 1);
        for _ in 0..BLOCKS {
            // Neighbouring process ids begin far apart.
            let start = process::id().wrapping_mul(97) as u16;
            let block = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % BLOCKS;
            let sentinel = FIRST + block * BLOCK;
            let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, sentinel)) else { continue };
            let first = sentinel + 1;
            if (first..first + count)
                .map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
                .all(|bound| bound.is_ok())
            {
                return Self { first, count, _sentinel: listener };
            }
        }
        panic!("no {count} consecutive free ports on 127.0.0.1");
    }

    /// Reserves exactly these ports, for what must look the same every time.
    pub(crate) fn exactly(first: u16, count: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, first - 1)).expect("the ports are free");
        Self { first, count, _sentinel: listener }
    }

    /// The first port of the range.
    pub(crate) fn first(&self) -> u16 {
        self.first
    }

    /// The last port of the range.
    pub(crate) fn last(&self) -> u16 {
        self.first + self.count - 1
    }
}
