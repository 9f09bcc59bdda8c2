//! Messages that were said again: of all that repeat one another, only the last is shown.

use super::{
    Conversation,
    pane::{Entry, Pane},
};
use crate::domain::model::Message;

impl Conversation {
    /// Removes what this message repeats. Returns whether to show the message: not if a later one that is here repeats
    /// it.
    pub(super) fn takes_place_of_repeated(&mut self, message: &Message) -> bool {
        self.panes().fold(true, |shown, pane| shown & takes_place_in(pane, message))
    }
}

fn takes_place_in(pane: &mut Pane, message: &Message) -> bool {
    if message.again.is_none() && !pane.has_repetitions() {
        return true;
    }
    let first = message.again.unwrap_or(message.id);
    let (mut shown, mut repeated) = (true, Vec::new());
    for seq in pane.first()..pane.end() {
        let Some(Entry::Line(line)) = pane.entry(seq) else { continue };
        let is_same = line.author == message.author && line.again.unwrap_or(line.position.id) == first;
        if !is_same || line.position == message.position {
            continue;
        }
        if line.again.is_some() && (message.again.is_none() || line.position > message.position) {
            shown = false;
        } else {
            repeated.push(line.position);
        }
    }
    for position in repeated {
        pane.remove(position);
    }
    shown
}
