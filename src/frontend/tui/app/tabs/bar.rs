//! How the row of tabs looks: what is written on each, and which of them fit.

use std::ops::Range;

use super::Tab;
use crate::frontend::{
    tui::app::{
        conversation::Unread,
        wrap::{cut, width},
    },
    words::tabs as words,
};

/// The most columns of a room's name in the row of tabs: enough for the longest name of a person with its tag.
const NAME: usize = 34;

/// What is written on a tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// `1:#lobby`, `2:#dev (3)`, or `3:@bob (1!)`.
    pub text: String,
    /// Whether it is in view.
    pub is_current: bool,
    /// Whether something for the user arrived unseen.
    pub is_urgent: bool,
}

impl Label {
    /// The label of the tab `at`, whose room is called `name`. What is unread in the room in view is said elsewhere.
    pub(super) fn new(at: usize, name: &str, tab: &Tab, is_current: bool) -> Self {
        let unread = if is_current { Unread::default() } else { tab.unread() };
        let count = words::count(unread.all, unread.mentions > 0);
        Self { text: format!("{}:{}{count}", at + 1, short(name)), is_current, is_urgent: unread.mentions > 0 }
    }

    /// Its columns, with one on either side that sets it apart.
    fn columns(&self) -> usize {
        width(&self.text) + 2
    }
}

/// The name of a room in at most [`NAME`] columns. The digits after it stay: they tell it from another one of that
/// name.
fn short(name: &str) -> String {
    match name.rsplit_once('#').filter(|(begin, _)| begin.contains(['#', '@'])) {
        Some((begin, digits)) => format!("{}#{digits}", cut(begin, NAME.saturating_sub(width(digits) + 1))),
        None => cut(name, NAME),
    }
}

/// The row of tabs in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bar {
    /// The tabs, as far as they fit.
    Row(Vec<Label>),
    /// The one in view, in few words: `2/5 #dev (3)`.
    Short(String),
}

/// Which of `labels` are shown in so many `columns`: the one in view, and those around it. A column at either end is
/// for the sign that there are more.
pub(crate) fn fit(labels: &[Label], columns: usize) -> Range<usize> {
    let Some(current) = labels.iter().position(|label| label.is_current) else { return 0..0 };
    let columns_of = |at: usize| labels.get(at).map(Label::columns);
    let all: usize = labels.iter().map(Label::columns).sum();
    if all <= columns {
        return 0..labels.len();
    }
    let room = columns.saturating_sub(2);
    let (mut shown, mut used) = (current..current + 1, columns_of(current).unwrap_or(0));
    loop {
        let before = shown.start.checked_sub(1).and_then(columns_of).filter(|more| used + more <= room);
        if let Some(more) = before {
            (shown.start, used) = (shown.start - 1, used + more);
        }
        let after = columns_of(shown.end).filter(|more| used + more <= room);
        if let Some(more) = after {
            (shown.end, used) = (shown.end + 1, used + more);
        }
        if before.is_none() && after.is_none() {
            return shown;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(widths: &[usize], current: usize) -> Vec<Label> {
        let label = |(at, width): (usize, &usize)| Label {
            text: "x".repeat(*width),
            is_current: at == current,
            is_urgent: false,
        };
        widths.iter().enumerate().map(label).collect()
    }

    #[test]
    fn a_long_name_keeps_the_digits_after_it() {
        assert_eq!(short("*#plan#31af"), "*#plan#31af");
        let long = short(&format!("*#{}#31af", "山".repeat(32)));
        assert!(long.ends_with("…#31af") && width(&long) <= NAME, "{long}");
        assert_eq!(short(&format!("#{}", "x".repeat(50))), cut(&format!("#{}", "x".repeat(50)), NAME));
    }

    #[test]
    fn tabs_around_the_current_one_are_shown() {
        assert_eq!(fit(&labels(&[4; 5], 0), 30), 0..5);
        assert_eq!(fit(&labels(&[4; 5], 0), 29), 0..4);
        assert_eq!(fit(&labels(&[4; 5], 4), 20), 2..5);
        assert_eq!(fit(&labels(&[4; 5], 2), 20), 1..4);
        assert_eq!(fit(&labels(&[4, 90, 4], 1), 20), 1..2, "it is cut");
        assert_eq!(fit(&[], 20), 0..0);
    }

    proptest! {
        #[test]
        fn the_current_tab_is_always_shown(
            widths in proptest::collection::vec(1_usize..30, 1..64),
            current: prop::sample::Index,
            columns in 0_usize..300,
        ) {
            let current = current.index(widths.len());
            let labels = labels(&widths, current);
            let shown = fit(&labels, columns);
            prop_assert!(shown.contains(&current));
            let used: usize = labels[shown.clone()].iter().map(Label::columns).sum();
            prop_assert!(used <= columns || shown.len() == 1);
        }
    }
}
