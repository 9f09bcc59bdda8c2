//! Rooms whose events are sealed: who may write there, and what their events say.

use super::{Sync, event::Context, seal::Seal};
use crate::{
    core::{
        log::{
            NotWritten, Say,
            storage::{Clear, LogEntry},
        },
        mutant,
    },
    domain::model::{NodeId, RoomId},
    protocol::{
        codec::event::{Content, Event, SALT_BYTES, Signed},
        sealing::{self, KIND_SEALED, SaltSource, Slot},
    },
};

/// An event with what it says, if it was sealed.
pub(super) type Unsealed = (Event, Option<Clear>);

impl Sync {
    /// An event of a room, with the deps that are inside its seal. None if no writer of the room can have written
    /// it. Such an event is ignored, whichever link it comes over.
    pub(super) fn unseal(&self, event: Event, signed: &Signed) -> Option<Unsealed> {
        let Some(seal) = self.rooms.seal(&event.log.room) else { return Some((event, None)) };
        let counts = seal.writers().admit(&event.log, event.seq, event.id) || mutant::takes_any_writer();
        if event.kind != KIND_SEALED || !event.deps.is_empty() || !counts {
            return None;
        }
        let slot = Slot { log: event.log, seq: event.seq, prev: event.prev };
        let generation = seal.generation(&sealing::generation_of(&signed.content)?)?;
        let opened = sealing::open(generation, &slot, &signed.content).ok()?;
        let clear = Clear { kind: opened.kind, payload: opened.payload };
        Some((Event { deps: opened.deps, ..event }, Some(clear)))
    }

    /// What a stored event says.
    pub(super) fn content_of(&self, signed: &Signed) -> Option<(u32, Content)> {
        let (event, clear) = self.unseal(signed.read().ok()?, signed)?;
        Some(match clear {
            Some(clear) => (clear.kind, Content::read(clear.kind, &clear.content())),
            None => (event.kind, Content::read(event.kind, &signed.content)),
        })
    }

    /// The next event of our own log of a room: signed, dated by the last look at the clocks, and sealed if the room
    /// is. `content` is its kind, and its content with the salt. The event is sent and told once it is on disk.
    pub(super) fn write_own(
        &mut self,
        room: RoomId,
        (kind, content): (u32, bytes::Bytes),
        cx: &Context<'_>,
    ) -> Result<LogEntry, NotWritten> {
        let (secret, random);
        let say = match self.rooms.seal(&room).map(Seal::newest) {
            None => Say::Clear(kind, content),
            Some(generation) => {
                (secret, random) = (self.salts.next(), self.salts.next());
                Say::Sealed {
                    generation,
                    clear: Clear { kind, payload: content.slice(SALT_BYTES.min(content.len())..) },
                    salt: SaltSource { secret: &secret, random: &random },
                }
            }
        };
        let now = self.clocks.reference(cx.now);
        let epoch = || self.rng.u64(..);
        let links = &self.links;
        let may_name = |author: &NodeId| links.is_linked(author) || !cx.people.class(author, cx.now.wall).is_stranger();
        self.logs.write(room, say, &self.identity, epoch, &may_name, (now, cx.now.wall))
    }
}
