//! Logs that hostile members write, under any key.

use bytes::Bytes;
use proximity_chat::{
    domain::model::{EventId, Hlc, LogId, Nick, RoomId, Text, Timestamp},
    protocol::{
        codec::event::{Content, Draft, HeldRange, KIND_SAID, SALT_BYTES, Signed},
        identity::Identity,
        sealing::{self, Generation, KIND_SEALED, Opened, SaltSource, Slot},
    },
};

/// One log, written from its beginning.
pub(super) struct Author {
    key: Identity,
    log: LogId,
    /// All events so far, the first one first.
    events: Vec<Signed>,
    hlc: Hlc,
}

impl Author {
    /// A lobby log whose clock starts at `wall`.
    pub(super) fn new(key: Identity, epoch: u64, wall: Timestamp) -> Self {
        Self::in_room(key, RoomId::LOBBY, epoch, wall)
    }

    /// The same of any room.
    pub(super) fn in_room(key: Identity, room: RoomId, epoch: u64, wall: Timestamp) -> Self {
        let log = LogId { room, author: key.node(), epoch };
        Self { key, log, events: Vec::new(), hlc: Hlc(u64::try_from(wall.as_millis()).unwrap() << 16) }
    }

    pub(super) fn log(&self) -> LogId {
        self.log
    }

    /// Writes one more line.
    pub(super) fn line(&mut self, text: &str) -> Signed {
        let signed = self.other(text);
        self.next(signed)
    }

    /// Writes one more line, sealed under this key.
    pub(super) fn sealed(&mut self, text: &str, generation: &Generation) -> Signed {
        let inside = Opened { kind: KIND_SAID, payload: said(text).slice(SALT_BYTES..), deps: Vec::new() };
        let slot = Slot { log: self.log, seq: self.len() + 1, prev: self.head() };
        let source = SaltSource { secret: &[5; 32], random: &[6; 32] };
        let content = sealing::seal(generation, &slot, &inside, source).unwrap();
        let signed = self.event(KIND_SEALED, content);
        self.next(signed)
    }

    /// Writes an event that only looks as if it were sealed.
    pub(super) fn garbage(&mut self, generation: &Generation) -> Signed {
        let content = [&[9; SALT_BYTES][..], &generation.id().0, &[9; 64 + 16]].concat();
        let signed = self.event(KIND_SEALED, content.into());
        self.next(signed)
    }

    fn next(&mut self, signed: Signed) -> Signed {
        self.hlc = Hlc(self.hlc.0 + 1);
        self.events.push(signed.clone());
        signed
    }

    /// An event that could be the next line. The log does not advance, so that two of them contradict each other.
    pub(super) fn other(&self, text: &str) -> Signed {
        self.event(KIND_SAID, said(text))
    }

    fn event(&self, kind: u32, content: Bytes) -> Signed {
        let draft = Draft {
            log: self.log,
            seq: self.events.len() as u64 + 1,
            prev: self.head(),
            hlc: Hlc(self.hlc.0 + 1),
            deps: Vec::new(),
            wall: Timestamp::from_millis(i64::try_from(self.hlc.0 >> 16).unwrap()),
            kind,
            content,
        };
        draft.sign(|message| self.key.sign(message))
    }

    /// The line with this number.
    pub(super) fn at(&self, seq: u64) -> Option<&Signed> {
        self.events.get(usize::try_from(seq).unwrap().checked_sub(1)?)
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> u64 {
        self.events.len() as u64
    }

    /// The range that covers the whole log.
    pub(super) fn range(&self) -> HeldRange {
        HeldRange { name: None, log: self.log, seq: self.len(), head: self.head(), base: 1 }
    }

    fn head(&self) -> Option<EventId> {
        self.events.last().map(Signed::id)
    }
}

fn said(text: &str) -> Bytes {
    Content::said([7; SALT_BYTES], &Nick::new("hostile").unwrap(), &Text::new(text).unwrap(), false)
}
