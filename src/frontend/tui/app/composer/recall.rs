//! What was typed before.

/// Lines remembered: more than anybody walks back through.
const LINES: usize = 500;

/// The lines sent before, and where the user is in them.
#[derive(Debug, Default)]
pub(crate) struct History {
    lines: Vec<String>,
    walk: Option<Walk>,
}

/// A walk through those lines that begin with what was typed.
#[derive(Debug)]
struct Walk {
    prefix: String,
    at: usize,
}

impl History {
    /// Remembers a line; the same one twice in a row is one.
    pub(crate) fn push(&mut self, line: &str) {
        self.walk = None;
        if self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() >= LINES {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    /// The next older line that begins with `typed`, where the walk began.
    pub(crate) fn older(&mut self, typed: &str) -> Option<String> {
        let (prefix, at) = match &self.walk {
            Some(walk) => (walk.prefix.as_str(), walk.at),
            None => (typed, self.lines.len()),
        };
        let found = self.lines.iter().take(at).rposition(|line| line.starts_with(prefix) && line != typed)?;
        self.walk = Some(Walk { prefix: prefix.to_owned(), at: found });
        self.lines.get(found).cloned()
    }

    /// The next newer line of the walk; after the newest, what was typed before it.
    pub(crate) fn newer(&mut self) -> Option<String> {
        let walk = self.walk.as_mut()?;
        let newer = self.lines.iter().enumerate().skip(walk.at + 1).find(|(_, line)| line.starts_with(&walk.prefix));
        if let Some((at, line)) = newer {
            walk.at = at;
            return Some(line.clone());
        }
        self.walk.take().map(|walk| walk.prefix)
    }

    /// Ends the walk: the line shown is a draft of its own now.
    pub(crate) fn leave(&mut self) {
        self.walk = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_filtered_by_what_was_typed() {
        let mut history = History::default();
        for line in ["/connect 127.0.0.2", "hello", "hello", "/connect ::1", "bye"] {
            history.push(line);
        }
        assert_eq!(history.older("/c").as_deref(), Some("/connect ::1"));
        assert_eq!(history.older("/connect ::1").as_deref(), Some("/connect 127.0.0.2"));
        assert_eq!(history.older("/connect 127.0.0.2"), None);
        assert_eq!(history.newer().as_deref(), Some("/connect ::1"));
        assert_eq!(history.newer().as_deref(), Some("/c"));
        assert_eq!(history.newer(), None);
        let all: Vec<_> = std::iter::successors(history.older(""), |line| history.older(line)).collect();
        assert_eq!(all, ["bye", "/connect ::1", "hello", "/connect 127.0.0.2"]);
    }
}
