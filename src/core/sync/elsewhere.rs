//! What our user said on other networks that has reached nobody. It can be said again here.

use super::{Sync, event::Context, say_again::Lines};
use crate::{
    core::log::storage::Undelivered,
    domain::{
        bus::{Elsewhere, Update},
        model::Network,
    },
};

impl Sync {
    /// The store says what waits on other networks.
    pub(super) fn waits_elsewhere(&mut self, undelivered: Vec<Undelivered>, cx: &mut Context<'_>) {
        self.undelivered = undelivered;
        self.tell_elsewhere(cx);
    }

    /// Says here what waits on that network, or on all of them if none is named.
    pub(super) fn say_here(&mut self, network: Option<&Network>, cx: &mut Context<'_>) {
        // What was said in a room that our user has left since stays where it is.
        let rooms = &self.rooms;
        let is_meant =
            |one: &Undelivered| rooms.is_open(&one.log.room) && network.is_none_or(|network| one.network == *network);
        let (meant, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.undelivered).into_iter().partition(is_meant);
        self.undelivered = rest;
        for Undelivered { log, from, until, .. } in meant {
            self.say_again(Lines { log, from, until }, cx);
        }
        self.tell_elsewhere(cx);
    }

    /// Tells the front end.
    pub(super) fn tell_elsewhere(&mut self, cx: &mut Context<'_>) {
        let mut networks: Vec<Elsewhere> = Vec::new();
        for Undelivered { network, lines, .. } in &self.undelivered {
            match networks.iter_mut().find(|one| one.network == *network) {
                Some(known) => known.lines += lines,
                None => networks.push(Elsewhere { network: network.clone(), lines: *lines }),
            }
        }
        cx.update(Update::Elsewhere(networks));
    }
}
