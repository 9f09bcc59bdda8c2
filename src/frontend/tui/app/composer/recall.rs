//! Lines that were sent before, to be sent again.

/// Lines that are remembered: more than anybody walks back through.
const LINES: usize = 500;

/// The lines sent before, and where the user is in them.
#[derive(Debug, Default)]
pub(super) struct Recall {
    lines: Vec<String>,
    walk: Option<Walk>,
}

/// A walk through the lines that begin with what was typed.
#[derive(Debug)]
struct Walk {
    prefix: String,
    at: usize,
}

impl Recall {
    /// Remembers a line. The same line twice in a row counts once.
    pub(super) fn push(&mut self, line: &str) {
        self.walk = None;
        if self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() >= LINES {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    /// The next older line that begins with what was typed. A walk that is under way keeps the text that it began with.
    pub(super) fn older(&mut self, typed: &str) -> Option<String> {
        let (prefix, at) = match &self.walk {
            Some(walk) => (walk.prefix.as_str(), walk.at),
            None => (typed, self.lines.len()),
        };
        let found = self.lines.iter().take(at).rposition(|line| line.starts_with(prefix) && line != typed)?;
        self.walk = Some(Walk { prefix: prefix.to_owned(), at: found });
        self.lines.get(found).cloned()
    }

    /// The next newer line of the walk; after the newest, what was typed before it.
    pub(super) fn newer(&mut self) -> Option<String> {
        let walk = self.walk.as_mut()?;
        let newer = self.lines.iter().enumerate().skip(walk.at + 1).find(|(_, line)| line.starts_with(&walk.prefix));
        if let Some((at, line)) = newer {
            walk.at = at;
            return Some(line.clone());
        }
        self.walk.take().map(|walk| walk.prefix)
    }

    /// Ends the walk: the line shown is a draft of its own now.
    pub(super) fn leave(&mut self) {
        self.walk = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recalled_lines_are_filtered_by_what_was_typed() {
        let mut recall = Recall::default();
        for line in ["/connect 127.0.0.2", "hello", "hello", "/connect ::1", "bye"] {
            recall.push(line);
        }
        assert_eq!(recall.older("/c").as_deref(), Some("/connect ::1"));
        assert_eq!(recall.older("/connect ::1").as_deref(), Some("/connect 127.0.0.2"));
        assert_eq!(recall.older("/connect 127.0.0.2"), None);
        assert_eq!(recall.newer().as_deref(), Some("/connect ::1"));
        assert_eq!(recall.newer().as_deref(), Some("/c"));
        assert_eq!(recall.newer(), None);
        let all: Vec<_> = std::iter::successors(recall.older(""), |line| recall.older(line)).collect();
        assert_eq!(all, ["bye", "/connect ::1", "hello", "/connect 127.0.0.2"]);
    }
}
