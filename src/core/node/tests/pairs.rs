//! Several nodes, joined by a network that delivers at random times: whatever the timing, every pair ends with one
//! link that both ends agree on.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;

use super::*;

/// Something that will happen at a node.
#[derive(Debug)]
struct Event {
    to: usize,
    input: Input,
}

struct World {
    nodes: Vec<Node>,
    addrs: Vec<SocketAddr>,
    /// By time, then by order of creation.
    queue: BTreeMap<(Instant, u64), Event>,
    /// Which accepted link belongs to which dial: (node, dial) and (node, accepted), both ways.
    ends: BTreeMap<(usize, LinkId), (usize, LinkId)>,
    /// What arrives on one connection keeps its order.
    latest: BTreeMap<(usize, LinkId), Instant>,
    rng: fastrand::Rng,
    count: u64,
    accepted: u32,
    start: Instant,
    breaks: Vec<Instant>,
    /// Whether the nodes are of our kind. If not, they speak plain text, which is as close to reference nodes as two of
    /// us get.
    secure: bool,
}

impl World {
    fn new(nodes: usize, seed: u64, secure: bool) -> Self {
        let addrs: Vec<SocketAddr> = (0..nodes).map(|n| at(&format!("127.0.0.1:{}", 4565 + n))).collect();
        Self {
            nodes: addrs.iter().map(|a| node(&a.to_string(), seed ^ u64::from(a.port()))).collect(),
            addrs,
            queue: BTreeMap::new(),
            ends: BTreeMap::new(),
            latest: BTreeMap::new(),
            rng: fastrand::Rng::with_seed(seed),
            count: 0,
            accepted: 0,
            start: Instant::now(),
            breaks: Vec::new(),
            secure,
        }
    }

    fn post(&mut self, now: Instant, to: usize, on: Option<LinkId>, input: Input) {
        let mut at = now + Duration::from_micros(self.rng.u64(1..3_000));
        if let Some(link) = on {
            let latest = self.latest.entry((to, link)).or_insert(at);
            at = at.max(*latest);
            *latest = at;
        }
        self.count += 1;
        self.queue.insert((at, self.count), Event { to, input });
    }

    /// Carries out what `who` wants, as the shell and the network would.
    fn execute(&mut self, now: Instant, who: usize, out: &Output) {
        match *out {
            Output::Dial { link, addr, via } => {
                assert!(self.addrs.contains(&addr) && addr != self.addrs[who]);
                let tls = matches!(via, Via::Secure { .. });
                let secure = tls.then(|| Secure { node: key(addr), exporter: [7; 32] });
                let input = if tls && !self.secure {
                    Input::DialFailed { link, failure: DialFailure::NotTls }
                } else {
                    Input::DialConnected { link, secure }
                };
                self.post(now, who, Some(link), input);
            }
            Output::Offer { link, ref first } => {
                // The first frame: the other side sees an arrival.
                let Some(addr) = self.dial_of(who, link) else { return };
                let to = self.addrs.iter().position(|a| *a == addr).unwrap();
                self.accepted += 1;
                let there = LinkId::Accepted(self.accepted);
                self.ends.insert((who, link), (to, there));
                self.ends.insert((to, there), (who, link));
                let own = self.addrs[who];
                let source = SocketAddr::new(own.ip(), 50_000 + self.accepted as u16);
                let input = match hello(first) {
                    Some(hello) => {
                        let secure = Secure { node: key(own), exporter: [7; 32] };
                        Input::NodeArrived { link: there, source, secure, hello }
                    }
                    None => Input::GuestArrived { link: there, source, claim: Some(own) },
                };
                self.post(now, to, Some(there), input);
            }
            Output::Open { link: link @ LinkId::Accepted(_), ref first, .. } => {
                let (to, there) = self.ends[&(who, link)];
                let hello = first.as_ref().and_then(hello);
                self.post(now, to, Some(there), Input::DialAnswered { link: there, hello });
            }
            Output::Tell { link, ref frame } => {
                let Some((to, there)) = self.ends.get(&(who, link)).copied() else { return };
                let frames = vec![mesh::decode(frame).unwrap()];
                self.post(now, to, Some(there), Input::Frames { link: there, frames });
            }
            Output::Close { link, ref bye } => {
                let Some((to, there)) = self.ends.remove(&(who, link)) else { return };
                let up = self.nodes[to].peers.table.links.get(&there).is_some_and(|l| matches!(l, Link::Up { .. }));
                let bye = bye.as_ref().map(|bye| mesh::decode(bye).unwrap());
                if let (LinkId::Dialled(_), false) = (there, up) {
                    let reason = bye.and_then(|bye| if let Frame::Bye(reason) = bye { Some(reason) } else { None });
                    return self.post(now, to, Some(there), Input::DialRefused { link: there, reason });
                }
                if let Some(bye) = bye {
                    self.post(now, to, Some(there), Input::Frames { link: there, frames: vec![bye] });
                }
                self.post(now, to, Some(there), Input::Closed { link: there, reason: CloseReason::Ended });
            }
            _ => {}
        }
    }

    fn dial_of(&self, who: usize, link: LinkId) -> Option<SocketAddr> {
        match self.nodes[who].peers.table.links.get(&link)? {
            Link::Dialling(d) | Link::Offered(d) => Some(d.addr),
            Link::Up { .. } => None,
        }
    }

    /// Runs for `time`: sweeps see everybody once a second.
    fn run(&mut self, time: Duration) {
        for who in 0..self.nodes.len() {
            for second in 0..time.as_secs() {
                let begin = self.start + Duration::from_secs(second) + Duration::from_micros(self.rng.u64(0..2_000));
                for addr in self.addrs.clone() {
                    self.post(begin, who, None, Input::Found(addr));
                }
            }
        }
        let end = self.start + time;
        loop {
            let event = self.queue.keys().next().copied();
            let timer = (0..self.nodes.len()).filter_map(|n| Some((self.nodes[n].next_timer()?, n))).min();
            let (mono, who, input) = match (event, timer) {
                (Some((at, _)), Some((due, n))) if due < at => (due, n, Input::Timer),
                (None, Some((due, n))) => (due, n, Input::Timer),
                (Some(key), _) => {
                    let Event { to, input } = self.queue.remove(&key).unwrap();
                    (key.0, to, input)
                }
                (None, None) => break,
            };
            if mono > end {
                break;
            }
            if self.breaks.first().is_some_and(|at| *at <= mono) {
                self.breaks.remove(0);
                self.break_one(mono);
            }
            let mut outs = Vec::new();
            let now = Now { mono, wall: Timestamp::from_millis(0) };
            self.nodes[who].handle(input, now, &mut outs);
            for out in outs {
                self.execute(mono, who, &out);
            }
            self.check_map(who);
        }
    }

    /// Makes connections break in the first seconds. Each end notices in its own time.
    fn break_some(&mut self, count: u32) {
        for _ in 0..count {
            let at = self.start + Duration::from_micros(self.rng.u64(0..3_000_000));
            self.breaks.push(at);
        }
        self.breaks.sort_unstable();
    }

    fn break_one(&mut self, now: Instant) {
        let up: Vec<_> = (0..self.nodes.len())
            .flat_map(|n| self.nodes[n].peers.table.peers.values().map(move |link| (n, *link)))
            .filter(|end| self.ends.contains_key(end))
            .collect();
        if up.is_empty() {
            return;
        }
        let end = up[self.rng.usize(..up.len())];
        let other = self.ends[&end];
        self.ends.remove(&end);
        self.ends.remove(&other);
        for (who, link) in [end, other] {
            self.post(now, who, Some(link), Input::Closed { link, reason: CloseReason::Ended });
        }
    }

    /// Holds at every moment: each peer on the map has exactly one open link, and each open link is on the map.
    fn check_map(&self, who: usize) {
        let node = &self.nodes[who];
        let up = node.peers.table.links.iter().filter(|(_, l)| matches!(l, Link::Up { .. })).count();
        assert_eq!(up, node.peers.table.peers.len(), "{:?} {:?}", node.peers.table.links, node.peers.table.peers);
        for (id, link) in &node.peers.table.peers {
            assert!(matches!(node.peers.table.links.get(link), Some(Link::Up { peer, .. }) if peer.id == *id));
        }
    }

    fn check(&self) {
        let n = self.nodes.len();
        for (who, node) in self.nodes.iter().enumerate() {
            assert_eq!(node.peers.table.peers.len(), n - 1, "node {who} knows {:?}", node.peers.table.peers);
            let up = node.peers.table.links.values().filter(|l| matches!(l, Link::Up { .. })).count();
            assert_eq!(up, n - 1, "node {who} has {:?}", node.peers.table.links);
            for link in node.peers.table.peers.values() {
                let (there, theirs) = self.ends[&(who, *link)];
                let own = self.addrs[who];
                let mine = if self.secure { PeerId::Node(key(own)) } else { PeerId::Guest(own) };
                assert_eq!(self.nodes[there].peers.table.peers.get(&mine), Some(&theirs), "{who} and {there} disagree");
            }
        }
    }
}

/// What a first frame says about its sender, if it is a Hello.
fn hello(frame: &Bytes) -> Option<Hello> {
    match mesh::decode(frame) {
        Ok(Frame::Hello(hello)) => Some(hello),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_pair_ends_with_one_link_that_both_agree_on(nodes in 2usize..6, seed: u64, breaks in 0u32..10, secure: bool) {
        let mut world = World::new(nodes, seed, secure);
        world.break_some(breaks);
        world.run(Duration::from_secs(12));
        world.check();
    }
}
