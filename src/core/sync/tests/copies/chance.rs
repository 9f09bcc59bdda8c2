//! Copies of a key, and random things that happen to them.

use super::*;

/// Two machines with one key (0 and 1) and three others. At random they speak, meet, part, and are restored to earlier
/// states.
struct Chance {
    row: Row,
    random: fastrand::Rng,
    open: Vec<LinkId>,
    backups: Vec<FakeStore>,
    said: u32,
    /// What was ever on the disk of somebody with another key.
    held: BTreeSet<MessageId>,
}

const KEYS: [u8; 5] = [1, 1, 3, 4, 5];

impl Chance {
    fn new(seed: u64) -> Self {
        let mut chance = Self {
            row: Row::new(5),
            random: fastrand::Rng::with_seed(seed),
            open: Vec::new(),
            backups: vec![FakeStore::default()],
            said: 0,
            held: BTreeSet::new(),
        };
        chance.start(1, FakeStore::default());
        chance
    }

    fn start(&mut self, n: usize, store: FakeStore) {
        let seed = self.random.u64(..);
        let said = std::mem::take(&mut self.row.peers[n].said);
        start(&mut self.row, n, KEYS[n], seed, store);
        self.row.peers[n].said.splice(..0, said);
    }

    fn link(&mut self, one: usize, other: usize) {
        if KEYS[one] != KEYS[other] {
            let link = self.row.link(one, other);
            self.open.push(link);
        }
    }

    fn cut_all(&mut self) {
        for link in std::mem::take(&mut self.open) {
            self.row.cut(link);
        }
    }

    fn wait(&mut self, ms: u64) {
        self.row.wait(ms);
        for n in 2..5 {
            self.held.extend(held(&self.row, n));
        }
    }

    fn step(&mut self) {
        match self.random.u8(..20) {
            0..8 => {
                let n = self.random.usize(..4);
                self.said += 1;
                self.row.say(n, &format!("{} by {n}", self.said));
                self.wait(10);
            }
            8..12 => {
                let (one, other) = (self.random.usize(..5), self.random.usize(..5));
                self.link(one, other);
                self.wait(5);
            }
            12..14 => self.cut_all(),
            14..16 => {
                let ms = self.random.u64(..4_000);
                self.wait(ms);
            }
            16 => self.backups.push(self.row.peers[0].store.clone()),
            17 | 18 => {
                self.cut_all();
                let (n, at) = (self.random.usize(..2), self.random.usize(..self.backups.len()));
                self.start(n, self.backups[at].clone());
            }
            _ => {
                self.cut_all();
                let n = self.random.usize(..5);
                self.start(n, self.row.peers[n].store.clone());
            }
        }
    }

    /// All meet, the copies of the key in turn.
    fn end(&mut self) {
        self.cut_all();
        for _ in 0..4 {
            for copy in [0, 1] {
                for (one, other) in [(2, 3), (3, 4), (2, 4), (copy, 2), (copy, 3), (copy, 4)] {
                    self.link(one, other);
                }
                self.wait(100_000);
                self.cut_all();
            }
        }
    }
}

#[test]
fn random_copies_lose_no_line_and_give_no_false_receipt() {
    let mut repeated = 0;
    for seed in 0..100 {
        let mut chance = Chance::new(seed);
        for _ in 0..60 {
            chance.step();
        }
        chance.wait(10);
        let mut lines: Vec<String> = (0..5).flat_map(|n| chance.row.texts(n)).collect();
        lines.sort_unstable();
        lines.dedup();
        chance.end();
        for n in 0..5 {
            assert_eq!(all(&chance.row, n), lines, "seed {seed}, machine {n}");
            assert_eq!(chance.row.texts(n), chance.row.texts(2), "seed {seed}, machine {n}: the same order");
        }
        for n in 0..2 {
            let own = chance.row.peers[n].shown().into_iter().filter(|message| message.is_own());
            let own: BTreeSet<_> = own.map(|message| message.id).collect();
            for output in &chance.row.peers[n].said {
                let Output::Update(Update::Delivery { id, delivered: 1.., .. }) = output else { continue };
                assert!(!own.contains(id) || chance.held.contains(id), "seed {seed}, machine {n}: {id} is nowhere");
            }
        }
        repeated += repetitions(&chance.row, 2);
    }
    assert!(repeated > 100, "{repeated} lines were said again");
}
