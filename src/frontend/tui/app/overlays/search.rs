//! `/search`: a list of what was found, over the messages, while the input keeps the focus.

use std::ops::Range;

use super::{App, Key, KeyCode, pane::Line};
use crate::domain::{
    bus::Command,
    model::{Message, Position, Room, Text},
};

/// Hits asked for at a time: a few pages of the list.
const PAGE: usize = 50;

/// Hits left below the chosen one when the next ones are asked for.
const NEAR: usize = 20;

/// Hits that are listed; who has more needs another word, not a longer list.
const MAX_HITS: usize = 1_000;

/// Bytes of a message that are kept around what was found: a row of the widest window.
const SNIPPET: usize = 600;

/// Places that are shown in a hit.
const MAX_MARKS: usize = 32;

/// One message that was found.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    /// The message, with as much of its text as a row has room for, in one line.
    pub line: Line,
    /// What was found in it.
    pub marks: Vec<Range<usize>>,
}

/// What is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    First,
    More,
}

/// What was looked for, and found.
#[derive(Debug)]
pub(crate) struct Search {
    pub query: String,
    pub hits: Vec<Hit>,
    /// Whether there are older ones.
    pub more: bool,
    pub chosen: usize,
    /// Whether the list is shown.
    pub open: bool,
    awaited: Option<Awaited>,
}

impl App {
    /// The list of what was found, if it is shown.
    pub(crate) fn listed(&self) -> Option<&Search> {
        self.search.as_ref().filter(|search| search.open)
    }

    /// Looks for messages with these words, or shows again what was found last.
    pub(super) fn search(&mut self, query: Option<String>) -> Result<(), String> {
        let Some(query) = query else {
            let last = self.search.as_mut().filter(|search| search.awaited != Some(Awaited::First));
            let search = last.ok_or("Type the words to look for behind it: /search WORDS")?;
            search.open = true;
            return Ok(());
        };
        self.ask_node(Command::Search { room: Room::LOBBY, query: query.clone(), before: None, max: PAGE })?;
        let awaited = Some(Awaited::First);
        self.search = Some(Search { query, hits: Vec::new(), more: false, chosen: 0, open: false, awaited });
        Ok(())
    }

    /// Takes in what was found.
    pub(super) fn found(&mut self, query: &str, messages: Vec<Message>, more: bool) {
        let wanted = self.search.as_ref().is_some_and(|search| search.query == query && search.awaited.is_some());
        if !wanted {
            return;
        }
        self.heard(&messages);
        let words = words(query);
        let hits: Vec<_> = self.lines(messages).into_iter().map(|line| Hit::new(line, &words)).collect();
        if let Some(search) = &mut self.search {
            search.open |= search.awaited.take() == Some(Awaited::First);
            search.hits.extend(hits);
            search.more = more;
        }
    }

    /// A search did not reach the node.
    pub(super) fn search_refused(&mut self, first: bool) {
        match &mut self.search {
            Some(search) if !first => search.awaited = None,
            _ => self.search = None,
        }
    }

    /// Keys while the list is shown; says whether it took this one. A draft keeps its keys.
    pub(super) fn search_key(&mut self, key: Key) -> bool {
        if key.code == KeyCode::Esc {
            self.close_search();
            return true;
        }
        if key.ctrl || key.alt || key.shift || !self.draft.is_empty() {
            return false;
        }
        match key.code {
            KeyCode::Up => self.choose(-1),
            KeyCode::Down => self.choose(1),
            KeyCode::PageUp => self.choose(-self.page()),
            KeyCode::PageDown => self.choose(self.page()),
            KeyCode::Home => self.choose(i32::MIN),
            KeyCode::End => self.choose(i32::MAX),
            KeyCode::Enter => self.jump(),
            _ => return false,
        }
        true
    }

    /// Moves by so many hits, towards the older ones if positive.
    pub(super) fn choose(&mut self, by: i32) {
        let Some(search) = &mut self.search else { return };
        let last = search.hits.len().saturating_sub(1);
        let step = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        search.chosen =
            if by < 0 { search.chosen.saturating_sub(step) } else { search.chosen.saturating_add(step).min(last) };
        let wanted = search.more
            && search.awaited.is_none()
            && search.hits.len() < MAX_HITS
            && search.chosen + NEAR >= search.hits.len();
        if wanted && let Some(before) = search.hits.last().map(|hit| hit.line.position) {
            search.awaited = Some(Awaited::More);
            let query = search.query.clone();
            self.send(Command::Search { room: Room::LOBBY, query, before: Some(before), max: PAGE });
        }
    }

    fn close_search(&mut self) {
        if let Some(search) = &mut self.search {
            search.open = false;
        }
    }

    /// Shows the chosen hit among what was said around it.
    fn jump(&mut self) {
        let Some(position) = self.listed().and_then(Search::chosen_position) else { return };
        self.close_search();
        self.reading.hit = Some(position);
        self.go_to(position);
    }

    /// The present year: what was said in another one is dated with that.
    pub(crate) fn year(&self) -> i16 {
        self.local(self.now.wall).date().year()
    }

    /// The words to show in the message that was jumped to.
    pub(crate) fn marks(&self, line: &Line) -> Vec<Range<usize>> {
        match &self.search {
            Some(search) if self.hit() == Some(line.position) => marks(line.text.as_str(), &words(&search.query)),
            _ => Vec::new(),
        }
    }
}

impl Search {
    fn chosen_position(&self) -> Option<Position> {
        self.hits.get(self.chosen).map(|hit| hit.line.position)
    }
}

impl Hit {
    fn new(line: Line, words: &[String]) -> Self {
        let text = line.text.as_str();
        let from = marks(text, words).first().map_or(0, |mark| mark.start.saturating_sub(SNIPPET / 2));
        let from = (0..=from).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let to = (from + SNIPPET).min(text.len());
        let to = (from..=to).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        let part = text.get(from..to).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let text = Text::new(&part).unwrap_or_else(|_| line.text.clone());
        let marks = marks(text.as_str(), words);
        Self { line: Line { text, ..line }, marks }
    }
}

/// The words of what was typed, in lower case.
fn words(query: &str) -> Vec<String> {
    let words = query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether it is of a script that puts no spaces between words.
const fn is_unspaced(c: char) -> bool {
    c >= '\u{2E80}'
}

/// Where `text` has one of `words`: at the begin of a word, or anywhere where words have no spaces between them.
fn marks(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let begins = !before.is_alphanumeric() || is_unspaced(before) || is_unspaced(c);
        let free = found.last().is_none_or(|last| last.end <= at);
        if begins && free {
            let longest = words.iter().filter_map(|word| end_of(text, at, word)).max();
            found.extend(longest.map(|end| at..end));
            if found.len() >= MAX_MARKS {
                break;
            }
        }
        before = c;
    }
    found
}

/// Where `word` ends in `text`, if it stands at `at` in whatever case.
fn end_of(text: &str, at: usize, word: &str) -> Option<usize> {
    let mut rest = word.chars().peekable();
    for (i, c) in text.get(at..)?.char_indices() {
        for lower in c.to_lowercase() {
            match rest.next() {
                Some(wanted) if wanted == lower => {}
                Some(_) => return None,
                None => break,
            }
        }
        if rest.peek().is_none() {
            return Some(at + i + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'a>(text: &'a str, query: &str) -> Vec<&'a str> {
        marks(text, &words(query)).into_iter().map(|mark| &text[mark]).collect()
    }

    #[test]
    fn words_are_marked_where_they_begin() {
        assert_eq!(shown("The lab key, lablike; alab", "LAB key"), ["lab", "key", "lab"]);
        assert_eq!(shown("Émigrés", "émi"), ["Émi"]);
        assert_eq!(shown("钥匙在二楼的办公室", "办公 二楼"), ["二楼", "办公"]);
        assert_eq!(shown("see#2.04", "2.04"), ["2", "04"]);
        assert_eq!(shown("nothing", ""), [""; 0]);
        assert_eq!(shown("İstanbul", "i"), ["İ"]);
        assert_eq!(shown(&"a ".repeat(1_000), "a").len(), MAX_MARKS);
    }
}
