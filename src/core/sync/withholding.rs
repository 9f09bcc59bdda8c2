//! What was said on this network before the present stay, and who may have it.
//!
//! A router's address alone does not prove which network this is, and a laptop must not carry what was said on one
//! network into another. So older lines go only to links that may have them ([`Standing`]). A link that may have them
//! keeps this right until it ends: it was here together with somebody who knows this network. All other links are told
//! of our logs as if we held only what came in this stay.

use std::collections::BTreeMap;

use super::{Sync, event::Context, link::Link};
use crate::{
    core::{mutant, networks::Standing},
    domain::{
        bus::Update,
        model::{LinkId, LogId, NodeId, RoomId},
    },
    protocol::codec::event::HeldRange,
};

/// What is withheld.
#[derive(Debug, Default)]
pub(super) struct Withholding {
    standing: Standing,
    /// How far each log was held when this stay began.
    heads: BTreeMap<LogId, u64>,
    /// The people who do not get older lines, as last told to the front end.
    told: Vec<NodeId>,
}

impl Withholding {
    pub(super) fn new(standing: Standing) -> Self {
        Self { standing, ..Self::default() }
    }

    /// The first event of a log that this link may have from us.
    pub(super) fn first(&self, link: &Link, log: &LogId) -> u64 {
        // Authors may always have their own lines.
        if link.may_have_history || log.author == link.node || mutant::offers_everything() {
            return 1;
        }
        self.heads.get(log).map_or(1, |head| head + 1)
    }

    /// The range of a log that we tell a link we hold, without what the link may not have. `None` if there is nothing
    /// to tell.
    pub(super) fn told(&self, link: &Link, range: HeldRange) -> Option<HeldRange> {
        let first = self.first(link, &range.log);
        let base = range.base.max(first);
        // A link that holds some of it must know how far we are, to send us the rest. Others need not know of the log.
        let is_named = link.cursors.base(&range.log).is_some();
        (base <= range.seq || first <= range.base || is_named).then_some(HeldRange { base, ..range })
    }

    /// Nothing of this room is held back.
    pub(super) fn forget_room(&mut self, room: &RoomId) {
        self.heads.retain(|log, _| log.room != *room);
    }

    /// Adds a log of a network that turned out to be this one. Its lines are older than this stay.
    pub(super) fn add(&mut self, log: LogId, head: u64) {
        self.heads.insert(log, head);
    }
}

impl Sync {
    /// We know more about where we are.
    pub(super) fn standing_is(&mut self, standing: Standing, cx: &mut Context<'_>) {
        if self.withholding.standing.stay != standing.stay {
            self.begin_stay();
        }
        self.withholding.standing = standing;
        self.review_history(cx);
    }

    /// Begins a stay: what is held from now on came in it.
    pub(super) fn begin_stay(&mut self) {
        let of_network = self.logs.iter().filter(|(log, _)| self.rooms.seal(&log.room).is_none());
        let heads = of_network.map(|(log, held)| (*log, held.head())).filter(|(_, head)| *head > 0);
        self.withholding.heads = heads.collect();
    }

    /// Decides which links may have what was said before this stay. Links that may have it for the first time are told
    /// of it.
    pub(super) fn review_history(&mut self, cx: &mut Context<'_>) {
        let standing = &self.withholding.standing;
        let all = standing.gives_all(self.links.iter().map(|(_, link)| link.node));
        let may = |link: &Link| all || standing.known.contains(&link.node);
        let news: Vec<LinkId> =
            self.links.iter().filter(|(_, link)| !link.may_have_history && may(link)).map(|(name, _)| name).collect();
        for name in news {
            let Some(link) = self.links.get_mut(name) else { continue };
            link.may_have_history = true;
            if link.was_told {
                self.tell_all(name, cx);
                self.listed(name, cx);
                self.send_next(name, cx);
            }
        }
        self.tell_withheld(cx);
    }

    /// Tells the front end who does not get older lines, if that has changed.
    fn tell_withheld(&mut self, cx: &mut Context<'_>) {
        let is_there = |(log, head): (&LogId, &u64)| self.logs.get(log).is_some_and(|held| held.base() <= *head);
        let has_history = self.withholding.heads.iter().any(is_there);
        let withheld = self.links.iter().filter(|(_, link)| has_history && !link.may_have_history);
        let mut people: Vec<NodeId> = withheld.map(|(_, link)| link.node).collect();
        people.sort_unstable();
        people.dedup();
        if self.withholding.told != people {
            self.withholding.told.clone_from(&people);
            cx.update(Update::Withheld(people));
        }
    }
}
