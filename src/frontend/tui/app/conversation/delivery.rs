//! How far the user's own messages got.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::Conversation;
use crate::domain::model::{Delivery, Mark, Message, MessageId};

/// How long nothing is said about a new message's delivery. On a network it takes a few milliseconds, and a word that
/// vanishes at once only draws the eye.
const QUIET: Duration = Duration::from_millis(200);

/// New messages whose delivery is not worth a word yet, and until when.
#[derive(Debug, Default)]
pub(super) struct Fresh(VecDeque<(Instant, MessageId)>);

impl Fresh {
    /// Notes one of the user's new messages. Returns whether its delivery is open and not worth a word yet.
    pub(super) fn note(&mut self, message: &Message, now: Instant) -> bool {
        let open = matches!(message.delivery, Delivery::Waiting | Delivery::Partly { .. });
        if open {
            self.0.push_back((now + QUIET, message.id));
        }
        open
    }

    /// When the oldest of them stops being fresh.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.0.front().map(|(until, _)| *until)
    }

    /// Removes the oldest message if it is no longer fresh, and returns it.
    fn pop_due(&mut self, now: Instant) -> Option<MessageId> {
        self.0.pop_front_if(|(until, _)| *until <= now).map(|(_, id)| id)
    }
}

impl Conversation {
    /// Notes how many nodes have received one of the user's messages.
    pub(crate) fn delivered(&mut self, id: MessageId, delivered: u32, of: u32) {
        let delivery = match (delivered, of) {
            (0, _) | (_, 0) => Delivery::Waiting,
            _ if delivered < of => Delivery::Partly { delivered, of },
            _ => Delivery::Sent,
        };
        self.set_delivery(id, delivery);
    }

    /// Notes how far the user's message `id` got. Returns whether it is among the newest messages.
    pub(crate) fn set_delivery(&mut self, id: MessageId, delivery: Delivery) -> bool {
        if let Some(past) = &mut self.past {
            past.deliver(id, delivery);
        }
        self.pane.deliver(id, delivery)
    }

    /// Notes whether nobody is here who could receive the user's messages. If so, they wait instead of being sent.
    pub(crate) fn set_alone(&mut self, alone: bool) {
        if std::mem::replace(&mut self.alone, alone) != alone {
            self.panes().for_each(|pane| pane.set_alone(alone));
        }
    }

    /// Notes the mark that a message has from now on.
    pub(crate) fn set_mark(&mut self, id: MessageId, mark: Mark) {
        self.panes().for_each(|pane| pane.set_mark(id, mark));
    }

    /// Starts showing the delivery of messages that are no longer fresh.
    pub(crate) fn speak_up(&mut self, now: Instant) {
        while let Some(id) = self.fresh.pop_due(now) {
            self.panes().for_each(|pane| pane.speak_up(id));
        }
    }
}
