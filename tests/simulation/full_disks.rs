//! Disks that accept nothing for a while, and what must hold meanwhile: lines of others are shown, nobody is told that
//! they are kept, and they are kept as soon as there is room.

use std::{collections::BTreeSet, net::IpAddr};

use proximity_chat::{
    core::log::storage::Write,
    domain::model::{DiskTrouble, MessageId, StoreFailure, StoreFault, StoreTask},
};

/// The disks of all hosts.
#[derive(Debug)]
pub(crate) struct Disks(Vec<Disk>);

#[derive(Debug, Default)]
struct Disk {
    is_full: bool,
    /// Whether its host may have noticed that it was full.
    was_full: bool,
    /// Lines of others that it did not accept.
    refused: BTreeSet<MessageId>,
    /// Lines that its host has shown but not kept.
    shown: BTreeSet<MessageId>,
}

impl Disks {
    pub(crate) fn new(hosts: usize) -> Self {
        Self((0..hosts).map(|_| Disk::default()).collect())
    }

    pub(crate) fn set_full(&mut self, host: usize, is_full: bool) {
        self.0[host].is_full = is_full;
        self.0[host].was_full |= is_full;
    }

    /// Whether a host may report that it cannot write.
    pub(crate) fn was_full(&self, host: usize) -> bool {
        self.0[host].was_full
    }

    /// The same for the host at this address.
    pub(crate) fn had_outage(&self, ip: IpAddr) -> bool {
        let IpAddr::V4(ip) = ip else { return false };
        usize::from(ip.octets()[3]).checked_sub(1).and_then(|host| self.0.get(host)).is_some_and(|disk| disk.was_full)
    }

    /// A host starts: what was in its memory is gone.
    pub(crate) fn starts(&mut self, host: usize) {
        let is_full = self.0[host].is_full;
        self.0[host] = Disk { is_full, was_full: is_full, ..Disk::default() };
    }

    /// Whether a disk accepts these writes. `is_honest` says which of them count. Lines of others that it refused
    /// earlier must have been shown by now.
    pub(crate) fn take(
        &mut self,
        host: usize,
        writes: &[Write],
        is_honest: impl Fn(&Write) -> bool,
    ) -> Result<Result<(), StoreFailure>, String> {
        let disk = &mut self.0[host];
        let others = writes.iter().filter_map(|write| match write {
            Write::Event(entry) if !entry.own && is_honest(write) => Some(entry.event.id.into()),
            _ => None,
        });
        let others: BTreeSet<MessageId> = others.collect();
        if disk.is_full {
            disk.refused.extend(others);
            return Ok(Err(StoreFailure {
                trouble: DiskTrouble::Full,
                ..StoreFailure::new(StoreTask::Write, StoreFault::Silent)
            }));
        }
        for id in others {
            if disk.refused.remove(&id) && !disk.shown.contains(&id) {
                return Err(format!("shown while the disk is full: node {host} has not shown {id}"));
            }
        }
        Ok(Ok(()))
    }

    /// A host shows a line that it does not keep.
    pub(crate) fn shown(&mut self, host: usize, id: MessageId) -> Result<(), String> {
        let disk = &mut self.0[host];
        if !disk.was_full {
            return Err(format!("node {host} does not keep {id}, and its disk has room"));
        }
        if disk.shown.insert(id) { Ok(()) } else { Err(format!("nothing twice: node {host} shows {id} once more")) }
    }

    /// A host has kept a line that it showed earlier.
    pub(crate) fn kept(&mut self, host: usize, id: MessageId) -> Result<(), String> {
        if self.0[host].shown.contains(&id) {
            Ok(())
        } else {
            Err(format!("node {host} keeps {id}, which it has not shown"))
        }
    }
}
