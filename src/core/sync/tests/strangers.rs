//! What strangers can do to a machine, and what they cannot.

use std::time::Duration;

use bytes::Bytes;

use super::row::{Peer, Row};
use crate::{
    core::{
        budgets::{
            ABSENT_LOGS, FREE_SPACE_FLOOR, LOGS_PER_STRANGER, MAX_READERS, STRANGER_BYTES, STRANGERS_LOGS, Space,
        },
        sync::{Input, Output},
    },
    domain::{
        bus::{HistoryNotice, Update},
        model::{Hlc, LinkId, LogId, Nick, NodeId, Now, Room, RoomId, Text, Timestamp},
    },
    protocol::{
        codec::{
            event::{Content, Dep, Draft, HeldRange, KIND_SAID, Signed},
            mesh::{self, Frame, Have, Refused},
        },
        identity::Identity,
    },
};

/// A node that knows nobody.
struct Victim {
    peer: Peer,
    now: Now,
}

/// A stranger's key and link.
struct Stranger {
    identity: Identity,
    link: LinkId,
}

/// The key of the stranger with this number.
fn identity(n: u32) -> Identity {
    let mut secret = [7; 32];
    secret[..4].copy_from_slice(&n.to_be_bytes());
    Identity::from_secret(&secret)
}

impl Victim {
    fn new() -> Self {
        let mut peer = Peer::new(1);
        peer.people.strangers = true;
        let now = Row::new(0).now;
        peer.feed(Input::Start, now);
        Self { peer, now }
    }

    fn feed(&mut self, input: Input) -> Vec<Output> {
        self.peer.feed(input, self.now)
    }

    fn links(&mut self, n: u32) -> Stranger {
        let (identity, link) = (identity(n), LinkId::Accepted(n));
        self.feed(Input::LinkUp { link, node: identity.node(), caps: mesh::Caps::ours(), clock_ahead_ms: Some(0) });
        self.feed(Input::Have { link, have: Have::default() });
        self.feed(Input::Taken(link));
        Stranger { identity, link }
    }

    fn leaves(&mut self, stranger: &Stranger) {
        self.feed(Input::LinkDown(stranger.link));
    }

    /// Takes events from a link. Returns the refusals that the link is told of.
    fn hears(&mut self, link: LinkId, events: Vec<Signed>) -> Vec<Refused> {
        let outputs = self.feed(Input::Batch { link, events });
        let refused = outputs.iter().filter_map(|output| match output {
            Output::Tell { frame, .. } => match mesh::decode(frame) {
                Ok(Frame::Refused(refused)) => Some(refused),
                _ => None,
            },
            _ => None,
        });
        refused.collect()
    }

    fn wait(&mut self, seconds: u64) -> Vec<Output> {
        let end = self.now.mono + Duration::from_secs(seconds);
        let mut outputs = Vec::new();
        while let Some(due) = self.peer.sync.next_timer().filter(|due| *due <= end) {
            self.now.mono = due.max(self.now.mono);
            outputs.extend(self.feed(Input::Timer));
        }
        self.now.mono = end;
        outputs
    }

    fn holds(&self, log: &LogId) -> bool {
        self.peer.sync.logs.get(log).is_some()
    }

    fn logs(&self) -> usize {
        self.peer.sync.logs.count()
    }

    fn bytes(&self) -> u64 {
        self.peer.store.events.values().map(|entry| entry.signed.bytes() as u64).sum()
    }
}

impl Stranger {
    fn log(&self, epoch: u64) -> LogId {
        LogId { room: RoomId::LOBBY, author: self.identity.node(), epoch }
    }

    /// Events of one log of this key, starting with its first.
    fn says(&self, epoch: u64, texts: &[&str], at: i64) -> Vec<Signed> {
        self.answers(epoch, texts, at, &[])
    }

    /// The same, all of them with these causes.
    fn answers(&self, epoch: u64, texts: &[&str], at: i64, deps: &[Dep]) -> Vec<Signed> {
        let (mut prev, mut events) = (None, Vec::new());
        for (n, text) in texts.iter().enumerate() {
            let wall = Timestamp::from_millis(1_795_000_000_000 + at);
            let content = Content::said([3; 16], &Nick::new("x").unwrap(), &Text::new(text).unwrap(), false);
            let draft = Draft {
                log: self.log(epoch),
                seq: n as u64 + 1,
                prev,
                hlc: Hlc(Hlc::at(wall).0 + n as u64),
                deps: deps.to_vec(),
                wall,
                kind: KIND_SAID,
                content,
            };
            let signed = draft.clone().sign(|message| self.identity.sign(message));
            prev = Some(draft.into_event(&signed).id);
            events.push(signed);
        }
        events
    }
}

fn told(outputs: &[Output], is: impl Fn(&HistoryNotice<NodeId>) -> bool) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::Notice(notice) if is(notice))).count()
}

#[test]
fn a_full_table_has_a_place_for_present_strangers() {
    let mut victim = Victim::new();
    let mut crowd = Vec::new();
    for n in 0..200 {
        let stranger = victim.links(n);
        for epoch in 0..20 {
            victim.hears(stranger.link, stranger.says(epoch, &["junk"], 0));
        }
        crowd.push(stranger);
    }
    assert!(victim.logs() <= 200 * LOGS_PER_STRANGER && victim.logs() <= STRANGERS_LOGS, "{}", victim.logs());
    let bob = victim.links(9_999);
    assert!(victim.hears(bob.link, bob.says(1, &["hello, I am new here"], 1)).is_empty());
    assert!(victim.holds(&bob.log(1)));
    // The table recovers when they have gone, and bob stays.
    for stranger in &crowd {
        victim.leaves(stranger);
    }
    victim.wait(5);
    assert!(victim.logs() <= ABSENT_LOGS + 1, "{}", victim.logs());
    assert!(victim.holds(&bob.log(1)));
    victim.wait(5);
    let left = victim.peer.store.events.len();
    assert!(left <= ABSENT_LOGS + 1, "their lines are gone from the disk: {left}");
}

#[test]
fn logs_that_waited_for_causes_are_counted() {
    let mut victim = Victim::new();
    let bob = victim.links(1);
    victim.hears(bob.link, bob.says(1, &["hello"], 0));
    let others = |from: u32| {
        let link = bob.link;
        (from..from + 256).map(move |n| Stranger { identity: identity(n), link })
    };
    for stranger in others(1_000) {
        victim.hears(bob.link, stranger.says(1, &["junk"], -80 * 86_400_000));
    }
    // These wait for a line that nobody has. Meanwhile others come.
    let cause = Dep { log: bob.log(1), seq: 2 };
    for stranger in others(2_000).take(60) {
        victim.hears(bob.link, stranger.answers(1, &["junk"], 0, &[cause]));
    }
    victim.wait(3);
    for stranger in others(3_000).take(60) {
        victim.hears(bob.link, stranger.says(1, &["junk"], 0));
    }
    victim.wait(30);
    assert!(victim.logs() <= ABSENT_LOGS + 1, "{}", victim.logs());
}

#[test]
fn logs_on_a_full_disk_are_given_up_later() {
    let mut victim = Victim::new();
    let crowd: Vec<Stranger> = (0..300).map(|n| victim.links(n)).collect();
    for stranger in &crowd {
        victim.hears(stranger.link, stranger.says(1, &["junk"], 0));
    }
    victim.wait(5);
    assert_eq!(victim.logs(), 300);
    victim.peer.store.fails = true;
    for stranger in &crowd {
        victim.leaves(stranger);
    }
    victim.wait(5);
    victim.peer.store.fails = false;
    victim.wait(10);
    assert!(victim.logs() <= ABSENT_LOGS, "{}", victim.logs());
    assert!(victim.peer.store.events.len() <= ABSENT_LOGS, "{}", victim.peer.store.events.len());
}

#[test]
fn people_who_left_before_a_flood_are_not_displaced() {
    let mut victim = Victim::new();
    let dave = victim.links(1);
    victim.hears(dave.link, dave.says(1, &["an important thing"], 0));
    victim.leaves(&dave);
    for n in 10..1_500 {
        let stranger = victim.links(n);
        victim.hears(stranger.link, stranger.says(1, &["junk"], -80 * 86_400_000));
        victim.leaves(&stranger);
    }
    victim.wait(3);
    assert!(victim.holds(&dave.log(1)) && victim.logs() <= ABSENT_LOGS, "{}", victim.logs());
    // What was given up is not fetched again, although somebody has it.
    let bob = victim.links(5);
    let gone = Stranger { identity: identity(1_400), link: bob.link };
    assert!(!victim.holds(&gone.log(1)));
    let range = HeldRange {
        name: None,
        log: gone.log(1),
        seq: 1,
        head: Some(gone.says(1, &["junk"], -80 * 86_400_000)[0].id()),
        base: 1,
    };
    let outputs = victim.feed(Input::Have { link: bob.link, have: Have { ranges: vec![range], ..Have::default() } });
    let wants = |outputs: &[Output]| {
        outputs.iter().any(|output| matches!(output, Output::Tell { frame, .. } if matches!(mesh::decode(frame), Ok(Frame::Have(Have { want: true, .. })))))
    };
    assert!(!wants(&outputs) && !wants(&victim.wait(30)));
    victim.hears(bob.link, gone.says(1, &["junk"], -80 * 86_400_000));
    assert!(!victim.holds(&gone.log(1)));
}

#[test]
fn a_crowd_of_old_logs_does_not_block_new_lines() {
    let mut victim = Victim::new();
    let bob = victim.links(1);
    for n in 10..310 {
        let stranger = Stranger { identity: identity(n), link: bob.link };
        victim.hears(bob.link, stranger.says(1, &["junk"], -80 * 86_400_000));
    }
    let dave = Stranger { identity: Identity::from_secret(&[9; 32]), link: bob.link };
    assert!(victim.hears(bob.link, dave.says(1, &["an important thing"], -60_000)).is_empty());
    assert!(victim.holds(&dave.log(1)));
}

#[test]
fn a_stranger_is_limited_in_bytes_and_pace() {
    let mut victim = Victim::new();
    let stranger = victim.links(1);
    let text = "x".repeat(60_000);
    let events = stranger.says(1, &vec![text.as_str(); 700], 0);
    let mut refused = Vec::new();
    for some in events.chunks(10) {
        refused.extend(victim.hears(stranger.link, some.to_vec()));
        assert!(victim.bytes() <= STRANGER_BYTES / 8 * 9 + 2 * 600_000, "{}", victim.bytes());
        if !victim.peer.sync.has_room_for(stranger.link) {
            victim.now.mono += Duration::from_millis(20);
            victim.wait(0);
        }
        assert!(victim.peer.sync.has_room_for(stranger.link), "the store has made room");
    }
    assert_eq!(refused.len(), 1, "it is told once");
    assert_eq!(refused[0].log, stranger.log(1));
    let taken = victim.peer.sync.logs.get(&stranger.log(1)).unwrap().head();
    assert!((500..700).contains(&taken), "{taken}");
    // It continues when it may.
    victim.wait(61);
    victim.hears(stranger.link, events[usize::try_from(taken).unwrap()..].to_vec());
    victim.wait(3);
    assert!(victim.peer.sync.logs.get(&stranger.log(1)).unwrap().head() > taken);
    assert!(victim.bytes() <= STRANGER_BYTES, "{}", victim.bytes());
    let base = victim.peer.sync.logs.get(&stranger.log(1)).unwrap().base();
    assert!(base > 1, "{base}");
    // Its lines are counted, and nobody else is refused.
    let bob = victim.links(2);
    assert!(victim.hears(bob.link, bob.says(1, &["hello"], 1)).is_empty());
    assert!(victim.holds(&bob.log(1)));
}

#[test]
fn strangers_wait_while_the_disk_has_little_room() {
    let mut victim = Victim::new();
    let bob = victim.links(1);
    let mut refused = |free, epoch| {
        victim.feed(Input::FreeSpace(Space { free, size: 1 << 40 }));
        !victim.hears(bob.link, bob.says(epoch, &["hello"], 0)).is_empty()
    };
    let floor = FREE_SPACE_FLOOR;
    let seen = [refused(floor, 1), refused(floor - 1, 2), refused(floor, 3), refused(2 * floor, 4)];
    assert_eq!(seen, [false, true, true, false]);
    // Known people do not wait.
    victim.peer.people.known.insert(bob.identity.node());
    victim.feed(Input::FreeSpace(Space { free: 0, size: 1 << 40 }));
    assert!(victim.hears(bob.link, bob.says(5, &["hello"], 0)).is_empty());
}

#[test]
fn the_user_is_told_what_was_left_out() {
    let mut victim = Victim::new();
    let stranger = victim.links(1);
    let text = "x".repeat(60_000);
    let outputs = {
        let events = stranger.says(1, &vec![text.as_str(); 700], 0);
        victim.feed(Input::Batch { link: stranger.link, events })
    };
    assert_eq!(told(&outputs, |notice| matches!(notice, HistoryNotice::LeftOut { .. })), 1);
}

#[test]
fn a_finished_backlog_reports_how_many_lines_were_refused() {
    let mut victim = Victim::new();
    let (bob, carol) = (victim.links(1), victim.links(2));
    victim.leaves(&carol);
    let events = carol.says(1, &vec!["x".repeat(60_000).as_str(); 700], 0);
    let range = HeldRange { name: None, log: carol.log(1), seq: 700, head: None, base: 1 };
    let mut outputs =
        victim.feed(Input::Have { link: bob.link, have: Have { ranges: vec![range], ..Have::default() } });
    outputs.extend(victim.feed(Input::Batch { link: bob.link, events }));
    outputs.extend(victim.wait(5));
    let progress: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Update(Update::Sync { received, total, refused }) => Some((*received, *total, *refused)),
            _ => None,
        })
        .collect();
    let taken = victim.peer.sync.logs.get(&carol.log(1)).unwrap().committed_head();
    assert_eq!(progress.first(), Some(&(0, 700, 0)));
    assert_eq!(progress.last(), Some(&(taken, taken, 700 - taken)));
}

#[test]
fn a_refused_line_is_reported_and_offered_again_later() {
    let mut victim = Victim::new();
    let bob = victim.links(1);
    victim.feed(Input::Say { room: Room::Lobby, text: Text::new("hello").unwrap(), action: false });
    let log = victim.peer.sync.logs.own(&RoomId::LOBBY).unwrap();
    let refused = Refused { log, from: 1, until: None, reason: mesh::RefusalReason::TooFast };
    let outputs = victim.feed(Input::Refused { link: bob.link, refused });
    assert_eq!(told(&outputs, |notice| matches!(notice, HistoryNotice::NotTaken { .. })), 1);
    let is_events = |frame: &Bytes| matches!(mesh::decode(frame), Ok(Frame::Batch(_)));
    let sent = |outputs: &[Output]| {
        outputs.iter().filter(|output| matches!(output, Output::Batch { frame, .. } if is_events(frame))).count()
    };
    victim.feed(Input::Taken(bob.link));
    assert_eq!(sent(&victim.wait(50)), 0, "it is not sent in vain");
    victim.feed(Input::Taken(bob.link));
    assert!(sent(&victim.wait(30)) > 0, "it is offered again");
}

#[test]
fn a_reader_that_displaces_others_is_written_at_once() {
    let mut victim = Victim::new();
    victim.feed(Input::Say { room: Room::Lobby, text: Text::new("hello").unwrap(), action: false });
    let log = victim.peer.sync.logs.own(&RoomId::LOBBY).unwrap();
    let range = HeldRange { name: None, log, seq: 1, head: None, base: 1 };
    let head = victim.peer.sync.logs.get(&log).unwrap().state().head_id;
    let have = || Have { ranges: vec![HeldRange { head, ..range }], ..Have::default() };
    let readers = u32::try_from(MAX_READERS).unwrap();
    for n in 1..=readers {
        let stranger = victim.links(n);
        victim.feed(Input::Have { link: stranger.link, have: have() });
        victim.leaves(&stranger);
    }
    victim.wait(6);
    let bob = victim.links(readers + 1);
    victim.feed(Input::Have { link: bob.link, have: have() });
    let acks = &victim.peer.store.acks;
    assert!(acks.contains_key(&(bob.identity.node(), log)));
    assert_eq!(acks.len(), MAX_READERS);
}

#[test]
fn logs_of_strangers_we_never_met_are_not_forwarded() {
    let mut row = Row::new(3);
    for peer in &mut row.peers {
        (peer.people.strangers, peer.people.unmet) = (true, true);
    }
    let link = row.link(0, 1);
    row.say(0, "hello");
    row.cut(link);
    let node = row.peers[0].identity.node();
    row.peers[1].people.known.insert(node);
    row.peers[1].people.strangers = true;
    row.link(1, 2);
    row.wait(10_000);
    assert_eq!(row.texts(2), ["hello"], "one hop beyond the node that met the author");
    let mut dave = Peer::new(9);
    (dave.people.strangers, dave.people.unmet) = (true, true);
    row.peers.push(dave);
    row.feed(3, Input::Start);
    row.link(2, 3);
    row.wait(10_000);
    assert_eq!(row.texts(3).len(), 0);
}

#[test]
fn idle_links_cost_nothing_and_are_offered_less_and_less() {
    let mut victim = Victim::new();
    for n in 0..100 {
        let stranger = victim.links(n);
        victim.hears(stranger.link, stranger.says(1, &["junk"], 0));
    }
    for n in 100..110 {
        victim.links(n);
    }
    let sent = |outputs: &[Output]| {
        let bytes = outputs.iter().map(|output| match output {
            Output::Batch { frame, .. } => frame.len(),
            _ => 0,
        });
        bytes.sum::<usize>()
    };
    // They take all frames, and say that they hold nothing.
    let mut total = 0;
    for _ in 0..600 {
        let outputs = victim.wait(1);
        total += sent(&outputs);
        let links: Vec<LinkId> = outputs
            .iter()
            .filter_map(|output| if let Output::Batch { link, .. } = output { Some(*link) } else { None })
            .collect();
        for link in links {
            total += sent(&victim.feed(Input::Taken(link)));
        }
    }
    let everything = victim.bytes() as usize * 110;
    assert!(total < everything * 6, "{total} bytes, everything once is {everything}");
}

/// Bytes that a `Have` takes for each of many lines.
#[test]
fn a_have_for_one_line_takes_few_bytes() {
    let mut row = Row::new(2);
    row.link(0, 1);
    row.wait(2_000);
    row.say(0, "the first line names the log");
    row.wait(2_000);
    let mut told: Vec<Bytes> = Vec::new();
    for n in 0..20 {
        let text = Text::new(&n.to_string()).unwrap();
        let now = row.now;
        let outputs = row.peers[0].feed(Input::Say { room: Room::Lobby, text, action: false }, now);
        let Some(Output::Publish(line)) = outputs.iter().find(|output| matches!(output, Output::Publish(_))) else {
            panic!("nothing")
        };
        let frames = line.get(crate::protocol::codec::Protocol::Mesh).to_vec();
        for frame in &frames {
            let Ok(Frame::Batch(events)) = mesh::decode(frame) else { panic!("no events") };
            row.peers[1].feed(Input::Batch { link: LinkId::Accepted(1), events }, now);
        }
        let later = Now { mono: now.mono + Duration::from_millis(60), ..now };
        let outputs = row.peers[1].feed(Input::Timer, later);
        told.extend(outputs.iter().filter_map(|output| match output {
            Output::Batch { frame, .. } if matches!(mesh::decode(frame), Ok(Frame::Have(_))) => Some(frame.clone()),
            _ => None,
        }));
        row.peers[1].feed(Input::Taken(LinkId::Accepted(1)), later);
        row.now = Now { mono: now.mono + Duration::from_millis(100), ..now };
    }
    assert!(told.len() >= 15, "{}", told.len());
    assert!(told.iter().all(|frame| frame.len() <= 24), "{:?}", told.iter().map(Bytes::len).collect::<Vec<_>>());
}
