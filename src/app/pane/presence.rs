//! Neighbouring joins and leaves, folded to one line.

use crate::model::{LeaveReason, PeerId};

/// People in one line; who comes after them starts a new one, so that no line grows for ever.
const MAX_PEOPLE: usize = 32;

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Joined,
    Reconnected,
    Left(LeaveReason),
    /// Goes by the name of the line now, and went by this one.
    Renamed(String),
}

/// One person in a line: what they were at its begin, what they are now, and what happened in between.
#[derive(Debug, Clone)]
struct Person {
    id: PeerId,
    name: String,
    /// Whether they were here when the line began.
    was_here: bool,
    here: bool,
    /// The name they went by when the line began, if they changed it.
    old_name: Option<String>,
    /// Whether they came back only after a long time.
    came_back: bool,
    reason: LeaveReason,
}

impl Person {
    fn new(id: PeerId, name: String, change: Change) -> Self {
        let (was_here, here) = match change {
            Change::Joined => (false, true),
            Change::Left(_) => (true, false),
            Change::Reconnected | Change::Renamed(_) => (true, true),
        };
        let mut new = Self { id, name, was_here, here, old_name: None, came_back: false, reason: LeaveReason::Closed };
        new.note(change);
        new
    }

    /// Whether `change` is about this person: the same peer, or one of the same host that comes back under the same
    /// name, as a program does that was started again and found another port.
    fn is(&self, id: PeerId, name: &str, change: &Change) -> bool {
        let (PeerId::Guest(one), PeerId::Guest(other)) = (self.id, id) else { return self.id == id };
        match change {
            Change::Reconnected if one == other => !self.here,
            Change::Joined | Change::Reconnected => !self.here && self.name == name && one.ip() == other.ip(),
            Change::Left(_) | Change::Renamed(_) => self.here && one == other,
        }
    }

    fn note(&mut self, change: Change) {
        match change {
            Change::Joined => (self.came_back, self.here) = (self.was_here, true),
            Change::Reconnected => self.here = true,
            Change::Left(reason) => (self.reason, self.here) = (reason, false),
            Change::Renamed(old) if self.was_here => self.old_name = Some(self.old_name.take().unwrap_or(old)),
            // Who came and took a name came by it.
            Change::Renamed(_) => {}
        }
    }

    /// What came of it all.
    fn verb(&self) -> String {
        match (self.was_here, self.here, self.reason) {
            (_, false, LeaveReason::TooSlow) => "read too slowly and was let go".to_owned(),
            (_, false, LeaveReason::Protocol) => "broke the protocol and was let go".to_owned(),
            (true, false, LeaveReason::Timeout) => "stopped answering".to_owned(),
            (true, false, LeaveReason::Closed) => "left".to_owned(),
            (false, false, _) => "came and went".to_owned(),
            (false, true, _) => "joined".to_owned(),
            (true, true, _) => match &self.old_name {
                Some(old) if *old != self.name => format!("is now {}", self.name),
                Some(_) => "has the old name again".to_owned(),
                None if self.came_back => "came back".to_owned(),
                None => "reconnected".to_owned(),
            },
        }
    }

    /// The name that the verb is about.
    fn subject(&self) -> &str {
        match &self.old_name {
            Some(old) if self.here => old,
            _ => &self.name,
        }
    }
}

/// One line about who came, went, or changed their name: each person once, with what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    people: Vec<Person>,
    text: String,
}

impl Presence {
    pub(super) fn new(peer: PeerId, name: String, change: Change) -> Self {
        let mut new = Self { people: vec![Person::new(peer, name, change)], text: String::new() };
        new.render();
        new
    }

    /// Takes in one more change, or gives it back if the line is full.
    pub(super) fn add(&mut self, peer: PeerId, name: String, change: Change) -> Result<(), (String, Change)> {
        let full = self.people.len() >= MAX_PEOPLE;
        match self.people.iter_mut().find(|person| person.is(peer, &name, &change)) {
            Some(person) => {
                person.note(change);
                (person.id, person.name) = (peer, name);
            }
            None if full => return Err((name, change)),
            None => self.people.push(Person::new(peer, name, change)),
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
        for person in &self.people {
            let verb = person.verb();
            match parts.iter_mut().find(|(v, _)| *v == verb) {
                Some((_, names)) => names.push(person.subject()),
                None => parts.push((verb, vec![person.subject()])),
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
        assert_eq!(line.text(), "⇄ bob joined · carol came and went · erin reconnected");
        line.add(id(4), "dave".into(), Change::Left(LeaveReason::Timeout)).unwrap();
        line.add(id(1), "bob".into(), Change::Left(LeaveReason::Protocol)).unwrap();
        assert_eq!(
            line.text(),
            "⇄ bob broke the protocol and was let go · carol came and went · erin reconnected · dave stopped answering"
        );
    }

    #[test]
    fn everybody_is_told_of_once() {
        let left = || Change::Left(LeaveReason::Closed);
        let mut line = Presence::new(id(1), "script".into(), Change::Joined);
        line.add(id(1), "script".into(), left()).unwrap();
        line.add(id(2), "carol".into(), left()).unwrap();
        assert_eq!(line.text(), "⇄ script came and went · carol left");
        line.add(id(2), "carol".into(), Change::Reconnected).unwrap();
        line.add(id(2), "carol".into(), left()).unwrap();
        assert_eq!(line.text(), "⇄ script came and went · carol left");
        // Under another port, as it was started again.
        line.add(id(3), "carol".into(), Change::Joined).unwrap();
        line.add(id(4), "script".into(), Change::Joined).unwrap();
        assert_eq!(line.text(), "⇄ script joined · carol came back");
        line.add(id(4), "script".into(), left()).unwrap();
        line.add(id(3), "eve".into(), Change::Renamed("carol".into())).unwrap();
        assert_eq!(line.text(), "⇄ script came and went · carol is now eve");
        line.add(id(3), "eve".into(), left()).unwrap();
        // Somebody else at that address, and somebody else of that name.
        line.add(id(3), "zoe".into(), Change::Joined).unwrap();
        let far = PeerId::Guest(([192, 168, 1, 9], 3).into());
        line.add(far, "eve".into(), Change::Joined).unwrap();
        assert_eq!(line.text(), "⇄ script came and went · eve left · zoe, eve joined");
    }

    #[test]
    fn a_key_is_one_person_whatever_the_address_and_the_name() {
        let key = |byte| PeerId::Node(crate::model::NodeId::new([byte; 32]));
        let mut line = Presence::new(key(1), "bob".into(), Change::Left(LeaveReason::Closed));
        line.add(key(1), "bob".into(), Change::Reconnected).unwrap();
        assert_eq!(line.text(), "⇄ bob reconnected");
        line.add(key(2), "bob".into(), Change::Joined).unwrap();
        assert_eq!(line.text(), "⇄ bob reconnected · bob joined", "another one of that name");
        line.add(key(1), "rob".into(), Change::Renamed("bob".into())).unwrap();
        line.add(key(2), "bob".into(), Change::Left(LeaveReason::Timeout)).unwrap();
        assert_eq!(line.text(), "⇄ bob is now rob · bob came and went");
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
        assert_eq!(refused, 1_000 - MAX_PEOPLE);
    }
}
