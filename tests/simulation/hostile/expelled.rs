//! A member of a private room that is removed, and does not accept it. It has links with everybody, writes on in its old log,
//! begins others, dates lines back, hands its old decision around, and says that it has left after all.

use std::{cell::RefCell, rc::Rc, time::Duration};

use bytes::Bytes;
use proximity_chat::{
    domain::model::{RoomId, Timestamp},
    protocol::{
        codec::{
            event::{HeldRange, Signed},
            mesh::{self, Cap, Caps, Frame, Have, InviteRequest, Private, Standing},
        },
        identity::Identity,
        membership::{Cut, Decision, Leave, SignedDecision},
        sealing::{Card, Generation},
    },
};
use tokio::task::spawn_local;

use super::{Doer, GONE_AT, author::Author, elapsed, now};
use crate::{host, private};

/// What its program can do.
pub(super) const CAPS: Caps = Caps::NONE.with(Cap::Private);

/// The newest lines of each log that it sends each time.
const LINES: u64 = 8;

/// How far some lines are dated back: to before it was removed.
const DATED_BACK: Duration = Duration::from_mins(5);

/// What it knows of a room.
struct Membership {
    room: RoomId,
    signed: SignedDecision,
    decision: Decision,
    generation: Generation,
    /// The log that it wrote as a member, and those that it began later.
    logs: Vec<Author>,
}

/// Does all of this with all hosts.
pub(super) fn live(mut doer: Doer) {
    let (key, known) = (private::expelled(doer.world.seed), Rc::new(RefCell::new(None)));
    for number in 0..doer.member.victims.len() {
        let doer = Doer { world: doer.world.clone(), member: doer.member.clone(), random: doer.random.fork() };
        spawn_local(haunt(doer, key.clone(), number, known.clone()));
    }
}

async fn haunt(mut doer: Doer, key: Identity, number: usize, known: Rc<RefCell<Option<Membership>>>) {
    let pair = doer.world.rules.borrow_mut().rooms.add_pair(&key, &host::identity_of(doer.world.seed, number)).0;
    let (card, victim) = (Card::sign(&key, 0), doer.member.victims[number]);
    while elapsed() < GONE_AT
        && let Some(link) = doer.link_with(&key, Some((card, pair)), CAPS, victim).await
    {
        link.send(&Frame::Have(Have::default())).await;
        while elapsed() < GONE_AT && link.stays(Duration::from_millis(doer.random.u64(300..1_500))).await {
            for private in link.heard.private.take() {
                if let Some(Ok(signed)) = private.decision.map(|bytes| SignedDecision::decode(&bytes)) {
                    learn(&mut known.borrow_mut(), &key, signed);
                }
                let wanted: Vec<RoomId> = private.standings.iter().map(|standing| standing.room).collect();
                link.send(&Frame::Private(Box::new(Private { wanted, ..Private::default() }))).await;
            }
            let frames = match &mut *known.borrow_mut() {
                None => continue,
                Some(known) => {
                    let is_removed = doer.world.rules.borrow().rooms.private.is_removed(&known.room, &key.node());
                    if is_removed { known.defies(&key, &mut doer) } else { known.speaks(&mut doer) }
                }
            };
            for frame in frames {
                link.send_encoded(frame).await;
            }
        }
    }
}

/// Takes in a decision that lets it into a room.
fn learn(known: &mut Option<Membership>, key: &Identity, signed: SignedDecision) {
    let Ok(decision) = signed.open() else { return };
    let Some(generation) = private::keys(key, &decision).into_iter().next() else { return };
    let room = decision.room.id;
    match known {
        Some(known) if known.room != room || known.decision.version > decision.version => {}
        Some(known) => (known.signed, known.decision, known.generation) = (signed, decision, generation),
        None => {
            let logs = vec![Author::in_room(key.clone(), room, 1, now())];
            *known = Some(Membership { room, signed, decision, generation, logs });
        }
    }
}

impl Membership {
    /// What an honest member would do.
    fn speaks(&mut self, doer: &mut Doer) -> Vec<Bytes> {
        if doer.random.bool() {
            self.logs[0].sealed("from a member", &self.generation);
        }
        self.frames(self.decision.version)
    }

    /// What it does when it was removed.
    fn defies(&mut self, key: &Identity, doer: &mut Doer) -> Vec<Bytes> {
        let back = i64::try_from(DATED_BACK.as_millis()).unwrap();
        while self.logs.len() < 3 {
            let wall = [now(), Timestamp::from_millis(now().as_millis() - back)][self.logs.len() - 1];
            self.logs.push(Author::in_room(key.clone(), self.room, self.logs.len() as u64 + 1, wall));
        }
        let log = doer.random.usize(..self.logs.len());
        self.logs[log].sealed("from somebody who was removed", &self.generation);
        let version = self.decision.version + doer.random.u64(..3);
        let mut frames = self.frames(version);
        let cuts = self.logs.iter().map(Author::range).filter(|range| range.seq > 0);
        let cuts = cuts.filter_map(|range| Some(Cut { epoch: range.log.epoch, seq: range.seq, id: range.head? }));
        let since = self.decision.members[&key.node()].since;
        let leave = Leave::sign(key, self.room, since, cuts.collect());
        let request = InviteRequest { room: self.room, card: Card::sign(&doer.key(), 0).encode().into() };
        frames.extend(
            [
                Private { decision: Some(self.signed.encode().into()), ..Private::default() },
                Private {
                    wanted: vec![self.room],
                    leaves: vec![leave.encode().into()],
                    requests: vec![request],
                    ..Private::default()
                },
            ]
            .map(|private| mesh::encode(&Frame::Private(Box::new(private)))),
        );
        frames
    }

    /// Where it stands, what it holds, and its newest lines.
    fn frames(&self, version: u64) -> Vec<Bytes> {
        let standing = Standing { room: self.room, version, digest: self.signed.digest().prefix(), joined: true };
        let private = Private { standings: vec![standing], ..Private::default() };
        let ranges: Vec<HeldRange> = self.logs.iter().map(Author::range).filter(|range| range.seq > 0).collect();
        let have = Have { ranges, want: true, ..Have::default() };
        let newest = |log: &Author| (log.len().saturating_sub(LINES) + 1..=log.len()).collect::<Vec<_>>();
        let lines = self.logs.iter().flat_map(|log| newest(log).into_iter().filter_map(|seq| log.at(seq)));
        let lines: Vec<&Signed> = lines.collect();
        let mut frames = vec![mesh::encode(&Frame::Private(Box::new(private))), mesh::encode(&Frame::Have(have))];
        if !lines.is_empty() {
            frames.push(mesh::batch(lines));
        }
        frames
    }
}
