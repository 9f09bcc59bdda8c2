//! The rules of DESIGN.md section 5, one by one, and then all of them against random timing.

mod pairs;
mod rules;

use std::net::SocketAddr;

use super::*;
use crate::convert::Stranger;
use crate::model::{Software, Timestamp};

fn at(addr: &str) -> SocketAddr {
    addr.parse().unwrap()
}

fn node(addr: &str, seed: u64) -> Node {
    let [min, max] = [4565, 4569].map(|port: u16| port.try_into().unwrap());
    Node::new(Me { addr: at(addr), nick: Nick::new("me").unwrap(), ports: PortRange::new(min, max).unwrap(), seed })
}

fn stranger(ours: bool) -> Stranger {
    let software = if ours { Software::Ours { version: "0".into() } } else { Software::Reference };
    Stranger { software, nick: None }
}

fn arrived(n: u32, source: &str, claim: Option<&str>) -> In {
    In::Arrived { link: LinkId::Accepted(n), source: at(source), claim: claim.map(at), stranger: stranger(false) }
}

/// A node and the clock that its inputs are stamped with.
struct Bench {
    node: Node,
    now: Now,
}

impl Bench {
    fn new(addr: &str) -> Self {
        Self { node: node(addr, 1), now: Now { mono: Instant::now(), wall: Timestamp::from_millis(0) } }
    }

    fn feed(&mut self, input: In) -> Vec<Out> {
        let mut out = Vec::new();
        self.node.handle(input, self.now, &mut out);
        out
    }

    fn wait(&mut self, ms: u64) -> Vec<Out> {
        self.now.mono += std::time::Duration::from_millis(ms);
        self.feed(In::Timer)
    }
}

/// The addresses dialled, with their links.
fn dials(outs: &[Out]) -> Vec<(LinkId, SocketAddr)> {
    outs.iter().filter_map(|out| if let Out::Dial { link, addr } = out { Some((*link, *addr)) } else { None }).collect()
}

fn opens(outs: &[Out], link: LinkId) -> bool {
    outs.iter().any(|out| matches!(out, Out::Open { link: opened, .. } if *opened == link))
}

fn closes(outs: &[Out], link: LinkId) -> bool {
    outs.contains(&Out::Close { link })
}
