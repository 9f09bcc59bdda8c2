//! Several nodes with logs, joined by links that break and come back.

use std::{collections::VecDeque, time::Duration};

use super::super::*;
use crate::{
    domain::{
        bus::NoticeCode,
        model::{Message, Room, Text},
    },
    protocol::codec::Protocol,
};

/// Nodes whose frames arrive without delay, one after another.
pub(super) struct World {
    pub(super) benches: Vec<Harness>,
    pub(super) identities: Vec<Identity>,
    /// What each has told its user.
    pub(super) updates: Vec<Vec<Update>>,
    /// Which nodes are linked, and by which link.
    pub(super) links: Vec<(usize, usize, LinkId)>,
    next_link: u32,
    queue: VecDeque<(usize, Input)>,
    /// Frames that were sent.
    pub(super) frames: usize,
}

impl World {
    pub(super) fn new(count: usize) -> Self {
        let identities: Vec<Identity> = (0..count).map(|n| Identity::from_secret(&[n as u8 + 1; 32])).collect();
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_000_000_000) };
        let benches = identities
            .iter()
            .enumerate()
            .map(|(n, identity)| Harness {
                node: start(n, identity, &FakeStore::default(), 1),
                store: FakeStore::default(),
                now,
            })
            .collect();
        Self {
            benches,
            identities,
            updates: vec![Vec::new(); count],
            links: Vec::new(),
            next_link: 0,
            queue: VecDeque::new(),
            frames: 0,
        }
    }

    /// Stops a node without a good-bye and restarts it with what its store holds.
    pub(super) fn restart(&mut self, n: usize, boot: u64) {
        for other in 0..self.benches.len() {
            self.cut(n, other);
        }
        let bench = &mut self.benches[n];
        bench.node = start(n, &self.identities[n], &bench.store, boot);
    }

    pub(super) fn link(&mut self, one: usize, other: usize) {
        if one == other || self.link_of(one, other).is_some() {
            return;
        }
        self.next_link += 1;
        let link = LinkId::Accepted(self.next_link);
        self.links.push((one, other, link));
        for (to, from) in [(one, other), (other, one)] {
            let source = SocketAddr::new([10, 0, 0, from as u8 + 1].into(), 50_000);
            let node = self.identities[from].node();
            let (min, max) = mesh::VERSIONS;
            let hello = Hello {
                card: None,
                min,
                max,
                caps: Caps::ours(),
                node,
                boot: u64::from(self.next_link),
                nick: Nick::new(&format!("node{from}")).ok(),
                wall: Some(self.benches[from].now.wall),
                port: None,
                version: "0".into(),
            };
            let secure = Secure { node, exporter: [7; 32] };
            self.feed(to, Input::NodeArrived { link, source, secure, hello });
        }
        self.settle();
    }

    pub(super) fn link_of(&self, one: usize, other: usize) -> Option<LinkId> {
        let of = |(a, b, _): &&(usize, usize, LinkId)| (*a, *b) == (one, other) || (*b, *a) == (one, other);
        self.links.iter().find(of).map(|(_, _, link)| *link)
    }

    pub(super) fn cut(&mut self, one: usize, other: usize) {
        let Some(link) = self.link_of(one, other) else { return };
        self.links.retain(|(_, _, of)| *of != link);
        for n in [one, other] {
            self.feed(n, Input::Closed { link, reason: CloseReason::Ended });
        }
    }

    pub(super) fn feed(&mut self, n: usize, input: Input) {
        let outs = self.benches[n].feed(input);
        for out in outs {
            let (links, frames) = match out {
                Output::Tell { link, frame } => (vec![link], vec![frame]),
                Output::Batch { link, frame } => {
                    self.queue.push_back((n, Input::Taken(link)));
                    (vec![link], vec![frame])
                }
                Output::Publish(line) => {
                    let all = self.links.iter().filter(|(a, b, _)| *a == n || *b == n).map(|(_, _, link)| *link);
                    (all.collect(), line.get(Protocol::Mesh).to_vec())
                }
                Output::Update(update) => {
                    self.updates[n].push(update);
                    continue;
                }
                Output::Close { link, .. } => {
                    if let Some((a, b, _)) = self.links.iter().find(|(_, _, of)| *of == link).copied() {
                        self.cut(a, b);
                    }
                    continue;
                }
                _ => continue,
            };
            for link in links {
                let Some((a, b, _)) = self.links.iter().find(|(_, _, of)| *of == link).copied() else { continue };
                let to = if a == n { b } else { a };
                self.frames += frames.len();
                for frame in &frames {
                    self.queue.push_back((to, Input::Frames { link, frames: vec![mesh::decode(frame).unwrap()] }));
                }
            }
        }
    }

    pub(super) fn settle(&mut self) {
        while let Some((n, input)) = self.queue.pop_front() {
            self.feed(n, input);
        }
    }

    pub(super) fn say(&mut self, n: usize, text: &str) {
        let text = Text::new(text).unwrap();
        self.feed(n, Input::Command(Command::Say { room: Room::Lobby, text, action: false, network: None }));
        self.settle();
    }

    /// Lets time pass for all.
    pub(super) fn wait(&mut self, ms: u64) {
        let start = self.benches[0].now;
        let (mut stuck, mut last) = (0, start.mono);
        let end = start.mono + Duration::from_millis(ms);
        loop {
            let due = self.benches.iter().filter_map(|bench| bench.node.next_timer()).min();
            let at = due.filter(|due| *due <= end).unwrap_or(end).max(self.benches[0].now.mono);
            let passed = at.saturating_duration_since(start.mono).as_millis() as i64;
            let now = Now { mono: at, wall: Timestamp::from_millis(start.wall.as_millis() + passed) };
            for n in 0..self.benches.len() {
                self.benches[n].now = now;
                if self.benches[n].node.next_timer().is_some_and(|due| due <= at) {
                    self.feed(n, Input::Timer);
                }
            }
            self.settle();
            stuck = if at == last { stuck + 1 } else { 0 };
            last = at;
            assert!(stuck < 100, "a timer is due for ever");
            if at >= end {
                return;
            }
        }
    }

    pub(super) fn texts(&self, n: usize) -> Vec<String> {
        self.benches[n].store.texts()
    }

    pub(super) fn shown(&self, n: usize) -> Vec<&Message> {
        self.updates[n]
            .iter()
            .filter_map(|update| if let Update::Message(message) = update { Some(message) } else { None })
            .collect()
    }

    pub(super) fn delivery(&self, n: usize) -> Option<(u32, u32)> {
        self.updates[n].iter().rev().find_map(|update| match update {
            Update::Delivery { delivered, of, .. } => Some((*delivered, *of)),
            _ => None,
        })
    }

    pub(super) fn is_told(&self, n: usize, wanted: NoticeCode) -> usize {
        let told = |update: &&Update| matches!(update, Update::Notice(notice) if notice.code() == wanted);
        self.updates[n].iter().filter(told).count()
    }
}

/// A node that has known all the others for days: the logs of strangers travel only one hop, those of known people
/// everywhere.
pub(super) fn start(n: usize, identity: &Identity, store: &FakeStore, boot: u64) -> Node {
    let day = |days: i64| Timestamp::from_millis(1_795_000_000_000 - days * 86_400_000);
    let known = (1..=9).map(|n| Identity::from_secret(&[n; 32]).node()).filter(|node| *node != identity.node());
    let known = known.map(|node| Known { last_seen: day(1), ..Known::new(node, day(3)) });
    let me = me(&format!("10.0.0.{}:4565", n + 1), boot * 100 + n as u64);
    let started = Timestamp::from_millis(1_795_000_000_000);
    let history = History { started, ..history(store.snapshot(), identity.clone()) };
    Node::new(Me { node: identity.node(), boot, history, guests: Guests::None, known: known.collect(), ..me })
}
