//! What must hold: DESIGN.md section 6, invariants 1 to 4, 6 and 7.

use std::collections::{BTreeMap, BTreeSet};

use proximity_chat::model::{Message, MessageId, NodeId, Position};

use crate::speech;

/// What is known of all nodes, against which everything that one of them shows is held.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The one event that each author's number of each log stands for.
    numbers: BTreeMap<(NodeId, u64, u64), MessageId>,
    /// Every message that any node has shown, and where.
    positions: BTreeMap<MessageId, Position>,
    nodes: Vec<Known>,
}

/// What is known of one node.
#[derive(Debug, Default)]
struct Known {
    /// What it has on disk for certain: it has shown it, or it was read after a crash.
    held: BTreeSet<MessageId>,
    /// The last number that it has shown or read of each log.
    last: BTreeMap<(NodeId, u64), u64>,
    /// What it showed its user as said.
    own: BTreeSet<MessageId>,
}

impl Rules {
    pub(crate) fn new(nodes: usize) -> Self {
        let nodes = (0..nodes).map(|_| Known::default()).collect();
        Self { numbers: BTreeMap::new(), positions: BTreeMap::new(), nodes }
    }

    /// A node showed a message as new.
    pub(crate) fn shown(&mut self, node: usize, message: &Message) -> Result<(), String> {
        let Message { id, position, .. } = message;
        let text = message.text.as_str();
        self.numbered(node, position)?;
        let known = &mut self.nodes[node];
        if !known.held.insert(*id) {
            return Err(format!("nothing twice: node {node} shows {id} ({text}) once more"));
        }
        let last = known.last.insert((position.author, position.epoch), position.seq).unwrap_or(0);
        if position.seq != last + 1 {
            return Err(format!("an author's own order: node {node} shows {text}, number {}, after {last}", position.seq));
        }
        if message.is_own() {
            known.own.insert(*id);
        }
        if let Some(question) = speech::question(text) {
            let question = self.positions.keys().find(|id| id.to_string() == question).copied();
            let question = question.ok_or_else(|| format!("node {node} shows {text}, and nobody the question"))?;
            if self.positions[&question] >= *position {
                return Err(format!("never against causality: {text} stands before what it answers"));
            }
            if !self.nodes[node].held.contains(&question) {
                return Err(format!("never against causality: node {node} shows {text} without what it answers"));
            }
        }
        Ok(())
    }

    /// One number stands for one event, everywhere and for ever; one event for one position.
    fn numbered(&mut self, node: usize, position: &Position) -> Result<(), String> {
        let Position { author, epoch, seq, id, .. } = *position;
        let first = *self.numbers.entry((author, epoch, seq)).or_insert(id);
        if first != id {
            return Err(format!("number {seq} of {author:?} is {first} and, at node {node}, {id}"));
        }
        let stood = *self.positions.entry(id).or_insert(*position);
        if stood == *position {
            Ok(())
        } else {
            Err(format!("the same order everywhere: {id} stands at {stood:?} and, at node {node}, at {position:?}"))
        }
    }

    /// A node tells its user that so many others have a message.
    pub(crate) fn delivered(&mut self, node: usize, id: MessageId, delivered: u32) -> Result<(), String> {
        let have = self.nodes.iter().enumerate().filter(|(other, known)| *other != node && known.held.contains(&id));
        let have = have.count();
        if have < delivered as usize {
            return Err(format!("node {node} says that {delivered} have {id}, but {have} have"));
        }
        Ok(())
    }

    /// How many messages there are.
    pub(crate) fn messages(&self) -> usize {
        self.positions.len()
    }

    /// Whether all nodes have everything that any of them has.
    pub(crate) fn all_have_all(&self) -> bool {
        self.nodes.iter().all(|known| known.held.len() == self.positions.len())
    }

    /// How many messages each node has.
    pub(crate) fn held(&self) -> Vec<usize> {
        self.nodes.iter().map(|known| known.held.len()).collect()
    }
}
