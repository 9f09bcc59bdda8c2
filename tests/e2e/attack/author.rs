//! Events of the log, made by hand: honest ones, and whatever else can be signed.

use std::time::{SystemTime, UNIX_EPOCH};

use prost::Message;
use sha2::{Digest, Sha256};

use super::{
    Key,
    proto::{Batch, Dep, Event, Have, HeldRange, LogId, Said, Signed, frame::Body},
};

/// What is put before an event's bytes when they are signed or hashed.
const DOMAIN: &[u8] = b"proximity-chat/1 event\0";

/// The id of the lobby.
pub(crate) const LOBBY: [u8; 32] = *b"proximity-chat/1 room #lobby\0\0\0\0";

/// The kind of event that carries a line.
const SAID: u32 = 1;

/// Bits of a clock reading below the milliseconds.
const COUNTER: u32 = 16;

/// One log, written from its beginning.
#[derive(Clone)]
pub(crate) struct Author {
    key: Key,
    nick: String,
    log: LogId,
    seq: u64,
    head: Vec<u8>,
    hlc: u64,
    /// What its clock always shows, in milliseconds after 1970.
    fixed: Option<u64>,
}

impl Author {
    /// A new log of the lobby.
    pub(crate) fn new(key: &Key, nick: &str) -> Self {
        let log = LogId { room: LOBBY.to_vec(), author: key.bytes().to_vec(), epoch: fastrand::u64(..) };
        Self { key: key.clone(), nick: nick.to_owned(), log, seq: 0, head: Vec::new(), hlc: now(), fixed: None }
    }

    /// A new log of another room.
    pub(crate) fn in_room(key: &Key, nick: &str, room: [u8; 32]) -> Self {
        let mut author = Self::new(key, nick);
        author.log.room = room.to_vec();
        author
    }

    /// The key that the log belongs to.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// The log's id.
    pub(crate) fn log(&self) -> LogId {
        self.log.clone()
    }

    /// The clock reading of the next event.
    pub(crate) fn clock(&self) -> u64 {
        match self.fixed {
            Some(ms) if self.seq == 0 => ms << COUNTER,
            Some(ms) => (ms << COUNTER).max(self.hlc + 1),
            None => now().max(self.hlc + 1),
        }
    }

    /// From now on the clock is at least this many milliseconds after 1970.
    pub(crate) fn set_clock(&mut self, ms: u64) {
        self.hlc = ms << COUNTER;
    }

    /// From now on the clock stands still at `ms` milliseconds after 1970, and so does the stated time of day.
    pub(crate) fn fix_clock(&mut self, ms: u64) {
        self.fixed = Some(ms);
    }

    /// The next event, for a test that changes something in it.
    pub(crate) fn draft(&self) -> Event {
        let hlc = self.clock();
        Event {
            log: Some(self.log.clone()),
            seq: self.seq + 1,
            prev: self.head.clone(),
            hlc,
            deps: Vec::new(),
            wall_ms: self.fixed.unwrap_or(now() >> COUNTER),
            kind: SAID,
            content_hash: Vec::new(),
        }
    }

    /// A line's content under the author's name.
    pub(crate) fn content(&self, text: &str) -> Vec<u8> {
        let salt: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(16).collect();
        let said = Said { nick: self.nick.clone(), text: text.to_owned(), action: false, again: Vec::new() };
        [salt, said.encode_to_vec()].concat()
    }

    /// Signs the event with this content, whatever it says. The author's log does not advance.
    pub(crate) fn sign(&self, event: Event, content: Vec<u8>) -> Signed {
        let body = Event { content_hash: Sha256::digest(&content).to_vec(), ..event }.encode_to_vec();
        let sig = self.key.sign(&[DOMAIN, &body].concat());
        Signed { body, sig, content }
    }

    /// The event that comes next, with `text`. The author's log does not advance: a second call makes a fork.
    pub(crate) fn try_line(&self, text: &str) -> Signed {
        self.sign(self.draft(), self.content(text))
    }

    /// The next line.
    pub(crate) fn line(&mut self, text: &str) -> Signed {
        let signed = self.try_line(text);
        self.follow(&signed);
        signed
    }

    /// The next line, with these events of others as its causes.
    pub(crate) fn line_after(&mut self, text: &str, deps: Vec<Dep>) -> Signed {
        let signed = self.sign(Event { deps, ..self.draft() }, self.content(text));
        self.follow(&signed);
        signed
    }

    /// One line for each of these texts.
    pub(crate) fn lines(&mut self, texts: impl IntoIterator<Item = String>) -> Vec<Signed> {
        texts.into_iter().map(|text| self.line(&text)).collect()
    }

    /// Continues the log after this event of its own.
    pub(crate) fn follow(&mut self, signed: &Signed) {
        let event = read(signed);
        (self.seq, self.head, self.hlc) = (event.seq, id(signed), event.hlc);
    }

    /// The range that covers everything said so far.
    pub(crate) fn range(&self) -> HeldRange {
        HeldRange { name: 0, log: Some(self.log.clone()), seq: self.seq, head: self.head.clone(), base: 1 }
    }
}

/// The present time as a clock reading of the log.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap() << COUNTER
}

/// The event's id.
pub(crate) fn id(signed: &Signed) -> Vec<u8> {
    Sha256::new().chain_update(DOMAIN).chain_update(&signed.body).finalize().to_vec()
}

/// An event's body.
pub(crate) fn read(signed: &Signed) -> Event {
    Event::decode(&signed.body[..]).expect("an event")
}

/// The text of an event that carries a line.
pub(crate) fn text(signed: &Signed) -> Option<String> {
    let said = Said::decode(signed.content.get(16..)?).ok()?;
    Some(said.text)
}

/// The lines in a frame.
pub(crate) fn texts(body: &Body) -> Vec<String> {
    match body {
        Body::Batch(batch) => batch.events.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

/// A frame of events.
pub(crate) fn batch(events: Vec<Signed>) -> Body {
    Body::Batch(Batch { events })
}

/// A frame that says what its sender holds.
pub(crate) fn have(ranges: Vec<HeldRange>) -> Body {
    Body::Have(Have { ranges, changes: Vec::new(), more: false, want: false })
}
