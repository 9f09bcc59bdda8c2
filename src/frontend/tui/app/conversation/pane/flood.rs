//! One entry for a flood: the number of its lines, and the first and last of them.

use std::collections::{BTreeSet, VecDeque};

use jiff::civil::Date;

use super::Line;
use crate::{
    domain::{
        model::{Author, Mark, MessageId, PeerId, Position},
        naming::Tags,
    },
    frontend::{tui::app::wrap::cut, words::messages as words},
};

/// Lines that are held from the beginning of a flood, and as many from its end: a few pages, enough to see what it is.
const HELD: usize = 100;

/// Bytes of text that are held at each end. A single line may be as long.
const HELD_BYTES: usize = 64 * 1024;

/// Lines at the end of a flood that stay in sight.
const IN_SIGHT: usize = 2;

/// Columns of each of these, so that it fits into one row of all but the narrowest windows.
const COLUMNS: usize = 60;

/// Characters of a text that are examined for this.
const CUT_FROM: usize = 4 * COLUMNS;

/// The most people of a flood that are counted.
const MAX_PEOPLE: usize = 1_000;

/// Whose lines are folded in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// Lines of one person, as they come.
    One(PeerId),
    /// Lines of many strangers together.
    Strangers,
    /// Lines of one person that came long after they were said.
    Past(PeerId),
}

/// Lines that came too fast to be read.
#[derive(Debug, Clone)]
pub(crate) struct Flood {
    source: Source,
    head: Vec<Line>,
    tail: VecDeque<Line>,
    /// Bytes of text at each end.
    bytes: [usize; 2],
    /// Lines that are not held any more.
    left_out: u64,
    /// Lines in which the user is named.
    mentions: u64,
    /// The people who said them, if the source is strangers.
    people: BTreeSet<PeerId>,
    last: Position,
    text: String,
}

impl Flood {
    /// A flood of `source` that begins with `line`.
    pub(super) fn new(source: Source, line: Line) -> Self {
        let mut flood = Self {
            source,
            head: Vec::new(),
            tail: VecDeque::new(),
            bytes: [0; 2],
            left_out: 0,
            mentions: 0,
            people: BTreeSet::new(),
            last: line.position,
            text: String::new(),
        };
        flood.add(line);
        flood
    }

    /// Whose lines it folds.
    pub(super) const fn source(&self) -> Source {
        self.source
    }

    /// The position of the first line that is held.
    pub(super) fn oldest(&self) -> Option<Position> {
        self.head.first().map(|line| line.position)
    }

    /// The position of the newest line.
    pub(super) const fn last(&self) -> Position {
        self.last
    }

    /// Whether the line of `author` at `position` is, or was, among those of this flood.
    pub(super) fn covers(&self, author: Author, position: Position) -> bool {
        let one = match self.source {
            Source::One(peer) | Source::Past(peer) => author == Author::Peer(peer),
            Source::Strangers => self.people.iter().any(|peer| author == Author::Peer(*peer)),
        };
        one && position <= self.last && self.oldest().is_some_and(|oldest| oldest <= position)
    }

    /// Whether a line that belongs to `position` was said at most `ms` before or after lines of this flood.
    pub(super) fn is_near(&self, position: Position, ms: i64) -> bool {
        let at = |position: Position| position.hlc.wall().as_millis();
        let first = self.oldest().unwrap_or(self.last);
        let (from, until) = (at(first).saturating_sub(ms), at(self.last).saturating_add(ms));
        (from..=until).contains(&at(position))
    }

    /// The day on which it began.
    pub(super) fn day(&self) -> Date {
        self.head.first().map(|line| line.day).unwrap_or_default()
    }

    /// Lines that are held.
    pub(super) fn held(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    /// How many messages it folds, including those that are not held any more.
    pub(super) fn said(&self) -> u64 {
        self.held() as u64 + self.left_out
    }

    /// Bytes of text that are held.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.iter().sum()
    }

    /// What is shown of it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Adds a line after the others.
    pub(super) fn add(&mut self, line: Line) {
        self.last = self.last.max(line.position);
        self.mentions += u64::from(line.mention);
        if let (Source::Strangers, Author::Peer(peer)) = (self.source, line.author)
            && self.people.len() < MAX_PEOPLE
        {
            self.people.insert(peer);
        }
        let [head, tail] = &mut self.bytes;
        let bytes = line.text.as_str().len();
        let room = self.head.is_empty() || self.head.len() < HELD && *head + bytes <= HELD_BYTES;
        if self.tail.is_empty() && room {
            *head += bytes;
            self.head.push(line);
        } else {
            *tail += bytes;
            self.tail.push_back(line);
            while self.tail.len() > HELD || self.tail.len() > 1 && *tail > HELD_BYTES {
                let Some(line) = self.tail.pop_front() else { break };
                *tail = tail.saturating_sub(line.text.as_str().len());
                self.left_out += 1;
            }
        }
        self.render();
    }

    /// Gives lines the mark and the tags that `label` returns for them. Returns whether any changed.
    pub(super) fn relabel(&mut self, label: impl Fn(&Line) -> Option<(&'static str, Tags)>) -> bool {
        let mut changed = false;
        for line in self.head.iter_mut().chain(&mut self.tail) {
            changed |= line.relabel(&label);
        }
        if changed {
            self.render();
        }
        changed
    }

    /// Notes the mark of a line. Returns whether it is held.
    pub(super) fn set_mark(&mut self, id: MessageId, mark: Mark) -> bool {
        let held = self.head.iter_mut().chain(&mut self.tail).find(|line| line.position.id == id);
        held.map(|line| line.mark = mark).is_some()
    }

    /// The held lines in order: the beginning, a remark on what is missing in between, and the end.
    pub(super) fn open(self) -> (Vec<Line>, Option<String>, Vec<Line>) {
        let order = |mut lines: Vec<Line>| {
            lines.sort_by_key(|line| line.position);
            lines
        };
        let gap = (self.left_out > 0).then(|| words::left_out(amount(self.left_out)));
        (order(self.head), gap, order(self.tail.into()))
    }

    fn render(&mut self) {
        let last = self.tail.back().or(self.head.last());
        let whose = match (self.source, self.people.len()) {
            (Source::One(_) | Source::Past(_), _) => last.map(Line::name).unwrap_or_default(),
            (Source::Strangers, people) => words::strangers(people, people >= MAX_PEOPLE),
        };
        let hidden = self.held().saturating_sub(IN_SIGHT);
        let rows = self.head.iter().chain(&self.tail).skip(hidden).map(row);
        let title = words::folded(amount(self.said()), &whose, amount(self.mentions));
        self.text = [title].into_iter().chain(rows).collect::<Vec<_>>().join("\n");
    }
}

/// A line at the end of a flood, in one row.
fn row(line: &Line) -> String {
    let words: String = line.text.as_str().chars().take(CUT_FROM).collect();
    let after = if line.form.is_action() { "" } else { ":" };
    format!("    {}", cut(&format!("{}{after} {}", line.name(), words.replace('\n', " ")), COLUMNS))
}

fn amount(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
