//! Consecutive joins and leaves, folded into one line. It begins with the time of the first one. What happened at
//! another time is followed by its own time: `18:22 ⇄ bob, carol joined · erin left 18:40`.

use crate::{
    domain::model::{LeaveReason, PeerId},
    frontend::{
        tui::app::{clock::time_of_day, people::Change},
        words::presence as words,
    },
};

/// People that one line counts; the next one starts a new line. That is several times as many as can be linked at a
/// time, and bounds how long a line is searched.
const MAX_PEOPLE: usize = 4_096;

/// People that one line names; the others are counted. A handful is read, a wall of names hides the messages above.
const MAX_NAMED: usize = 8;

/// The person a change is about.
#[derive(Debug, Clone)]
pub(crate) struct Mover {
    pub id: PeerId,
    /// What they are called now.
    pub name: String,
    /// Whether nothing vouches for them yet. Others are named before them.
    pub stranger: bool,
}

/// One person in a line: their state at its start, their state now, and what happened in between.
#[derive(Debug, Clone)]
struct Person {
    who: Mover,
    /// Whether they were here when the line began.
    was_here: bool,
    here: bool,
    /// The name they went by when the line began, if they changed it.
    old_name: Option<String>,
    /// Whether they came back only after a long time.
    came_back: bool,
    reason: LeaveReason,
    /// When the first and the last of these changes happened, in minutes since midnight.
    first: u16,
    last: u16,
}

/// The result of all the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    ReadTooSlowly,
    BrokeProtocol,
    StoppedAnswering,
    Left,
    CameAndWent,
    Joined,
    Renamed,
    OldName,
    CameBack,
    Reconnected,
    LeftAndJoined,
}

impl Outcome {
    /// What one or several people did.
    const fn verb(self) -> words::Verb {
        match self {
            Self::ReadTooSlowly => words::READ_TOO_SLOWLY,
            Self::BrokeProtocol => words::BROKE_PROTOCOL,
            Self::StoppedAnswering => words::STOPPED_ANSWERING,
            Self::Left => words::LEFT,
            Self::CameAndWent => words::CAME_AND_WENT,
            Self::Joined => words::JOINED,
            Self::Renamed => words::RENAMED,
            Self::OldName => words::OLD_NAME,
            Self::CameBack => words::CAME_BACK,
            Self::Reconnected => words::RECONNECTED,
            Self::LeftAndJoined => words::LEFT_AND_JOINED,
        }
    }
}

impl Person {
    fn new(who: Mover, change: Change, minute: u16) -> Self {
        let (was_here, here) = match change {
            Change::Joined => (false, true),
            Change::Left(_) => (true, false),
            Change::Reconnected | Change::Renamed(_) => (true, true),
        };
        let reason = LeaveReason::Closed;
        let mut new =
            Self { who, was_here, here, old_name: None, came_back: false, reason, first: minute, last: minute };
        new.note(change, minute);
        new
    }

    /// Whether `change` is about this person: the same peer, or a guest on the same host with the same name, such as a
    /// program that was restarted and got another port.
    fn is(&self, who: &Mover, change: &Change) -> bool {
        let (PeerId::Guest(one), PeerId::Guest(other)) = (self.who.id, who.id) else { return self.who.id == who.id };
        match change {
            Change::Reconnected if one == other => !self.here,
            Change::Joined | Change::Reconnected => !self.here && self.who.name == who.name && one.ip() == other.ip(),
            Change::Left(_) | Change::Renamed(_) => self.here && one == other,
        }
    }

    fn note(&mut self, change: Change, minute: u16) {
        // For someone who joined in this line, a rename is part of the join: it has the new name and the time of the
        // join.
        if !matches!(change, Change::Renamed(_)) || self.was_here {
            self.last = minute;
        }
        match change {
            Change::Joined => (self.came_back, self.here) = (self.was_here, true),
            Change::Reconnected => self.here = true,
            Change::Left(reason) => (self.reason, self.here) = (reason, false),
            Change::Renamed(old) if self.was_here => self.old_name = Some(self.old_name.take().unwrap_or(old)),
            Change::Renamed(_) => {}
        }
    }

    fn outcome(&self) -> Outcome {
        match (self.was_here, self.here, self.reason) {
            (_, false, LeaveReason::TooSlow) => Outcome::ReadTooSlowly,
            (_, false, LeaveReason::Protocol) => Outcome::BrokeProtocol,
            (true, false, LeaveReason::Timeout) => Outcome::StoppedAnswering,
            (true, false, LeaveReason::Closed) => Outcome::Left,
            (false, false, _) => Outcome::CameAndWent,
            (false, true, _) => Outcome::Joined,
            (true, true, _) => match &self.old_name {
                Some(old) if *old != self.who.name => Outcome::Renamed,
                Some(_) => Outcome::OldName,
                // A name and an address do not tell whether it is the same guest.
                None if matches!(self.who.id, PeerId::Guest(_)) => Outcome::LeftAndJoined,
                None if self.came_back => Outcome::CameBack,
                None => Outcome::Reconnected,
            },
        }
    }

    /// From when until when the outcome came about.
    const fn times(&self, outcome: Outcome) -> (u16, u16) {
        match outcome {
            Outcome::CameAndWent => (self.first, self.last),
            _ => (self.last, self.last),
        }
    }

    /// The name that the verb is about.
    fn subject(&self) -> &str {
        match &self.old_name {
            Some(old) if self.here => old,
            _ => &self.who.name,
        }
    }
}

/// The people of a line with the same outcome.
struct Part<'a> {
    outcome: Outcome,
    named: Vec<&'a Person>,
    others: usize,
    /// The minutes of the first and the last of them.
    times: (u16, u16),
}

impl Part<'_> {
    /// What they did, and when, unless that was in the minute that the line begins with.
    fn text(&self, began: u16) -> String {
        let what = self.what();
        match self.times {
            (from, until) if (from, until) == (began, began) => what,
            (from, until) if from == until => format!("{what} {}", time_of_day(until)),
            (from, until) => format!("{what} {}–{}", time_of_day(from), time_of_day(until)),
        }
    }

    fn what(&self) -> String {
        let verb = self.outcome.verb();
        if self.outcome == Outcome::Renamed {
            let named = self.named.iter().map(|person| words::is_now(person.subject(), &person.who.name));
            let others = (self.others > 0).then(|| words::did(&[], self.others, verb));
            return named.chain(others).collect::<Vec<_>>().join(" · ");
        }
        let names: Vec<_> = self.named.iter().map(|person| person.subject()).collect();
        words::did(&names, self.others, verb)
    }
}

/// One line about people who came, left or changed their name: each person once, with the outcome.
#[derive(Debug, Clone)]
pub(crate) struct Presence {
    people: Vec<Person>,
    text: String,
    /// When the first change happened, in minutes since midnight.
    began: u16,
    /// Whether all the people are strangers.
    strangers: bool,
}

impl Presence {
    /// A line about what happened at this minute of the day.
    pub(super) fn new(who: Mover, change: Change, minute: u16) -> Self {
        let strangers = who.stranger;
        let people = vec![Person::new(who, change, minute)];
        let mut new = Self { people, text: String::new(), began: minute, strangers };
        new.render();
        new
    }

    /// Adds a change, or gives it back if the line is full.
    pub(super) fn add(&mut self, who: Mover, change: Change, minute: u16) -> Result<(), (Mover, Change)> {
        let full = self.people.len() >= MAX_PEOPLE;
        let strangers = self.strangers && who.stranger;
        match self.people.iter_mut().find(|person| person.is(&who, &change)) {
            Some(person) => {
                person.note(change, minute);
                person.who = who;
            }
            None if full => return Err((who, change)),
            None => self.people.push(Person::new(who, change, minute)),
        }
        self.strangers = strangers;
        self.render();
        Ok(())
    }

    /// Closes the line: only its text is needed from now on.
    pub(super) fn close(&mut self) {
        self.people = Vec::new();
    }

    /// Whether it is about strangers only.
    pub(super) const fn is_of_strangers(&self) -> bool {
        self.strangers
    }

    /// The line.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn render(&mut self) {
        let strangers = MAX_NAMED.saturating_sub(self.people.iter().filter(|person| !person.who.stranger).count());
        let mut left = [MAX_NAMED, strangers];
        let mut parts: Vec<Part<'_>> = Vec::new();
        for person in &self.people {
            let outcome = person.outcome();
            let (from, until) = person.times(outcome);
            let at = parts.iter().position(|part| part.outcome == outcome).unwrap_or_else(|| {
                parts.push(Part { outcome, named: Vec::new(), others: 0, times: (from, until) });
                parts.len() - 1
            });
            let Some(part) = parts.get_mut(at) else { continue };
            part.times = (part.times.0.min(from), part.times.1.max(until));
            let [known, strangers] = &mut left;
            let room = if person.who.stranger { strangers } else { known };
            match room.checked_sub(1) {
                Some(less) => {
                    *room = less;
                    part.named.push(person);
                }
                None => part.others += 1,
            }
        }
        let parts: Vec<_> = parts.iter().map(|part| part.text(self.began)).collect();
        self.text = format!("{} ⇄ {}", time_of_day(self.began), parts.join(" · "));
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u16 = 12 * 60;

    fn id(port: u16) -> PeerId {
        PeerId::Guest(([127, 0, 0, 1], port).into())
    }

    fn who(id: PeerId, name: &str) -> Mover {
        Mover { id, name: name.to_owned(), stranger: false }
    }

    #[test]
    fn consecutive_changes_share_a_line() {
        let mut line = Presence::new(who(id(1), "bob"), Change::Joined, NOON);
        line.add(who(id(2), "carol"), Change::Joined, NOON).unwrap();
        line.add(who(id(3), "erin"), Change::Left(LeaveReason::Closed), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob, carol joined · erin left");
        line.add(who(id(3), "erin"), Change::Reconnected, NOON).unwrap();
        line.add(who(id(2), "carol"), Change::Left(LeaveReason::Timeout), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob joined · carol came and went · erin left and joined");
        line.add(who(id(4), "dave"), Change::Left(LeaveReason::Timeout), NOON).unwrap();
        line.add(who(id(1), "bob"), Change::Left(LeaveReason::Protocol), NOON).unwrap();
        assert_eq!(
            line.text(),
            "12:00 ⇄ bob was disconnected for breaking the protocol · carol came and went · erin left and joined · dave stopped answering"
        );
    }

    #[test]
    fn everybody_is_mentioned_once() {
        let left = || Change::Left(LeaveReason::Closed);
        let mut line = Presence::new(who(id(1), "script"), Change::Joined, NOON);
        line.add(who(id(1), "script"), left(), NOON).unwrap();
        line.add(who(id(2), "carol"), left(), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ script came and went · carol left");
        line.add(who(id(2), "carol"), Change::Reconnected, NOON).unwrap();
        line.add(who(id(2), "carol"), left(), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ script came and went · carol left");
        // On another port, because it was restarted.
        line.add(who(id(3), "carol"), Change::Joined, NOON).unwrap();
        line.add(who(id(4), "script"), Change::Joined, NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ script joined · carol left and joined");
        line.add(who(id(4), "script"), left(), NOON).unwrap();
        line.add(who(id(3), "eve"), Change::Renamed("carol".into()), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ script came and went · carol is now eve");
        line.add(who(id(3), "eve"), left(), NOON).unwrap();
        // Somebody else at that address, and somebody else with that name.
        line.add(who(id(3), "zoe"), Change::Joined, NOON).unwrap();
        let far = PeerId::Guest(([192, 168, 1, 9], 3).into());
        line.add(who(far, "eve"), Change::Joined, NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ script came and went · eve left · zoe, eve joined");
    }

    #[test]
    fn a_key_is_one_person_whatever_its_address_and_name() {
        let key = |byte| PeerId::Node(crate::domain::model::NodeId::new([byte; 32]));
        let mut line = Presence::new(who(key(1), "bob"), Change::Left(LeaveReason::Closed), NOON);
        line.add(who(key(1), "bob"), Change::Reconnected, NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob reconnected");
        line.add(who(key(2), "bob"), Change::Joined, NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob reconnected · bob joined", "another one of that name");
        line.add(who(key(1), "rob"), Change::Renamed("bob".into()), NOON).unwrap();
        line.add(who(key(2), "bob"), Change::Left(LeaveReason::Timeout), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob is now rob · bob came and went");
    }

    #[test]
    fn a_name_learnt_after_joining_replaces_the_address() {
        let mut line = Presence::new(who(id(1), "127.0.0.1:1"), Change::Joined, NOON);
        line.add(who(id(1), "bob"), Change::Renamed("127.0.0.1:1".into()), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob joined");
        line.add(who(id(2), "zoe"), Change::Renamed("eve".into()), NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob joined · eve is now zoe");
    }

    #[test]
    fn a_line_names_a_handful_and_counts_the_others() {
        let stranger = |port| Mover { stranger: true, ..who(id(port), &format!("n{port}")) };
        let mut line = Presence::new(stranger(1), Change::Joined, NOON);
        for port in 2..=10 {
            line.add(stranger(port), Change::Joined, NOON).unwrap();
        }
        assert_eq!(line.text(), "12:00 ⇄ n1, n2, n3, n4, n5, n6, n7, n8 and 2 others joined");
        line.add(who(id(2_000), "carol"), Change::Left(LeaveReason::Closed), NOON).unwrap();
        line.add(who(id(2_001), "bob"), Change::Joined, NOON).unwrap();
        assert_eq!(
            line.text(),
            "12:00 ⇄ n1, n2, n3, n4, n5, n6, bob and 4 others joined · carol left",
            "they come first"
        );
        for port in 1..=1_550 {
            if port > 10 {
                line.add(stranger(port), Change::Joined, NOON).unwrap();
            }
            line.add(stranger(port), Change::Left(LeaveReason::Closed), NOON).unwrap();
        }
        assert_eq!(
            line.text(),
            "12:00 ⇄ n1, n2, n3, n4, n5, n6 and 1,544 others came and went · carol left · bob joined"
        );
        line.add(stranger(7), Change::Joined, NOON).unwrap();
        line.add(stranger(7), Change::Left(LeaveReason::Protocol), NOON).unwrap();
        assert!(line.text().contains("1 other was disconnected for breaking the protocol"), "{}", line.text());
    }

    #[test]
    fn several_people_take_a_plural_verb() {
        let mut line = Presence::new(who(id(1), "bob"), Change::Left(LeaveReason::Protocol), NOON);
        line.add(who(id(2), "eve"), Change::Left(LeaveReason::Protocol), NOON).unwrap();
        line.add(who(id(3), "zoe"), Change::Left(LeaveReason::TooSlow), NOON).unwrap();
        line.add(who(id(4), "kim"), Change::Left(LeaveReason::TooSlow), NOON).unwrap();
        let told = "12:00 ⇄ bob, eve were disconnected for breaking the protocol · zoe, kim were disconnected for reading too slowly";
        assert_eq!(line.text(), told);
    }

    #[test]
    fn many_new_names_are_counted_too() {
        let mut line = Presence::new(who(id(0), "n"), Change::Renamed("o".into()), NOON);
        for port in 1..100 {
            line.add(who(id(port), "n"), Change::Renamed("o".into()), NOON).unwrap();
        }
        assert_eq!(line.text(), format!("12:00 ⇄ {}92 others have new names", "o is now n · ".repeat(8)));
    }

    #[test]
    fn the_length_of_a_line_is_bounded() {
        let port = |n: usize| id(u16::try_from(n).unwrap());
        let mut line = Presence::new(who(port(0), "n"), Change::Joined, NOON);
        let refused =
            (1..MAX_PEOPLE + 10).filter(|&n| line.add(who(port(n), "n"), Change::Joined, NOON).is_err()).count();
        assert_eq!(refused, 10);
    }

    #[test]
    fn everything_has_a_time() {
        let left = || Change::Left(LeaveReason::Closed);
        let mut line = Presence::new(who(id(1), "bob"), Change::Joined, NOON);
        line.add(who(id(2), "carol"), Change::Joined, NOON).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob, carol joined");
        line.add(who(id(3), "erin"), left(), NOON + 18).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob, carol joined · erin left 12:18");
        line.add(who(id(2), "carol"), left(), NOON + 40).unwrap();
        assert_eq!(line.text(), "12:00 ⇄ bob joined · carol came and went 12:00–12:40 · erin left 12:18");
        line.add(who(id(4), "dave"), left(), NOON + 45).unwrap();
        line.add(who(id(1), "rob"), Change::Renamed("bob".into()), NOON + 50).unwrap();
        let told = "12:00 ⇄ rob joined · carol came and went 12:00–12:40 · erin, dave left 12:18–12:45";
        assert_eq!(line.text(), told);
    }
}
