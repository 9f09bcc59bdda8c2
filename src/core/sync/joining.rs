//! The network that we are on turns out to be a known one. From now on we hold its logs.

use super::{Sync, event::Context, requests::Purpose};
use crate::{
    core::log::{
        HeldLog,
        storage::{Request, Snapshot},
    },
    domain::{
        bus::Update,
        model::{LinkId, LogId, Network, NodeId},
    },
    protocol::codec::event::HeldRange,
};

impl Sync {
    /// The present network is the one with this name.
    pub(super) fn join(&mut self, network: Network, cx: &mut Context<'_>) {
        self.requests.ask(Purpose::Join, Request::Join(network), cx.out);
    }

    /// The store has joined the two networks.
    pub(super) fn joined(&mut self, mut snapshot: Snapshot, cx: &mut Context<'_>) {
        let (acks, undelivered) = (std::mem::take(&mut snapshot.acks), std::mem::take(&mut snapshot.undelivered));
        self.saying_again.add(&snapshot.said_again);
        let logs: Vec<LogId> = self.logs.add(snapshot);
        for log in &logs {
            let head = self.logs.get(log).map_or(0, HeldLog::head);
            self.withholding.add(*log, head);
        }
        for ack in acks.into_iter().filter(|ack| logs.contains(&ack.log)) {
            self.delivery.knew(ack);
        }
        for log in &logs {
            self.review_all(log, cx);
        }
        self.tell_everybody(&logs, cx);
        // So far we ignored what others told us about these logs. They tell us again when we ask them for everything.
        let links = self.links.names();
        cx.out.extend(links.into_iter().map(super::have::want));
        self.find_open_lines(cx);
        self.review_history(cx);
        self.catch_up(cx);
        self.waits_elsewhere(undelivered, cx);
        cx.update(Update::NetworkJoined);
    }

    /// A link names a log that is kept for another network.
    pub(super) fn names_foreign(&mut self, name: LinkId, node: NodeId, range: &HeldRange, cx: &mut Context<'_>) {
        if let Some(link) = self.links.get_mut(name)
            && let Some(cursor) = link.cursors.unknown(&range.log)
        {
            // This counts if the log turns out to belong to this network.
            cursor.holds(range.base, range.seq);
        }
        // Its author knows best where it belongs.
        if range.log.author == node && self.logs.is_claimed(&range.log) {
            self.requests.ask(Purpose::Join, Request::Adopt(range.log), cx.out);
        }
    }

    /// The store could not join them. The next start of the program will.
    pub(super) fn not_joined(cx: &mut Context<'_>) {
        cx.update(Update::NetworkJoined);
    }
}
