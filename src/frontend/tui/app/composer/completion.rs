//! Tab completion of names and commands.

use super::draft::Draft;
use crate::frontend::slash::{self, Argument};

/// A completion under way: Tab again takes the next candidate.
#[derive(Debug)]
pub(super) struct Completion {
    candidates: Vec<String>,
    at: usize,
    /// The bytes of the draft that hold the current candidate.
    start: usize,
    end: usize,
}

impl Completion {
    /// What the word before the cursor could become; `names` in order of preference.
    pub(super) fn begin(draft: &Draft, names: &[String]) -> Option<Self> {
        let before = draft.before();
        if let Some(prefix) = before.strip_prefix('/').filter(|p| !p.contains(char::is_whitespace)) {
            let candidates: Vec<_> = slash::complete(prefix).iter().map(|spec| format!("/{} ", spec.name)).collect();
            return Self::new(candidates, 0, before.len());
        }
        let argument = Argument::of(before);
        let in_msg = argument == Some(Argument::Quoted);
        let is_room = argument.is_some_and(Argument::is_room);
        // A name may have two words, so the longest end of the text that begins a name counts.
        let starts = before.char_indices().rev().filter(|&(at, c)| {
            !c.is_whitespace() && before.get(..at).is_none_or(|b| b.is_empty() || b.ends_with(char::is_whitespace))
        });
        let mut best = None;
        for (start, _) in starts.take(2) {
            let typed = before.get(start..).unwrap_or_default().to_lowercase();
            let typed = if in_msg { typed.trim_start_matches('"') } else { typed.as_str() };
            let begins = |name: &&String| {
                let name = name.to_lowercase();
                // The sign before a room may be left out.
                name.starts_with(typed) || is_room && name.get(1..).is_some_and(|bare| bare.starts_with(typed))
            };
            let fits: Vec<_> = names.iter().filter(begins).collect();
            if !fits.is_empty() {
                let after = if start == 0 { ": " } else { " " };
                // After these commands, the name is not all that is typed.
                let is_quoted = |name: &str| in_msg && name.contains(char::is_whitespace);
                let candidate = |name: &&String| {
                    if is_quoted(name) { format!("\"{name}\"{after}") } else { format!("{name}{after}") }
                };
                let candidates = fits.iter().map(candidate).collect();
                best = Self::new(candidates, start, before.len());
            }
        }
        best
    }

    fn new(candidates: Vec<String>, start: usize, end: usize) -> Option<Self> {
        let last = candidates.len().checked_sub(1)?;
        Some(Self { candidates, at: last, start, end })
    }

    /// Puts the next (or previous) candidate into the draft.
    pub(super) fn step(&mut self, draft: &mut Draft, back: bool) {
        let count = self.candidates.len().max(1);
        self.at = (self.at + if back { count - 1 } else { 1 }) % count;
        if let Some(candidate) = self.candidates.get(self.at) {
            draft.splice(self.start, self.end, candidate);
            self.end = self.start + candidate.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tabs(typed: &str, count: usize) -> String {
        let mut draft = Draft::default();
        draft.set(typed.to_owned());
        let names = ["bob", "Zoë 山田", "Bobby", "carol"].map(str::to_owned).to_vec();
        let mut completion = Completion::begin(&draft, &names);
        for _ in 0..count {
            if let Some(completion) = &mut completion {
                completion.step(&mut draft, false);
            }
        }
        draft.text().to_owned()
    }

    #[test]
    fn names_are_completed() {
        assert_eq!(tabs("b", 1), "bob: ");
        assert_eq!(tabs("b", 2), "Bobby: ");
        assert_eq!(tabs("b", 3), "bob: ");
        assert_eq!(tabs("ask CA", 1), "ask carol ");
        assert_eq!(tabs("zoë 山", 1), "Zoë 山田: ");
        assert_eq!(tabs("x", 1), "x");
        assert_eq!(tabs("bob ", 1), "bob ");
    }

    #[test]
    fn commands_are_completed() {
        assert_eq!(tabs("/res", 1), "/rescan ");
        assert_eq!(tabs("/connect b", 1), "/connect bob ");
        assert_eq!(tabs("/zzz", 1), "/zzz");
        assert_eq!(tabs("/msg zo", 1), "/msg \"Zoë 山田\" ");
        assert_eq!(tabs("/msg \"zoë 山", 1), "/msg \"Zoë 山田\" ");
        assert_eq!(tabs("/msg b", 1), "/msg bob ");
        assert_eq!(tabs("/invite bob zo", 1), "/invite bob \"Zoë 山田\" ");
    }
}
