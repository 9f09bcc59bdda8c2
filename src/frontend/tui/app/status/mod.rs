//! Where things stand: the node, the network, the search for people, and what keeps them from meeting.
//!
//! It is told what the node reports, and decides what to say about it: `headline` in the status line, `guide` to a user
//! who is alone, `network` about the network.

mod guide;
mod headline;
mod network;

use std::net::SocketAddr;

pub(crate) use self::{
    guide::Visitor,
    headline::{Standing, percent},
};
use crate::{
    domain::{
        bus::{DiskState, NetworkStatus, SweepProgress, SweepState},
        model::Finding,
    },
    frontend::words::{status as words, times},
};

/// Fewer lines than this arrive within a frame or two, so their progress is not shown.
const SYNC_SHOWN: u64 = 100;

/// Whether there is a node behind the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Node {
    /// It does not listen yet.
    #[default]
    Starting,
    /// It listens here.
    At(SocketAddr),
    /// It ended.
    Gone,
}

/// Where things stand. See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Status {
    node: Node,
    /// None until the node has reported it.
    network: Option<NetworkStatus>,
    /// Why nobody shows up, the worst first.
    findings: Vec<Finding>,
    sweep: Option<SweepProgress>,
    /// Whether the user asked for the sweep under way.
    rescan_asked: bool,
    /// How many of the messages we lacked have arrived, and out of how many.
    sync: Option<(u64, u64)>,
    /// How many lines from strangers were left out of that.
    left_out: u64,
    /// How many of the user's messages are on this machine only.
    unsent: u64,
    /// How many people older lines are held back from.
    withheld: usize,
    disk: DiskState,
}

impl Status {
    /// The node.
    pub(crate) const fn node(&self) -> Node {
        self.node
    }

    /// The node listens.
    pub(crate) const fn listening(&mut self, addr: SocketAddr) {
        self.node = Node::At(addr);
    }

    /// The node has ended.
    pub(crate) const fn node_gone(&mut self) {
        self.node = Node::Gone;
    }

    /// Whether the node has ended.
    pub(crate) fn is_node_gone(&self) -> bool {
        self.node == Node::Gone
    }

    /// The node has diagnosed its network.
    pub(crate) fn set_findings(&mut self, findings: Vec<Finding>) {
        self.findings = findings;
    }

    /// Messages that we lacked are arriving, except for some from strangers.
    pub(crate) const fn set_sync(&mut self, received: u64, total: u64, left_out: u64) {
        (self.sync, self.left_out) = (Some((received, total)), left_out);
    }

    /// How many lines from strangers were not taken, because there is no room for more.
    pub(crate) const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The sync to show, if one is under way that takes a while.
    pub(crate) fn syncing(&self) -> Option<(u64, u64)> {
        self.sync.filter(|&(received, total)| received < total && total >= SYNC_SHOWN && self.node != Node::Gone)
    }

    /// This many of the user's messages are on this machine only.
    pub(crate) const fn set_unsent(&mut self, lines: u64) {
        self.unsent = lines;
    }

    /// How many of the user's messages are on this machine only.
    pub(crate) const fn unsent(&self) -> u64 {
        self.unsent
    }

    /// Older lines are held back from this many people.
    pub(crate) const fn set_withheld(&mut self, people: usize) {
        self.withheld = people;
    }

    /// How many people older lines are held back from.
    pub(crate) const fn withheld(&self) -> usize {
        self.withheld
    }

    /// The disk accepts new lines, or does not.
    pub(crate) const fn set_disk(&mut self, disk: DiskState) {
        self.disk = disk;
    }

    /// What the status line says about the disk, if it accepts nothing.
    pub(crate) fn disk_words(&self) -> Option<String> {
        Some(words::disk(self.disk.trouble?, self.disk.held_back))
    }

    /// The user asked for a sweep, or the request did not reach the node.
    pub(crate) const fn set_rescan_asked(&mut self, asked: bool) {
        self.rescan_asked = asked;
    }

    /// A sweep is under way. Returns what to say if it is done and the user asked for it.
    pub(crate) fn swept(&mut self, progress: SweepProgress) -> Option<String> {
        self.sweep = Some(progress);
        if progress.state != SweepState::Done || !std::mem::take(&mut self.rescan_asked) {
            return None;
        }
        Some(words::searched(&self.searched(), progress.found, &times::took(progress.took)))
    }

    /// The sweep to show, if one is under way that somebody waits for.
    pub(crate) fn sweeping(&self) -> Option<SweepProgress> {
        let is_lost = self.network.as_ref().is_some_and(|network| network.lost.is_some());
        self.sweep.filter(|sweep| sweep.state == SweepState::Running).filter(|_| self.node != Node::Gone && !is_lost)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_sweep_is_reported_once_and_only_if_requested() {
        let took = Duration::from_millis(1_500);
        let done = SweepProgress { state: SweepState::Done, probed: 9, total: 9, found: 2, took, left: Duration::ZERO };
        let mut status = Status::default();
        assert_eq!(status.swept(done), None);
        status.set_rescan_asked(true);
        assert_eq!(status.swept(SweepProgress { state: SweepState::Running, ..done }), None);
        assert!(status.sweeping().is_some());
        assert_eq!(status.swept(done).as_deref(), Some("Searched this machine in 1.5 s: 2 ports answer."));
        assert_eq!((status.sweeping(), status.swept(done)), (None, None));
    }

    #[test]
    fn only_a_sync_that_takes_a_while_is_shown() {
        let mut status = Status::default();
        status.set_sync(1, SYNC_SHOWN - 1, 0);
        assert_eq!(status.syncing(), None);
        status.set_sync(1, SYNC_SHOWN, 0);
        assert_eq!(status.syncing(), Some((1, SYNC_SHOWN)));
        status.set_sync(SYNC_SHOWN, SYNC_SHOWN, 0);
        assert_eq!(status.syncing(), None);
    }
}
