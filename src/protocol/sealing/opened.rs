//! What is inside the seal: kind, causes, payload, padding.
//!
//! ```text
//! kind (4) || number of deps (1) || deps (48 each: author, epoch, seq) || length of payload (4) || payload || zeros
//! ```
//! Numbers are big-endian. One `Opened` has one encoding, so a hidden message in the padding is noticed.

use bytes::Bytes;

use super::padding::padded;
use crate::{
    domain::model::{LogId, NodeId},
    protocol::codec::event::{Dep, MAX_DEPS, MAX_SEQ},
};

/// Bytes beside deps and payload: the kind, the number of deps, and the length of the payload.
pub(super) const HEADER_BYTES: usize = 4 + 1 + 4;

/// Bytes of one dep. Its room is that of the event.
pub(super) const DEP_BYTES: usize = 32 + 8 + 8;

/// What a sealed content says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What kind of event it is.
    pub kind: u32,
    /// What the kind says; without salt.
    pub payload: Bytes,
    /// The newest events of the room that its author had seen; at most [`MAX_DEPS`].
    pub deps: Vec<Dep>,
}

impl Opened {
    /// Whether readers of `log` take it: few enough deps, all of other logs of the room, with numbers that events have.
    pub(super) fn has_valid_deps(&self, log: &LogId) -> bool {
        let is_valid = |dep: &Dep| dep.log.room == log.room && dep.log != *log && (1..=MAX_SEQ).contains(&dep.seq);
        self.deps.len() <= MAX_DEPS && self.deps.iter().all(is_valid)
    }

    /// The padded encoding, in a vector with `spare` more bytes. None if a length does not fit its field.
    pub(super) fn write(&self, spare: usize) -> Option<Vec<u8>> {
        let (deps, length) = (u8::try_from(self.deps.len()).ok()?, u32::try_from(self.payload.len()).ok()?);
        let total = padded(HEADER_BYTES + self.deps.len() * DEP_BYTES + self.payload.len());
        let mut out = Vec::with_capacity(total + spare);
        out.extend(self.kind.to_be_bytes());
        out.push(deps);
        for dep in &self.deps {
            out.extend(dep.log.author.as_bytes());
            out.extend(dep.log.epoch.to_be_bytes());
            out.extend(dep.seq.to_be_bytes());
        }
        out.extend(length.to_be_bytes());
        out.extend(&self.payload);
        out.resize(total, 0);
        Some(out)
    }

    /// Reads what [`Self::write`] wrote for an event of `log`. None for every other sequence of bytes.
    pub(super) fn read(log: &LogId, bytes: &Bytes) -> Option<Self> {
        let mut rest = bytes.as_ref();
        let kind = u32::from_be_bytes(take(&mut rest)?);
        let [count] = take(&mut rest)?;
        let deps = (0..count).map(|_| read_dep(log, &mut rest)).collect::<Option<Vec<_>>>()?;
        let length = usize::try_from(u32::from_be_bytes(take(&mut rest)?)).ok()?;
        let start = bytes.len() - rest.len();
        let (payload, padding) = rest.split_at_checked(length)?;
        if padding.iter().any(|&byte| byte != 0) || padded(start + length) != bytes.len() {
            return None;
        }
        let opened = Self { kind, payload: bytes.slice_ref(payload), deps };
        opened.has_valid_deps(log).then_some(opened)
    }
}

fn read_dep(log: &LogId, rest: &mut &[u8]) -> Option<Dep> {
    let author = NodeId::new(take(rest)?);
    let epoch = u64::from_be_bytes(take(rest)?);
    Some(Dep { log: LogId { room: log.room, author, epoch }, seq: u64::from_be_bytes(take(rest)?) })
}

/// The next bytes.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*bytes)
}
