//! What must hold in each room, whatever goes wrong. Nothing is lost or comes twice, each author's lines keep their order, no line
//! stands before one that it answers, all nodes show the same order, and no node calls a line delivered that is not.
//! Where clocks are days off, a line may stand where it arrived, and each node then has its own place for it. But what
//! a user says is always the last line of their own screen. Lines of hostile members do not count for any of this, and
//! few of them are kept.
//!
//! If somebody has two histories, one number may stand for two events, and no node holds both. Then what users see
//! counts: everything that was said is there, once, though perhaps in a line that says it again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proximity_chat::{
    core::{
        budgets::{ABSENT_LOGS, STRANGER_BYTES, STRANGERS_BYTES_A_DAY},
        log::{
            FAR, WAIT_FOR_CAUSES, WAIT_FOR_STRANGERS,
            storage::{LogState, Snapshot},
        },
    },
    domain::model::{Delivery, LogId, Mark, Message, MessageId, NodeId, Position, RoomId, Timestamp},
};

use crate::{
    disk::{Held, Line, Placed},
    faults::NOTICED,
    host::KEPT,
    run::EPOCH,
    speech,
};

/// What is known of a room and of all nodes. Everything that a node shows there is checked against it.
#[derive(Debug)]
pub(crate) struct Rules {
    room: RoomId,
    /// The one event that each number of each log stands for.
    numbers: BTreeMap<(NodeId, u64, u64), MessageId>,
    /// Every message that any node has shown or stored.
    said: BTreeMap<MessageId, Said>,
    /// Messages that stand where they arrived, on any node.
    aside: BTreeSet<MessageId>,
    /// Messages dated before the time from which lines are kept. Only their authors offer them.
    too_old: BTreeSet<MessageId>,
    /// The positions of all others.
    positions: BTreeMap<MessageId, Position>,
    /// When the first node showed each message.
    first: BTreeMap<MessageId, Duration>,
    nodes: Vec<Known>,
    honest: BTreeSet<NodeId>,
    /// Whether somebody held older lines back. New lines then come before the older ones.
    pub(crate) has_gaps: bool,
    /// Those who went back to an earlier copy of their profile, and the numbers of their hosts.
    copied: BTreeMap<NodeId, usize>,
    /// Lines dated before this are too old.
    kept_from: Timestamp,
    /// How many keys have claimed to hold what they do not hold.
    liars: usize,
}

/// What is known of a message.
#[derive(Debug, Clone, Copy)]
struct Said {
    log: LogId,
    seq: u64,
    /// The first message that says the same: the message itself, unless it repeats one.
    first: MessageId,
    /// Whether it was only on a disk that was put back to an earlier copy.
    lost: bool,
}

/// What is known of one node.
#[derive(Debug, Default)]
struct Known {
    /// What it certainly has on disk: it has shown it, or it was read from the disk after a crash.
    held: BTreeSet<MessageId>,
    /// The last number of each log that it has shown or that was read.
    last: BTreeMap<(NodeId, u64), u64>,
    /// Until when it had no line at all of some log, and until when it lacked more than a few of anybody's: each time
    /// up to the moment when it showed something that may have ended that. A node judges what it takes in by what it
    /// has then, and shows it together with what came meanwhile.
    strange_until: Duration,
    behind_until: Duration,
    /// What it has shown of authors who are not honest. They may contradict themselves, and not everything of theirs is
    /// kept.
    strange: BTreeSet<MessageId>,
    /// What it has shown but not kept, because its disk was full.
    unkept: BTreeSet<MessageId>,
    /// The position of the last line on its screen.
    bottom: Option<Position>,
    /// What it had each time before its disk was put back, and when that happened: others may not have noticed that this is
    /// gone.
    had: Vec<(BTreeSet<MessageId>, Duration)>,
    /// Whether its user is in the room, if it is not the lobby.
    is_in: bool,
    /// What it has written since its start and not shown, by author, epoch and number: its user has left the room, or a
    /// room of two is not open. It is on the page that the user gets on coming back.
    unshown: BTreeMap<MessageId, (NodeId, u64, u64)>,
    /// What was on such a page. It may be shown once more if the user came back before the disk had answered.
    on_page: BTreeSet<MessageId>,
}

impl Known {
    fn has_shown(&self, id: &MessageId) -> bool {
        self.held.contains(id) || self.unkept.contains(id)
    }
}

impl Rules {
    pub(crate) fn new(room: RoomId, honest: &[NodeId]) -> Self {
        let kept_from = EPOCH.saturating_sub(KEPT).as_millis();
        let nodes = honest.iter().map(|_| Known::default()).collect();
        Self {
            room,
            numbers: BTreeMap::new(),
            said: BTreeMap::new(),
            aside: BTreeSet::new(),
            too_old: BTreeSet::new(),
            positions: BTreeMap::new(),
            first: BTreeMap::new(),
            nodes,
            honest: honest.iter().copied().collect(),
            has_gaps: false,
            copied: BTreeMap::new(),
            kept_from: Timestamp::from_millis(i64::try_from(kept_from).unwrap()),
            liars: 0,
        }
    }

    pub(crate) fn is_honest(&self, node: &NodeId) -> bool {
        self.honest.contains(node)
    }

    /// Whether somebody went back to an earlier copy of their profile.
    pub(crate) fn is_copied(&self, node: &NodeId) -> bool {
        self.copied.contains_key(node)
    }

    /// Whether a name in a notice is that of an honest node with one history.
    pub(crate) fn is_honest_name(&self, name: &str) -> bool {
        let tag = |node: &NodeId| name.contains(&node.tag(8));
        let bare = name.split('#').next().unwrap_or_default();
        let nick = |index: &usize| bare == format!("node{index}");
        if self.copied.keys().any(tag) || self.copied.values().any(nick) {
            return false;
        }
        name.contains("node") || self.honest.iter().any(tag)
    }

    /// Counts one more key that will claim to hold what it does not hold.
    pub(crate) fn a_liar_comes(&mut self) {
        self.liars += 1;
    }

    /// Whether this message is from an honest member, as far as any node has shown it.
    pub(crate) fn is_of_honest(&self, id: &MessageId) -> bool {
        self.positions.contains_key(id)
    }

    /// Whether a user is in the room, if it is not the lobby.
    pub(crate) fn is_in(&self, node: usize) -> bool {
        self.nodes[node].is_in
    }

    /// Whether a node has a line of somebody else in a room that its user does not see.
    pub(crate) fn hides(&self, node: usize, me: &NodeId) -> bool {
        let known = &self.nodes[node];
        let mut lines = known.held.iter().chain(known.unshown.keys());
        !known.is_in && lines.any(|id| self.said.get(id).is_some_and(|said| said.log.author != *me))
    }

    /// A user has come into the room, and sees what is on disk.
    pub(crate) fn comes(&mut self, node: usize) {
        let known = &mut self.nodes[node];
        if std::mem::replace(&mut known.is_in, true) {
            return;
        }
        for (id, (author, epoch, seq)) in std::mem::take(&mut known.unshown) {
            known.unkept.remove(&id);
            known.held.insert(id);
            known.on_page.insert(id);
            let last = known.last.entry((author, epoch)).or_default();
            *last = seq.max(*last);
        }
    }

    /// A user has left the room.
    pub(crate) fn leaves(&mut self, node: usize) {
        self.nodes[node].is_in = false;
    }

    /// A node has written an event of an honest member, and shows it soon if its user is in the room.
    pub(crate) fn written(&mut self, node: usize, line: &Line) -> Result<(), String> {
        self.numbered(node, line)?;
        let known = &mut self.nodes[node];
        if !known.held.contains(&line.id) {
            known.unshown.insert(line.id, (line.log.author, line.log.epoch, line.seq));
        }
        Ok(())
    }

    /// A node showed a message as new; `unkept` if it may not be on its disk.
    pub(crate) fn shown(&mut self, node: usize, message: &Message, unkept: bool, now: Duration) -> Result<(), String> {
        let Message { id, position, .. } = message;
        // Its number is used again, because nobody else has seen it.
        if message.delivery == Delivery::NotSent {
            return Ok(());
        }
        self.stands(node, message)?;
        if message.is_own() && position.hlc.wall() < self.kept_from {
            self.too_old.insert(*id);
        }
        let placed = match message.mark {
            Mark::Ahead | Mark::Behind => Placed::ByArrival,
            Mark::NotKept | Mark::Forked | Mark::Unknown => Placed::Unknown,
            Mark::None | Mark::Late | Mark::WrongTime => Placed::ByClock,
        };
        if !self.is_honest(&position.author) {
            // After a crash it comes once more.
            if unkept {
                return Ok(());
            }
            let is_new = self.nodes[node].strange.insert(*id);
            return if is_new { Ok(()) } else { Err(format!("nothing twice: node {node} shows {id} once more")) };
        }
        let text = message.text.as_str();
        let log = LogId { room: self.room, author: position.author, epoch: position.epoch };
        self.numbered(node, &Line { log, seq: position.seq, id: *id, first: message.again.unwrap_or(*id) })?;
        self.placed(node, *position, placed)?;
        self.nodes[node].unshown.remove(id);
        if self.nodes[node].on_page.remove(id) {
            return Ok(());
        }
        if self.has_nothing_of_somebody(node) {
            self.nodes[node].strange_until = now;
        }
        if self.is_far_behind(node) {
            self.nodes[node].behind_until = now;
        }
        let known = &mut self.nodes[node];
        let shown = if unkept { &mut known.unkept } else { &mut known.held };
        if !shown.insert(*id) || !unkept && known.unkept.contains(id) {
            return Err(format!("nothing twice: node {node} shows {id} ({text}) once more"));
        }
        let entry = known.last.entry((position.author, position.epoch)).or_default();
        let last = std::mem::replace(entry, position.seq.max(*entry));
        if position.seq != last + 1 && !self.has_gaps && !self.copied.contains_key(&position.author) {
            return Err(format!(
                "an author's own order: node {node} shows {text}, number {}, after {last}",
                position.seq
            ));
        }
        let said_at = *self.first.entry(*id).or_insert(now);
        let Known { strange_until, behind_until, .. } = *known;
        if let Some(question) = speech::question(text) {
            let question = self.said.iter().find(|(id, _)| id.to_string() == question);
            let (&question, asked) =
                question.ok_or_else(|| format!("node {node} shows {text}, and nobody the question"))?;
            // The answer to a line that stands where it arrived does not name it as a cause. A line that is said again
            // stands elsewhere.
            let is_elsewhere = self.aside.contains(id) || placed == Placed::Unknown || message.again.is_some();
            if is_elsewhere || self.aside.contains(&question) || self.copied.contains_key(&asked.log.author) {
                return Ok(());
            }
            if self.positions.get(&question).is_some_and(|question| question >= position) {
                return Err(format!("never against causality: {text} stands before what it answers"));
            }
            // Lines that nobody passes on must not hold up the rest for ever. That holds for the question, and for a
            // line before it, which the answer may name as its cause instead.
            let said = self.first.get(&question).copied().unwrap_or_default();
            let patience = if strange_until >= said_at { WAIT_FOR_STRANGERS } else { WAIT_FOR_CAUSES };
            let waited = now.saturating_sub(said) >= patience;
            // Dozens of missed lines must not hold up new lines either, and neither must lines that were held back.
            let is_missing = !self.nodes[node].has_shown(&question) && !self.has_gaps;
            if !waited && is_missing && behind_until < said_at {
                return Err(format!("never against causality: node {node} shows {text} without what it answers"));
            }
        }
        Ok(())
    }

    /// A node has kept a line that it showed earlier. Only now its mark says how it got its place.
    pub(crate) fn kept(&mut self, node: usize, id: MessageId, mark: Mark) {
        if matches!(mark, Mark::Ahead | Mark::Behind) {
            self.aside.insert(id);
        }
        let known = &mut self.nodes[node];
        if known.unkept.remove(&id) | known.unshown.remove(&id).is_some() {
            known.held.insert(id);
        }
    }

    /// What a user says is the last line of their screen.
    fn stands(&mut self, node: usize, message: &Message) -> Result<(), String> {
        let bottom = &mut self.nodes[node].bottom;
        let position = message.position;
        // What another copy of the key has said is fetched, and stands where it was said.
        let is_said_now = message.is_own() && message.delivery != Delivery::Sent;
        if is_said_now && bottom.is_some_and(|bottom| bottom >= position) {
            return Err(format!("the own line is last: at node {node}, {} stands before {bottom:?}", message.text));
        }
        *bottom = (*bottom).max(Some(position));
        Ok(())
    }

    /// A node has moved lines that a wrong clock had placed.
    pub(crate) fn rearranged(&mut self, node: usize) {
        self.nodes[node].bottom = None;
    }

    /// Whether there is a log of which a node has no line at all.
    fn has_nothing_of_somebody(&self, node: usize) -> bool {
        let last = &self.nodes[node].last;
        self.numbers.keys().any(|(author, epoch, _)| !last.contains_key(&(*author, *epoch)))
    }

    /// Whether a node lacks more than a few lines of anybody.
    fn is_far_behind(&self, node: usize) -> bool {
        let mut newest: BTreeMap<(NodeId, u64), u64> = BTreeMap::new();
        for (author, epoch, seq) in self.numbers.keys() {
            newest.insert((*author, *epoch), *seq);
        }
        let last = &self.nodes[node].last;
        newest.iter().any(|(log, seq)| seq - last.get(log).copied().unwrap_or(0).min(*seq) > FAR)
    }

    /// Takes in what a node has on disk, before it starts or after it has ended.
    pub(crate) fn on_disk(&mut self, node: usize, on_disk: &Held) -> Result<(), String> {
        for line in &on_disk.lines {
            self.numbered(node, line)?;
        }
        for (position, placed) in &on_disk.seen {
            self.placed(node, *position, *placed)?;
        }
        let held: BTreeSet<_> = on_disk.lines.iter().map(|line| line.id).collect();
        if let Some(lost) = self.nodes[node].held.iter().find(|id| !held.contains(id)) {
            return Err(format!("nothing lost: node {node} has shown {lost}, and it is not on its disk"));
        }
        let mut last = BTreeMap::new();
        for line in &on_disk.lines {
            let last = last.entry((line.log.author, line.log.epoch)).or_insert(line.seq);
            *last = line.seq.max(*last);
        }
        let bottom = on_disk.seen.iter().map(|(position, _)| *position).max();
        let Known { strange, had, is_in, .. } = std::mem::take(&mut self.nodes[node]);
        self.nodes[node] = Known { held, last, strange, bottom, had, is_in, ..Known::default() };
        Ok(())
    }

    /// A node's disk is put back to an earlier copy, which has not been read yet.
    pub(crate) fn goes_back(&mut self, index: usize, node: NodeId, now: Duration) {
        let Known { held, is_in, mut had, .. } = std::mem::take(&mut self.nodes[index]);
        had.push((held, now));
        self.nodes[index] = Known { had, is_in, ..Known::default() };
        self.copied.insert(node, index);
    }

    /// What nobody has after that is lost: it had not reached anybody.
    pub(crate) fn some_may_be_lost(&mut self) {
        let there: BTreeSet<MessageId> = self.nodes.iter().flat_map(|known| self.firsts(known)).collect();
        for said in self.said.values_mut() {
            said.lost |= !there.contains(&said.first);
        }
    }

    /// A node removes everything after this number from its own log: it was said again.
    pub(crate) fn taken_out(&mut self, node: usize, log: LogId, after: u64) -> Result<(), String> {
        let is_out = |id: &MessageId| self.said.get(id).is_some_and(|said| said.log == log && said.seq > after);
        let out: Vec<MessageId> = self.nodes[node].held.extract_if(.., is_out).collect();
        let seen: BTreeSet<MessageId> = self.firsts(&self.nodes[node]).collect();
        match out.iter().find(|id| self.said.get(id).is_some_and(|said| !seen.contains(&said.first))) {
            Some(lost) => Err(format!("nothing lost: node {node} takes out {lost}, and it was not said again")),
            None if self.is_copied(&log.author) => Ok(()),
            None => Err(format!("node {node} takes lines out of {log:?}, which has one history")),
        }
    }

    /// What a node has of what was said, including lines that were said again.
    fn firsts(&self, known: &Known) -> impl Iterator<Item = MessageId> {
        let all = known.held.iter().chain(known.unshown.keys());
        all.filter_map(|id| self.said.get(id).map(|said| said.first))
    }

    /// One number stands for one event, everywhere and for ever.
    fn numbered(&mut self, node: usize, line: &Line) -> Result<(), String> {
        let Line { log, seq, id, first } = *line;
        self.said.insert(id, Said { log, seq, first, lost: false });
        let known = *self.numbers.entry((log.author, log.epoch, seq)).or_insert(id);
        if known != id && !self.copied.contains_key(&log.author) {
            return Err(format!("number {seq} of {:?} is {known} and, at node {node}, {id}", log.author));
        }
        Ok(())
    }

    /// One event has one position.
    fn placed(&mut self, node: usize, position: Position, placed: Placed) -> Result<(), String> {
        let id = position.id;
        match placed {
            Placed::Unknown => return Ok(()),
            Placed::ByArrival => {
                self.aside.insert(id);
                return Ok(());
            }
            Placed::ByClock => {}
        }
        let stood = *self.positions.entry(id).or_insert(position);
        if stood == position {
            Ok(())
        } else {
            Err(format!("the same order everywhere: {id} stands at {stood:?} and, at node {node}, at {position:?}"))
        }
    }

    /// A node tells its user that this many others have a message.
    pub(crate) fn delivered(
        &mut self,
        node: usize,
        id: MessageId,
        delivered: u32,
        now: Duration,
    ) -> Result<(), String> {
        let has = |known: &Known| {
            let holds = known.held.contains(&id) || known.unshown.contains_key(&id);
            holds || known.had.iter().any(|(had, at)| now < *at + NOTICED && had.contains(&id))
        };
        let have = self.nodes.iter().enumerate().filter(|(other, known)| *other != node && has(known));
        let have = have.count() + self.liars;
        if have < delivered as usize {
            return Err(format!("node {node} says that {delivered} have {id}, but {have} have"));
        }
        Ok(())
    }

    /// Checks what a node has on disk of strangers at the end, when no stranger who has said anything is present.
    pub(crate) fn strangers(
        &self,
        node: usize,
        snapshot: &Snapshot,
        is_known: impl Fn(&NodeId) -> bool,
    ) -> Result<(), String> {
        let bytes = snapshot.bytes.iter().filter(|(log, _)| !self.is_honest(&log.author) && !is_known(&log.author));
        let logs: BTreeMap<LogId, u64> = bytes.copied().collect();
        let is_given_up = |log: &&LogState| log.head < log.base && logs.contains_key(&log.id);
        if let Some(log) = snapshot.logs.iter().find(is_given_up) {
            return Err(format!("what is given up is gone: node {node} has lines of {:?}", log.id));
        }
        if logs.len() > ABSENT_LOGS {
            let mut rooms: BTreeMap<RoomId, usize> = BTreeMap::new();
            for log in logs.keys() {
                *rooms.entry(log.room).or_default() += 1;
            }
            return Err(format!("strangers have few places: node {node} holds these logs of absent ones: {rooms:?}"));
        }
        if let Some((log, bytes)) = logs.iter().find(|(_, bytes)| **bytes > STRANGER_BYTES) {
            return Err(format!("strangers have few bytes: node {node} holds {bytes} of {:?}", log.author));
        }
        let all: u64 = logs.values().sum();
        if all > STRANGERS_BYTES_A_DAY {
            return Err(format!("strangers have few bytes: node {node} holds {all} of all of them"));
        }
        Ok(())
    }

    /// How many messages there are.
    pub(crate) fn messages(&self) -> usize {
        self.said.len()
    }

    /// One of these nodes that lacks a message, and that message. In the lobby everybody must have everything. In
    /// other rooms somebody may have said something and left before anybody else was there. `is_excused` says whether a
    /// node may lack a log of somebody whose newest line is dated like this.
    pub(crate) fn missing(
        &self,
        nodes: &[usize],
        is_excused: impl Fn(usize, &NodeId, Timestamp) -> bool,
    ) -> Option<(usize, MessageId)> {
        let is_lobby = self.room == RoomId::LOBBY;
        let there: BTreeSet<_> =
            nodes.iter().filter(|_| !is_lobby).flat_map(|n| self.firsts(&self.nodes[*n])).collect();
        let must_have = || {
            let said = self.said.iter().filter(|(id, said)| !said.lost && !self.too_old.contains(id));
            said.filter(|(_, said)| is_lobby || there.contains(&said.first))
        };
        let is_copied = |said: &Said| self.copied.contains_key(&said.log.author);
        nodes.iter().find_map(|&node| {
            let known = &self.nodes[node];
            let firsts: BTreeSet<_> = self.firsts(known).collect();
            let holds = |id: &MessageId| known.held.contains(id) || !known.is_in && known.unshown.contains_key(id);
            let has = |id: &MessageId, said: &Said| {
                if is_copied(said) { firsts.contains(&said.first) } else { holds(id) }
            };
            let excused =
                |said: &Said| self.newest(&said.log).is_some_and(|newest| is_excused(node, &said.log.author, newest));
            must_have().find(|(id, said)| !has(id, said) && !excused(said)).map(|(id, _)| (node, *id))
        })
    }

    /// How the newest line of a log is dated, as far as it stands where its date says.
    fn newest(&self, log: &LogId) -> Option<Timestamp> {
        let lines = self.said.iter().filter(|(_, said)| said.log == *log);
        lines.filter_map(|(id, _)| self.positions.get(id)).map(|at| at.hlc.wall()).max()
    }

    /// The messages that a node has.
    pub(crate) fn held_by(&self, node: usize) -> BTreeSet<MessageId> {
        self.nodes[node].held.clone()
    }

    /// How many messages each node has.
    pub(crate) fn held(&self) -> Vec<usize> {
        self.nodes.iter().map(|known| known.held.len()).collect()
    }
}
