//! The first start: the user chooses a name, and everything else waits for that.

use super::{Context, Overlay, Request};
use crate::{
    domain::model::Nick,
    frontend::{
        slash::{self, Slash},
        tui::app::input::{Handled, Key, KeyCode},
        words::answers::NAME_BEFORE_COMMANDS,
    },
};

/// The question, open or not. The draft holds the answer.
#[derive(Debug, Default)]
pub(crate) struct NameQuestion {
    open: bool,
    /// Whether it was asked in this run.
    asked: bool,
}

impl NameQuestion {
    /// Asks for a name.
    pub(crate) const fn ask(&mut self) {
        (self.open, self.asked) = (true, true);
    }

    /// The question is answered, or nobody is there to hear the answer.
    pub(crate) const fn close(&mut self) {
        self.open = false;
    }

    /// Whether the user still has to answer.
    pub(crate) const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether it was asked in this run.
    pub(crate) const fn was_asked(&self) -> bool {
        self.asked
    }
}

impl Overlay for NameQuestion {
    /// Enter takes the draft as the name. A draft that cannot be a name stays.
    fn key(&mut self, key: Key, context: &mut Context<'_>) -> Handled {
        if !self.open || key != Key::plain(KeyCode::Enter) {
            return Handled::Ignored;
        }
        let text = context.draft;
        let command = text.starts_with('/');
        context.requests.push(match Nick::new(text) {
            _ if command && slash::parse(text) == Ok(Slash::Quit) => Request::Quit,
            _ if command => Request::Complain(NAME_BEFORE_COMMANDS.to_owned()),
            Ok(nick) => Request::TakeName(nick),
            Err(error) => Request::Complain(error.to_string()),
        });
        Handled::Consumed
    }

    fn scroll(&mut self, _: i32, _: &mut Context<'_>) -> Handled {
        Handled::Ignored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(draft: &str) -> Vec<Request> {
        let mut question = NameQuestion::default();
        question.ask();
        let mut context = Context { draft, page: 1, requests: Vec::new() };
        assert_eq!(question.key(Key::plain(KeyCode::Char('x')), &mut context), Handled::Ignored);
        assert_eq!(question.key(Key::plain(KeyCode::Enter), &mut context), Handled::Consumed);
        context.requests
    }

    #[test]
    fn only_a_valid_name_is_accepted() {
        assert_eq!(answered("zoe"), [Request::TakeName(Nick::new("zoe").unwrap())]);
        assert_eq!(answered("/exit"), [Request::Quit]);
        assert_eq!(answered("/who"), [Request::Complain(NAME_BEFORE_COMMANDS.to_owned())]);
        assert!(matches!(answered("").as_slice(), [Request::Complain(_)]));
    }
}
