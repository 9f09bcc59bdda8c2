//! How wide text is, and how it breaks into rows.

use std::{borrow::Cow, ops::Range};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::naming::Tags;

/// A space at which a row breaks only if the words around it are longer than a row.
pub(crate) const NO_BREAK: char = '\u{A0}';

/// Columns from one tab stop to the next, as terminals, pagers and people who align code with tabs count them.
const TAB: usize = 8;

/// One row of a wrapped text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// First byte. Texts and drafts are at most 64 KiB: 32 bits halve the memory.
    pub start: u32,
    /// Byte after the last one; the spaces at which the row broke are left out.
    pub end: u32,
    /// Columns by which the row is indented, beyond the spaces in the text.
    pub indent: u16,
}

impl Row {
    /// The row's part of `text`.
    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// The row's place in its text.
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The columns that `text` takes at the start of a row, counted as ratatui counts them: half-width voiced sound marks
/// get a cell of their own, as in terminals. A tab leads to the next multiple of eight columns.
pub(crate) fn width(text: &str) -> usize {
    column_after(text, 0)
}

/// The column after `text`, if it begins in this column of its row.
pub(crate) fn column_after(text: &str, column: usize) -> usize {
    let mut pieces = text.split('\t');
    let first = column + pieces.next().map_or(0, columns);
    pieces.fold(first, |column, piece| column + to_tab_stop(column) + columns(piece))
}

/// The columns that a tab takes in this column.
const fn to_tab_stop(column: usize) -> usize {
    TAB - column % TAB
}

/// The columns of a text without tabs.
fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let marks = |g: &str| g.chars().filter(|c| matches!(c, '\u{FF9E}' | '\u{FF9F}')).count();
    text.graphemes(true).map(|g| g.width() + marks(g)).sum()
}

/// `text` for a row of cells, with spaces in place of its tabs, if it begins in this column of its row.
pub(crate) fn without_tabs(text: &str, column: usize) -> Cow<'_, str> {
    if !text.contains('\t') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + TAB);
    let mut column = column;
    for (at, piece) in text.split('\t').enumerate() {
        if at > 0 {
            let spaces = to_tab_stop(column);
            out.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
        }
        out.push_str(piece);
        column += columns(piece);
    }
    Cow::Owned(out)
}

/// `text` with spaces at which a row breaks only if the text does not fit as a whole. Used for what people compare or
/// type. The spaces are drawn as ordinary ones.
pub(crate) fn whole(text: &str) -> String {
    text.replace(' ', &NO_BREAK.to_string())
}

/// `name` and its tag in at most `columns`. The tag tells more than the name, and its end more than its start.
pub(crate) fn tagged(name: &str, tag: &str, columns: usize) -> String {
    match columns.checked_sub(tag.len()) {
        Some(room @ 1..) => format!("{}{tag}", cut(name, room)),
        _ => cut_start(tag, columns),
    }
}

/// A name in at most `columns`, with the tag that it needs. If it is cut, it needs another tag, because other names may
/// be cut to the same.
pub(crate) fn tagged_or_cut(name: &str, tags: &Tags, columns: usize) -> String {
    let whole = tags.whole.as_deref().unwrap_or_default();
    if width(name) + whole.len() <= columns {
        return format!("{name}{whole}");
    }
    tagged(name, tags.cut.as_deref().unwrap_or(whole), columns)
}

/// The beginning of `text` that fits into `columns`, with `…` where something was cut.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for grapheme in text.graphemes(true) {
        used = column_after(grapheme, used - 1) + 1;
        if used > columns {
            break;
        }
        out.push_str(grapheme);
    }
    if columns > 0 {
        out.push('…');
    }
    out
}

/// The end of `address` that fits into `columns`. The end tells most, because all addresses on a network begin the
/// same.
pub(crate) fn cut_start(address: &str, columns: usize) -> String {
    match address.len().checked_sub(columns) {
        // Addresses are ASCII: a byte is a column.
        Some(over @ 1..) => cut(&format!("…{}", address.get(over + 1..).unwrap_or_default()), columns),
        _ => address.to_owned(),
    }
}

/// Breaks `text` at spaces and between wide characters. A word longer than a row is cut where the row ends. The first
/// row has `first` columns, the others `rest`. A word that does not fit starts a row of its own, and so does a URL that
/// does not fit.
pub(crate) fn wrap(text: &str, first: usize, rest: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut limit = first;
    for line in lines(text) {
        wrap_line(text, line, 0, &mut limit, rest, &mut rows);
    }
    rows
}

/// Breaks `text` like [`wrap`]. The further rows of a line are indented like its first one, and past a leading `1. `.
/// If `hang` is not 0, those of all lines but the first are indented by `hang` columns instead.
pub(crate) fn wrap_hanging(text: &str, columns: usize, hang: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in lines(text) {
        let content = text.get(line.clone()).unwrap_or_default();
        let spaces = content.len() - content.trim_start_matches(' ').len();
        let number = content
            .trim_start_matches(' ')
            .split_once(". ")
            .map_or(0, |(n, _)| if !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) { n.len() + 2 } else { 0 });
        // Where hanging would leave too little room, the rows start at the left edge.
        let wanted = if hang > 0 && line.start > 0 { hang } else { spaces + number };
        let indent = Some(wanted).filter(|i| i * 2 < columns).unwrap_or(0);
        let mut limit = columns;
        wrap_line(text, line, indent, &mut limit, columns - indent, &mut rows);
    }
    rows
}

/// The places of the lines of `text`, without their line feeds; at least one.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end + 1;
        range
    })
}

/// One step of wrapping: a grapheme.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of one grapheme")]
struct Unit {
    at: usize,
    columns: usize,
    /// Whether it is a space or a tab.
    space: bool,
    /// Whether it is a tab, whose columns depend on its position.
    tab: bool,
    /// Whether a row may begin with it although no space is before it.
    breakable: bool,
    /// Whether it is a [`NO_BREAK`].
    no_break: bool,
}

fn wrap_line(text: &str, line: Range<usize>, indent: usize, limit: &mut usize, rest: usize, rows: &mut Vec<Row>) {
    let base = line.start;
    let content = text.get(line).unwrap_or_default();
    let mut wrapper =
        Wrapper { base, indent, limit, rest: rest.max(1), rows, start: 0, columns: 0, breaks: None, last_resort: None };
    if content.is_ascii() {
        let units = content.bytes().enumerate();
        wrapper.run(units.map(|(at, b)| {
            let tab = b == b'\t';
            Unit { at, columns: 1, space: tab || b == b' ', tab, breakable: false, no_break: false }
        }));
    } else {
        let units = content.grapheme_indices(true);
        wrapper.run(units.map(|(at, g)| {
            let (columns, tab, no_break) = (columns(g), g == "\t", g.starts_with(NO_BREAK));
            Unit { at, columns, space: tab || g == " ", tab, breakable: columns > 1 && !closes(g), no_break }
        }));
    }
    wrapper.push(content.len());
    *wrapper.limit = wrapper.rest;
}

/// Whether a row must not begin with this wide character (closing brackets, full stops).
fn closes(grapheme: &str) -> bool {
    matches!(grapheme, "，" | "。" | "、" | "！" | "？" | "：" | "；" | "）" | "」" | "』" | "】" | "》" | "”" | "’")
}

struct Wrapper<'a> {
    base: usize,
    indent: usize,
    limit: &'a mut usize,
    rest: usize,
    rows: &'a mut Vec<Row>,
    /// Where the current row begins, within the line.
    start: usize,
    columns: usize,
    /// The last place to break at: the end of the row, the start of the next one, and the columns up to there.
    breaks: Option<(usize, usize, usize)>,
    /// The same for the last [`NO_BREAK`] of a word that may have to be cut.
    last_resort: Option<(usize, usize, usize)>,
}

impl Wrapper<'_> {
    fn run(&mut self, units: impl Iterator<Item = Unit>) {
        let mut word_end = 0;
        let mut in_spaces = false;
        for unit in units {
            if unit.space {
                if !in_spaces {
                    word_end = unit.at;
                }
                in_spaces = true;
            } else {
                if in_spaces && word_end > self.start {
                    self.breaks = Some((word_end, unit.at, self.columns));
                } else if unit.breakable && unit.at > self.start {
                    self.breaks = Some((unit.at, unit.at, self.columns));
                }
                in_spaces = false;
            }
            // Spaces may hang over the end of a row: the next word decides.
            if self.columns + unit.columns > *self.limit && !unit.space && !unit.no_break {
                self.break_before(&unit);
            }
            // What a break moves to the next row has no tab in it, so this stays true.
            self.columns += if unit.tab { to_tab_stop(self.columns) } else { unit.columns };
            if unit.no_break {
                self.last_resort = Some((unit.at, unit.at + NO_BREAK.len_utf8(), self.columns));
            }
        }
    }

    fn break_before(&mut self, unit: &Unit) {
        if let Some((end, next, columns)) = self.breaks.take() {
            self.push(end);
            self.start = next;
            self.columns -= columns;
            // What stays on the new row now begins that much further left.
            self.last_resort =
                self.last_resort.and_then(|(end, after, at)| Some((end, after, at.checked_sub(columns)?)));
            *self.limit = self.rest;
            if self.columns + unit.columns <= *self.limit {
                return;
            }
        }
        let narrow = *self.limit < self.rest;
        *self.limit = self.rest;
        if narrow && self.columns + unit.columns <= self.rest {
            // The first row is too narrow for the first word and the next one is not, so the first stays empty.
            self.push(self.start);
        } else if let Some((end, next, columns)) = self.last_resort.take().filter(|&(end, ..)| end > self.start) {
            self.push(end);
            self.start = next;
            self.columns = self.columns.saturating_sub(columns);
        } else if unit.at > self.start {
            // Too long for any row: cut here, but leave no row empty.
            self.push(unit.at);
            self.start = unit.at;
            self.columns = 0;
        }
    }

    fn push(&mut self, end: usize) {
        let first = self.start == 0;
        let to = |n: usize| u32::try_from(self.base + n).unwrap_or(u32::MAX);
        let indent = if first { 0 } else { u16::try_from(self.indent).unwrap_or(0) };
        self.rows.push(Row { start: to(self.start), end: to(end.max(self.start)), indent });
    }
}

/// The web addresses in `text`.
pub(crate) fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|t| t.find("://")).map(|i| from + i) {
        let before = text.get(from..at).unwrap_or_default();
        let scheme = ["https", "http"].iter().find(|s| before.ends_with(*s));
        let after = text.get(at..).unwrap_or_default();
        let stop = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`' | '|' | '^');
        let mut end = at + after.find(stop).unwrap_or(after.len());
        if let Some(scheme) = scheme {
            let start = at - scheme.len();
            end = trim_end(text, start, end);
            if end > at + 3 {
                found.push(start..end);
            }
        }
        from = end.max(at + 3);
    }
    found
}

/// Leaves out the punctuation of the sentence around an address.
fn trim_end(text: &str, start: usize, mut end: usize) -> usize {
    while let Some(link) = text.get(start..end) {
        let Some(last) = link.chars().next_back() else { break };
        let unpaired = |open: char, close: char| {
            last == close && link.chars().filter(|&c| c == open).count() < link.chars().filter(|&c| c == close).count()
        };
        if matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*') || unpaired('(', ')') || unpaired('[', ']') {
            end -= last.len_utf8();
        } else {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrapped(text: &str, columns: usize) -> Vec<&str> {
        wrap(text, columns, columns).into_iter().map(|r| r.of(text)).collect()
    }

    #[test]
    fn rows_break_at_spaces_and_long_words_are_cut() {
        assert_eq!(wrapped("who has the key", 8), ["who has", "the key"]);
        assert_eq!(wrapped("who has  the key", 7), ["who has", "the key"]);
        assert_eq!(wrapped("a abcdefghij b", 5), ["a", "abcde", "fghij", "b"]);
        assert_eq!(wrapped("abcdef", 6), ["abcdef"]);
        assert_eq!(wrapped("abcdef ", 6), ["abcdef "], "a space may hang");
        assert_eq!(wrapped("", 6), [""]);
        assert_eq!(wrapped("a\n\nb", 6), ["a", "", "b"]);
        assert_eq!(wrapped("  indented code", 10), ["  indented", "code"]);
    }

    #[test]
    fn a_tab_leads_to_the_next_stop() {
        for (text, columns) in [("\t", 8), ("a\t", 8), ("1234567\t", 8), ("12345678\t", 16), ("山\tx\ty", 17)] {
            assert_eq!(width(text), columns, "{text:?}");
            assert_eq!(width(&without_tabs(text, 0)), columns, "{text:?}");
        }
        assert_eq!(without_tabs("a\tb", 5), "a  b");
        assert_eq!(without_tabs("\t\t", 3), " ".repeat(13));
        assert_eq!(column_after("a\tb", 5), 9);
        assert_eq!(cut("a\tbc", 10), "a\tbc");
        assert_eq!(cut("a\tbcd", 10), "a\tb…");
        assert_eq!(cut("a\tbcd", 8), "a…");
    }

    #[test]
    fn rows_break_at_tabs_and_count_their_columns() {
        assert_eq!(wrapped("\tif x:", 12), ["\tif", "x:"]);
        assert_eq!(wrapped("\tif x:", 13), ["\tif x:"]);
        assert_eq!(wrapped("one\ttwo\tthree", 20), ["one\ttwo", "three"]);
        assert_eq!(wrapped("山\t山", 9), ["山", "山"]);
        assert_eq!(wrapped("\t\tdeep", 10), ["\t\t", "deep"], "as with spaces: an indent beyond the row is a row");
    }

    #[test]
    fn wide_and_combining_characters_keep_their_columns() {
        assert_eq!(wrapped("我有，在二楼", 4), ["我", "有，", "在二", "楼"]);
        assert_eq!(wrapped("我有在二楼", 5), ["我有", "在二", "楼"]);
        assert_eq!(wrapped("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(wrapped("ok 👨‍👩‍👧 ok", 5), ["ok 👨‍👩‍👧", "ok"]);
        assert_eq!(wrapped("楼", 1), ["楼"], "too wide for any row: one row, not none and not for ever");
    }

    proptest! {
        #[test]
        fn rows_fit_and_lose_nothing_but_spaces(
            text in "(\\PC|[a-z]{1,9}|山|，|e\u{301}|👨‍👩‍👧| |\t|\n){0,60}", first in 2_usize..20, more in 0_usize..20,
        ) {
            let rest = first + more;
            let rows = wrap(&text, first, rest);
            for (i, row) in rows.iter().enumerate() {
                let limit = if i == 0 { first } else { rest };
                let shown = row.of(&text).trim_end_matches([' ', '\t', NO_BREAK]);
                // One grapheme may be wider than any row: some have a spacing mark beside a wide base.
                let one = shown.graphemes(true).count() == 1;
                prop_assert!(one || width(shown) <= limit, "{shown:?} in {limit}");
            }
            let solid = |text: &str| text.replace([' ', '\t', NO_BREAK, '\n'], "");
            let kept: String = rows.iter().map(|row| solid(row.of(&text))).collect();
            prop_assert_eq!(kept, solid(&text));
            prop_assert!(rows.len() <= text.chars().count() + 2, "no row without a reason");
        }
    }

    #[test]
    fn a_grapheme_wider_than_its_row_is_alone_in_it() {
        let text = "山𑼾山";
        let rows: Vec<_> = wrap(text, 2, 2).into_iter().map(|row| row.of(text)).collect();
        assert_eq!(rows.concat(), text);
        assert!(rows.len() <= 3, "{rows:?}");
    }

    #[test]
    fn an_address_that_does_not_fit_starts_a_new_row() {
        let text = "notes are at https://wiki.local/lab#keys";
        assert_eq!(wrapped(text, 30), ["notes are at", "https://wiki.local/lab#keys"]);
        assert_eq!(links(text), vec![13..40]);
    }

    #[test]
    fn the_first_row_may_be_narrower() {
        let text = "hello big world";
        let rows: Vec<_> = wrap(text, 4, 10).into_iter().map(|r| r.of(text)).collect();
        assert_eq!(rows, ["", "hello big", "world"]);
    }

    #[test]
    fn list_items_have_a_hanging_indent() {
        let text = "Nobody is here\n  1. They must be on this network";
        let rows: Vec<_> = wrap_hanging(text, 20, 0).into_iter().map(|r| (r.indent, r.of(text))).collect();
        assert_eq!(rows, [(0, "Nobody is here"), (0, "  1. They must be on"), (5, "this network")]);
    }

    #[test]
    fn text_that_belongs_together_breaks_last_and_between_words() {
        let text = format!("was  {}", "7f3a 91c0 22de 48b1".replace(' ', &NO_BREAK.to_string()));
        let rows = |columns: usize| -> Vec<_> {
            let rows = wrap(&text, columns, columns).into_iter();
            rows.map(|r| r.of(&text).replace(NO_BREAK, " ").trim_end().to_owned()).collect()
        };
        assert_eq!(rows(24), ["was  7f3a 91c0 22de 48b1"]);
        assert_eq!(rows(23), ["was", "7f3a 91c0 22de 48b1"]);
        assert_eq!(rows(19), ["was", "7f3a 91c0 22de 48b1"]);
        assert_eq!(rows(18), ["was", "7f3a 91c0 22de", "48b1"]);
        assert_eq!(rows(4), ["was", "7f3a", "91c0", "22de", "48b1"]);
    }

    #[test]
    fn values_are_indented_past_their_labels() {
        let text = "a title of some length\n  label  one two";
        let rows: Vec<_> = wrap_hanging(text, 19, 9).into_iter().map(|r| (r.indent, r.of(text))).collect();
        assert_eq!(rows, [(0, "a title of some"), (0, "length"), (0, "  label  one two")]);
        let narrow = "t\n  label  one two three";
        let rows: Vec<_> = wrap_hanging(narrow, 19, 9).into_iter().map(|r| (r.indent, r.of(narrow))).collect();
        assert_eq!(rows, [(0, "t"), (0, "  label  one two"), (9, "three")]);
    }

    #[test]
    fn the_punctuation_around_an_address_is_not_part_of_it() {
        let one = |text| links(text).into_iter().map(|r| &text[r]).collect::<Vec<_>>();
        assert_eq!(one("see (https://a.b/c_(d)), ok"), ["https://a.b/c_(d)"]);
        assert_eq!(one("http://a, https://b."), ["http://a", "https://b"]);
        assert_eq!(one("ftp://x nothing:// https://"), Vec::<&str>::new());
    }

    #[test]
    fn cutting_shows_that_something_is_missing() {
        assert_eq!(cut("alexandria", 9), "alexandr…");
        assert_eq!(cut("Zoë 山田", 8), "Zoë 山田");
        assert_eq!(cut("Zoë 山田", 7), "Zoë 山…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(
            ["", "…", "…0", "…0:31250", "10.0.0.10:31250"].map(|s| cut_start("10.0.0.10:31250", width(s))),
            ["", "…", "…0", "…0:31250", "10.0.0.10:31250"]
        );
    }
}
