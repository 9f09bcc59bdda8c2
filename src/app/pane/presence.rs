//! Neighbouring joins and leaves, folded to one line.

use crate::model::{LeaveReason, PeerId};

/// Names in one line; what comes after them starts a new one, so that no line grows for ever.
const MAX_CHANGES: usize = 32;

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Joined,
    Reconnected,
    Left(LeaveReason),
    /// Goes by the name of the line now, and went by this one.
    Renamed(String),
}

/// One line about who came, went, or changed their name.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    changes: Vec<(PeerId, String, Change)>,
    text: String,
}

impl Presence {
    pub(super) fn new(peer: PeerId, name: String, change: Change) -> Self {
        let mut new = Self { changes: vec![(peer, name, change)], text: String::new() };
        new.render();
        new
    }

    /// Takes in one more change, or gives it back if the line is full.
    pub(super) fn add(&mut self, peer: PeerId, name: String, change: Change) -> Result<(), (String, Change)> {
        let full = self.changes.len() >= MAX_CHANGES;
        match (self.changes.iter_mut().find(|(id, ..)| *id == peer), change) {
            // Who left and came back reconnected; who came and left is only gone; who came and took a name came by it.
            (Some((_, old, was @ Change::Left(_))), Change::Reconnected) => (*old, *was) = (name, Change::Reconnected),
            (Some((_, old, was @ (Change::Joined | Change::Reconnected))), change @ Change::Left(_)) => {
                (*old, *was) = (name, change);
            }
            (Some((_, old, Change::Joined | Change::Reconnected | Change::Renamed(_))), Change::Renamed(_)) => {
                *old = name;
            }
            (_, change) if full => return Err((name, change)),
            (_, change) => self.changes.push((peer, name, change)),
        }
        self.render();
        Ok(())
    }

    /// The line.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn render(&mut self) {
        let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
        for (_, name, change) in &self.changes {
            let verb = match change {
                Change::Joined => "joined",
                Change::Reconnected => "reconnected",
                Change::Left(LeaveReason::Timeout) => "stopped answering",
                Change::Left(LeaveReason::TooSlow) => "read too slowly and was let go",
                Change::Left(LeaveReason::Protocol) => "broke the protocol and was let go",
                Change::Left(LeaveReason::Closed | LeaveReason::Leaving) => "left",
                Change::Renamed(old) => {
                    parts.push((format!("is now {name}"), vec![old]));
                    continue;
                }
            };
            match parts.iter_mut().find(|(v, _)| v == verb) {
                Some((_, names)) => names.push(name),
                None => parts.push((verb.to_owned(), vec![name])),
            }
        }
        let parts: Vec<_> = parts.iter().map(|(verb, names)| format!("{} {verb}", names.join(", "))).collect();
        self.text = format!("⇄ {}", parts.join(" · "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(port: u16) -> PeerId {
        PeerId::Guest(([127, 0, 0, 1], port).into())
    }

    #[test]
    fn neighbours_share_a_line() {
        let mut line = Presence::new(id(1), "bob".into(), Change::Joined);
        line.add(id(2), "carol".into(), Change::Joined).unwrap();
        line.add(id(3), "erin".into(), Change::Left(LeaveReason::Closed)).unwrap();
        assert_eq!(line.text(), "⇄ bob, carol joined · erin left");
        line.add(id(3), "erin".into(), Change::Reconnected).unwrap();
        line.add(id(2), "carol".into(), Change::Left(LeaveReason::Timeout)).unwrap();
        assert_eq!(line.text(), "⇄ bob joined · carol stopped answering · erin reconnected");
    }

    #[test]
    fn a_name_learnt_after_joining_replaces_the_address() {
        let mut line = Presence::new(id(1), "127.0.0.1:1".into(), Change::Joined);
        line.add(id(1), "bob".into(), Change::Renamed("127.0.0.1:1".into())).unwrap();
        assert_eq!(line.text(), "⇄ bob joined");
        line.add(id(2), "zoe".into(), Change::Renamed("eve".into())).unwrap();
        assert_eq!(line.text(), "⇄ bob joined · eve is now zoe");
    }

    #[test]
    fn a_line_does_not_grow_for_ever() {
        let mut line = Presence::new(id(0), "n".into(), Change::Joined);
        let refused = (1..1_000).filter(|&p| line.add(id(p), "n".into(), Change::Joined).is_err()).count();
        assert_eq!(refused, 1_000 - MAX_CHANGES);
    }
}
