//! What counts of the logs of somebody who is no member any more.

use crate::{
    domain::model::EventId,
    protocol::{
        codec::{Malformed, event::MAX_SEQ},
        wire::mesh,
    },
};

/// How many logs of one key can be cut: one for each time that it began a new epoch in the room. What exceeds this is
/// void.
pub const MAX_CUTS: usize = 32;

/// Of one log, nothing counts above this event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// The epoch of the log. Its room and author follow from where the cut stands.
    pub epoch: u64,
    /// The number of the last event that counts.
    pub seq: u64,
    /// Its identity.
    pub id: EventId,
}

impl Cut {
    /// What is signed of it.
    pub(super) fn bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        let (numbers, id) = bytes.split_at_mut(16);
        let (epoch, seq) = numbers.split_at_mut(8);
        epoch.copy_from_slice(&self.epoch.to_be_bytes());
        seq.copy_from_slice(&self.seq.to_be_bytes());
        id.copy_from_slice(&self.id.0);
        bytes
    }

    pub(super) fn write(&self) -> mesh::Cut {
        mesh::Cut { epoch: self.epoch, seq: self.seq, id: self.id.0.to_vec() }
    }

    fn read(cut: &mesh::Cut) -> Result<Self, Malformed> {
        let id = cut.id.as_slice().try_into().map(EventId).map_err(|_| Malformed)?;
        let sane = (1..=MAX_SEQ).contains(&cut.seq);
        if sane { Ok(Self { epoch: cut.epoch, seq: cut.seq, id }) } else { Err(Malformed) }
    }
}

/// Reads the cuts of one key: at most [`MAX_CUTS`], in ascending order of their epochs.
pub(super) fn read_all(cuts: &[mesh::Cut]) -> Result<Vec<Cut>, Malformed> {
    if cuts.len() > MAX_CUTS || !cuts.is_sorted_by(|one, next| one.epoch < next.epoch) {
        return Err(Malformed);
    }
    cuts.iter().map(Cut::read).collect()
}
