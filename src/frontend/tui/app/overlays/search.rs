//! `/search`: a list of what was found, over the messages, while the input keeps the focus.

use std::ops::Range;

use super::{
    Context, Overlay, Request,
    marks::{Mark, marked, marks},
};
use crate::{
    domain::{
        bus::Command,
        model::{Author, Position, Room, Text},
    },
    frontend::{
        tui::app::{
            conversation::Line,
            input::{Handled, Key, KeyCode},
        },
        words::search as texts,
    },
};

/// Hits asked for at a time: a few pages of the list.
pub(crate) const PAGE: usize = 50;

/// Hits left below the chosen one when the next ones are asked for.
const NEAR: usize = 20;

/// Once this many hits were found, no more are asked for. Beyond that the user needs another word, not a longer list.
const MAX_HITS: usize = 1_000;

/// How many hits of one person's burst are listed; the others are counted. Otherwise a flood would be all that is
/// found.
const BURST: usize = 3;

/// Hits of one person that were said within this time of one another are a burst.
const BURST_MS: i64 = 2_000;

/// While fewer hits than this are listed, because most belong to bursts, older ones are asked for at once.
const LISTED_AT_LEAST: usize = NEAR;

/// Bytes of a message that are kept around what was found: a row of the widest window.
const SNIPPET: usize = 600;

/// One message that was found.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    /// Where it was said.
    pub room: Room,
    /// The message, with as much of its text as a row has room for, in one line.
    pub line: Line,
    /// What was found in it.
    pub marks: Vec<Range<usize>>,
    /// Older hits of the same burst that are not listed.
    pub more: usize,
}

/// Which answer is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    First,
    More,
}

/// A search and its result.
#[derive(Debug)]
pub(crate) struct Search {
    /// Where; none for all rooms.
    pub room: Option<Room>,
    pub query: String,
    pub hits: Vec<Hit>,
    /// Whether there are older ones.
    pub more: bool,
    /// Stored lines that cannot be searched yet.
    behind: u64,
    pub chosen: usize,
    /// Whether the list is shown.
    open: bool,
    awaited: Option<Awaited>,
    /// What was found, listed or not.
    found: usize,
    /// The author and place of the oldest of them, and how many before it are of the same burst.
    last: Option<(Author, Position, usize)>,
    marked: Vec<Mark>,
}

/// The last search, and whether its result is shown.
#[derive(Debug, Default)]
pub(crate) struct SearchList {
    last: Option<Search>,
}

impl SearchList {
    /// The list of what was found, if it is shown.
    pub(crate) fn shown(&self) -> Option<&Search> {
        self.last.as_ref().filter(|search| search.open)
    }

    /// The node was asked for messages of `room`, or of all rooms, that match `query`.
    pub(crate) fn begin(&mut self, room: Option<Room>, query: String) {
        self.last = Some(Search {
            room,
            hits: Vec::new(),
            more: false,
            behind: 0,
            chosen: 0,
            open: false,
            awaited: Some(Awaited::First),
            found: 0,
            last: None,
            marked: marked(&query),
            query,
        });
    }

    /// Shows again what was found last, if that was in `room` or in all rooms.
    ///
    /// # Errors
    /// When nothing was searched for there, with the text to show.
    pub(crate) fn reopen(&mut self, room: &Room) -> Result<(), String> {
        let last = self.last.as_mut().filter(|search| search.awaited != Some(Awaited::First) && search.covers(room));
        last.ok_or(texts::NO_RESULT)?.open = true;
        Ok(())
    }

    /// Whether an answer for `query` in `room` is awaited.
    pub(crate) fn awaits(&self, room: Option<&Room>, query: &str) -> bool {
        let last = self.last.as_ref().filter(|search| search.awaited.is_some());
        last.is_some_and(|search| search.query == query && search.room.as_ref() == room)
    }

    /// Forgets the last search if it was in `room` or in all rooms: what it found is gone.
    pub(crate) fn forget_room(&mut self, room: &Room) {
        self.last.take_if(|search| search.covers(room));
    }

    /// Takes in an answer that [`SearchList::awaits`]; `more` says whether there are older messages. Returns the
    /// command that asks for them, if little of this answer is listed.
    pub(crate) fn found(&mut self, lines: Vec<(Room, Line)>, more: bool, behind: u64) -> Option<Command> {
        let search = self.last.as_mut()?;
        search.open |= search.awaited.take() == Some(Awaited::First);
        for (room, line) in lines {
            search.list(room, line);
        }
        (search.more, search.behind) = (more, behind);
        if search.hits.len() < LISTED_AT_LEAST { search.ask() } else { None }
    }

    /// A search did not reach the node; `first` says that it was not for more of the same.
    pub(crate) fn refused(&mut self, first: bool) {
        match &mut self.last {
            Some(search) if !first => search.awaited = None,
            _ => self.last = None,
        }
    }

    /// Forgets the last search: what it found is gone, or belongs to another network.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    /// The words to show in a message that was found.
    pub(crate) fn marks(&self, text: &str) -> Vec<Range<usize>> {
        self.last.as_ref().map(|search| marks(text, &search.marked)).unwrap_or_default()
    }

    /// Whether the shown list has anything to choose from.
    pub(crate) fn has_hits(&self) -> bool {
        self.shown().is_some_and(|search| !search.hits.is_empty())
    }

    /// Hides the list; it can be reopened.
    pub(crate) fn close(&mut self) {
        if let Some(search) = &mut self.last {
            search.open = false;
        }
    }

    /// Moves by this many hits, towards the older ones if positive.
    fn choose(&mut self, by: i32, context: &mut Context<'_>) {
        if let Some(more) = self.last.as_mut().and_then(|search| search.choose(by)) {
            context.requests.push(Request::Send(more));
        }
    }

    /// Shows the chosen hit among the messages around it.
    fn jump(&mut self, context: &mut Context<'_>) {
        let search = self.shown();
        if let Some(hit) = search.and_then(|search| search.hits.get(search.chosen)) {
            context.requests.push(Request::GoTo(hit.room.clone(), hit.line.position));
            self.close();
        }
    }
}

impl Overlay for SearchList {
    /// While there is a draft, it keeps its keys.
    fn key(&mut self, key: Key, context: &mut Context<'_>) -> Handled {
        if self.shown().is_none() {
            return Handled::Ignored;
        }
        if key.code == KeyCode::Esc {
            self.close();
            return Handled::Consumed;
        }
        if key.ctrl || key.alt || key.shift || !context.draft.is_empty() {
            return Handled::Ignored;
        }
        let page = context.page;
        match key.code {
            KeyCode::Up => self.choose(-1, context),
            KeyCode::Down => self.choose(1, context),
            KeyCode::PageUp => self.choose(-page, context),
            KeyCode::PageDown => self.choose(page, context),
            KeyCode::Home => self.choose(i32::MIN, context),
            KeyCode::End => self.choose(i32::MAX, context),
            KeyCode::Enter => self.jump(context),
            _ => return Handled::Ignored,
        }
        Handled::Consumed
    }

    fn scroll(&mut self, rows: i32, context: &mut Context<'_>) -> Handled {
        if self.shown().is_none() {
            return Handled::Ignored;
        }
        self.choose(-rows, context);
        Handled::Consumed
    }
}

impl Search {
    /// Whether it was about this room, among others.
    fn covers(&self, room: &Room) -> bool {
        self.room.as_ref().is_none_or(|searched| searched == room)
    }

    /// Says that some lines were not searched, if so.
    pub(crate) fn not_searched(&self) -> Option<String> {
        texts::not_searched(usize::try_from(self.behind).ok()?)
    }

    /// How many were found, listed or not.
    pub(crate) const fn found(&self) -> usize {
        self.found
    }

    /// Moves by this many hits. Returns the command that asks for more of them, if the end is near.
    fn choose(&mut self, by: i32) -> Option<Command> {
        let last = self.hits.len().saturating_sub(1);
        let step = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        self.chosen =
            if by < 0 { self.chosen.saturating_sub(step) } else { self.chosen.saturating_add(step).min(last) };
        if self.chosen + NEAR >= self.hits.len() { self.ask() } else { None }
    }

    /// Lists a hit that is older than all others, or counts it.
    fn list(&mut self, room: Room, line: Line) {
        self.found += 1;
        let said = |position: Position| position.hlc.wall().as_millis();
        let burst = self.last.filter(|(author, position, _)| {
            *author == line.author
                && self.hits.last().is_some_and(|hit| hit.room == room)
                && said(*position).saturating_sub(said(line.position)) <= BURST_MS
        });
        let before = burst.map_or(0, |(.., before)| before + 1);
        self.last = Some((line.author, line.position, before));
        match self.hits.last_mut() {
            Some(hit) if before >= BURST => hit.more += 1,
            _ => self.hits.push(Hit::new(room, line, &self.marked)),
        }
    }

    /// The command that asks for more of them, if there are more and they are wanted.
    fn ask(&mut self) -> Option<Command> {
        if !self.more || self.found >= MAX_HITS || self.awaited.is_some() {
            return None;
        }
        let (_, before, _) = self.last?;
        self.awaited = Some(Awaited::More);
        Some(Command::Search { room: self.room.clone(), query: self.query.clone(), before: Some(before), max: PAGE })
    }
}

impl Hit {
    fn new(room: Room, line: Line, marked: &[Mark]) -> Self {
        let text = line.text.as_str();
        let from = marks(text, marked).first().map_or(0, |mark| mark.start.saturating_sub(SNIPPET / 2));
        let from = (0..=from).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let to = (from + SNIPPET).min(text.len());
        let to = (from..=to).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        let part = text.get(from..to).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let text = Text::new(&part).unwrap_or_else(|_| line.text.clone());
        let marks = marks(text.as_str(), marked);
        Self { room, line: Line { text, ..line }, marks, more: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_opens_with_its_first_answer_unless_refused() {
        let mut list = SearchList::default();
        assert!(list.reopen(&Room::Lobby).is_err(), "nothing was searched for");
        list.begin(Some(Room::Lobby), "key".into());
        assert!(
            list.awaits(Some(&Room::Lobby), "key") && !list.awaits(Some(&Room::Lobby), "lab") && list.shown().is_none()
        );
        assert!(list.reopen(&Room::Lobby).is_err(), "there is no answer yet");
        assert_eq!(list.found(Vec::new(), false, 2), None);
        assert_eq!(
            list.shown().and_then(Search::not_searched).as_deref(),
            Some("2 newer lines cannot be searched yet.")
        );
        assert!(list.shown().is_some() && !list.awaits(Some(&Room::Lobby), "key"));
        let mut context = Context { draft: "", page: 5, requests: Vec::new() };
        assert_eq!(list.key(Key::plain(KeyCode::Esc), &mut context), Handled::Consumed);
        assert_eq!(list.key(Key::plain(KeyCode::Esc), &mut context), Handled::Ignored);
        assert!(list.reopen(&Room::named("dev").unwrap()).is_err(), "another room");
        assert_eq!((list.reopen(&Room::Lobby), list.shown().is_some()), (Ok(()), true));
        context.draft = "text";
        assert_eq!(list.key(Key::plain(KeyCode::Down), &mut context), Handled::Ignored, "a draft keeps its keys");
        list.begin(None, "key".into());
        assert!(!list.awaits(Some(&Room::Lobby), "key") && list.awaits(None, "key"));
        list.found(Vec::new(), false, 0);
        assert_eq!(list.reopen(&Room::named("dev").unwrap()), Ok(()), "it was about all rooms");
        list.refused(true);
        assert!(list.shown().is_none() && context.requests.is_empty());
    }
}
