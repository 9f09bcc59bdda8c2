//! How far the user's own messages got, and who they wait for.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{App, Standing};
use crate::domain::model::{Delivery, Message, MessageId, group};

/// For so long nothing is said of a new message's delivery: on a network it takes a few milliseconds, and a word that goes
/// at once only draws the eye.
const QUIET: Duration = Duration::from_millis(200);

/// What is known of own messages.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    /// New messages, and until when nothing is said of their delivery.
    fresh: VecDeque<(Instant, MessageId)>,
    /// How many nobody else has.
    unsent: u64,
}

impl App {
    /// An own message is new; says whether its delivery is not worth a word yet.
    pub(super) fn is_fresh(&mut self, message: &Message) -> bool {
        let open = matches!(message.delivery, Delivery::Waiting | Delivery::Partly { .. });
        if open {
            self.deliveries.fresh.push_back((self.now.mono + QUIET, message.id));
        }
        open
    }

    /// So many own lines are on this machine alone.
    pub(super) fn unsent(&mut self, lines: u64) {
        self.deliveries.unsent = lines;
    }

    /// Takes in how far an own message got.
    pub(super) fn delivered(&mut self, id: MessageId, delivered: u32, of: u32) {
        let delivery = match (delivered, of) {
            (0, _) | (_, 0) => Delivery::Waiting,
            _ if delivered < of => Delivery::Partly { delivered, of },
            _ => Delivery::Sent,
        };
        self.set_delivery(id, delivery);
    }

    /// Notes how far the own message `id` got; says whether the pane knows it.
    pub(super) fn set_delivery(&mut self, id: MessageId, delivery: Delivery) -> bool {
        if let Some(past) = &mut self.past {
            past.deliver(id, delivery);
        }
        self.pane.deliver(id, delivery)
    }

    /// Says from now on how far messages got that are not quite new any more.
    pub(super) fn speak_up(&mut self) {
        while let Some((_, id)) = self.deliveries.fresh.pop_front_if(|(until, _)| *until <= self.now.mono) {
            for pane in self.past.iter_mut().chain([&mut self.pane]) {
                pane.speak_up(id);
            }
        }
    }

    /// When there is something to say of a message.
    pub(super) fn speaks_up_at(&self) -> Option<Instant> {
        self.deliveries.fresh.front().map(|(until, _)| *until)
    }

    /// Nothing waits any more.
    pub(super) fn nothing_waits(&mut self) {
        self.deliveries.unsent = 0;
        self.peers.nothing_waits();
    }

    /// What waits, for the status line; while somebody is here the list says for whom.
    pub(super) fn waiting(&self) -> Option<String> {
        let lines = usize::try_from(self.deliveries.unsent.max(self.peers.most_waiting())).unwrap_or(usize::MAX);
        let apart = !matches!(self.standing(), Standing::Online | Standing::Welcome);
        (apart && lines > 0).then(|| format!("{} {} waiting", group(lines), if lines == 1 { "line" } else { "lines" }))
    }
}
