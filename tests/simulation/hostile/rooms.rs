//! What hostile members do about rooms: those that they are not in, and those that they join.

use std::time::Duration;

use proximity_chat::{
    domain::model::{Room, RoomId, RoomName},
    protocol::{
        codec::{
            event::HeldRange,
            mesh::{self, Frame, Have, MAX_EVENTS, Private, RefusalReason, Refused, Standing},
        },
        identity::Identity,
        sealing::{Card, Generation},
    },
};

use super::{Doer, GONE_AT, author::Author, elapsed, expelled, link::Link, now};
use crate::{host, rooms};

/// How often it comes to the same rooms.
const TIMES: u32 = 4;

/// Lines that it says in each room that it has joined, and their length.
const LINES: usize = 16;
const LINE: usize = 500;

/// By then, what was on its way when it left a room has come.
const LEFT: Duration = Duration::from_secs(5);

/// Says lines in all rooms of a host, though it is in none of them, and asks for all lines there. It claims to be in all
/// private rooms, and hands old decisions about them around.
pub(super) async fn intrude(mut doer: Doer) {
    let (key, victim) = (doer.key(), doer.victim());
    let rooms = {
        let mut rules = doer.world.rules.borrow_mut();
        rules.rooms.add_intruder(key.node());
        rules.ids()
    };
    let rooms = rooms.into_iter().filter(|room| *room != RoomId::LOBBY);
    let mut authors: Vec<Author> = rooms.map(|room| Author::in_room(key.clone(), room, 1, now())).collect();
    let Some(link) = doer.link_with(&key, None, expelled::CAPS, victim).await else { return };
    for turn in 0..TIMES {
        for private in claims(&doer, turn) {
            let room = private.standings[0].room;
            if authors.iter().all(|author| author.log().room != room) {
                authors.push(Author::in_room(key.clone(), room, 1, now()));
            }
            link.send(&Frame::Private(Box::new(private))).await;
        }
        let events: Vec<_> = authors.iter_mut().map(|author| author.line("let me in")).collect();
        let ranges: Vec<HeldRange> = authors.iter().map(Author::range).collect();
        for range in &ranges {
            let (log, reason) = (range.log, RefusalReason::NoRoom);
            link.send(&Frame::Refused(Refused { log, from: 1, until: None, reason })).await;
        }
        link.send(&Frame::Have(Have { ranges, want: true, ..Have::default() })).await;
        link.send_encoded(mesh::batch(&events)).await;
        if !link.stays(Duration::from_millis(doer.random.u64(500..4_000))).await {
            return;
        }
    }
    link.stays(GONE_AT.saturating_sub(elapsed())).await;
}

/// What it says about each private room: that it knows more or less than others, that it wants to know more, and what it has
/// found.
fn claims(doer: &Doer, turn: u32) -> Vec<Private> {
    let rules = doer.world.rules.borrow();
    let rooms = &rules.rooms.private;
    let claim = |room: RoomId| {
        let version = if turn.is_multiple_of(2) { u64::MAX } else { 1 };
        let standing = Standing { room, version, digest: [9; 8], joined: true };
        let decision = rooms.early(&room).map(|signed| signed.encode().into());
        Private { standings: vec![standing], wanted: vec![room], decision, ..Private::default() }
    };
    rooms.ids().into_iter().map(claim).collect()
}

/// Joins all open rooms, says far too much there, claims to have everything, and leaves. In its own room with the host
/// it says something for somebody else, and something that cannot be opened.
pub(super) async fn crash_in(mut doer: Doer) {
    let (key, third) = (doer.key(), doer.key());
    let number = doer.random.usize(..doer.member.victims.len());
    let victim = doer.member.victims[number];
    let (pair, generation) = {
        let mut rules = doer.world.rules.borrow_mut();
        rules.each_open().for_each(crate::rules::Rules::a_liar_comes);
        rules.rooms.add_intruder(third.node());
        rules.rooms.add_pair(&key, &host::identity_of(doer.world.seed, number))
    };
    let Some(link) = doer.link_as(&key, Some((Card::sign(&key, 0), pair)), victim).await else { return };
    say_for_others(&link, (&key, &third), (pair, &generation)).await;
    let open = rooms::open();
    let open_ids: Vec<RoomId> = open.iter().filter_map(Room::public_id).collect();
    for _ in 0..TIMES {
        link.heard.rooms.borrow_mut().extend(open_ids.iter().copied());
        link.send(&Frame::Rooms(open.iter().filter_map(name).collect())).await;
        flood(&mut doer, &link, &key, &open).await;
        let pause = doer.random.u64(500..5_000);
        if !stays(&link, Duration::from_millis(pause)).await {
            return;
        }
        let ranges: Vec<HeldRange> =
            link.heard.ranges().into_iter().filter(|range| open_ids.contains(&range.log.room)).collect();
        link.send(&Frame::Have(Have { ranges: ranges.clone(), want: true, ..Have::default() })).await;
        link.stays(Duration::from_millis(doer.random.u64(500..2_000))).await;
        if !link.send(&Frame::Rooms(Vec::new())).await || !stays(&link, LEFT).await {
            return;
        }
        link.heard.rooms.borrow_mut().retain(|room| *room == pair);
        // It would be sent everything again if it were still there.
        let ranges = ranges.into_iter().map(|range| HeldRange { seq: 0, head: None, ..range }).collect();
        link.send(&Frame::Have(Have { ranges, want: true, ..Have::default() })).await;
        let pause = doer.random.u64(500..4_000);
        if !stays(&link, Duration::from_millis(pause)).await {
            return;
        }
    }
}

/// Stays for a while, but no longer than hostile members may. Whether it may go on.
async fn stays(link: &Link, pause: Duration) -> bool {
    link.stays(pause.min(GONE_AT.saturating_sub(elapsed()))).await && elapsed() < GONE_AT
}

/// What others could have said in the room of two, and nobody.
async fn say_for_others(link: &Link, (key, third): (&Identity, &Identity), (room, generation): (RoomId, &Generation)) {
    let [mut own, mut garbage] = [1, 2].map(|epoch| Author::in_room(key.clone(), room, epoch, now()));
    let mut other = Author::in_room(third.clone(), room, 1, now());
    let events = [
        own.sealed("for you alone", generation),
        other.sealed("for you from a third person", generation),
        garbage.garbage(generation),
    ];
    let ranges = [&own, &other, &garbage].map(Author::range).to_vec();
    link.send(&Frame::Have(Have { ranges, ..Have::default() })).await;
    link.send_encoded(mesh::batch(&events)).await;
}

/// Many lines in each of these rooms, in another log each time.
async fn flood(doer: &mut Doer, link: &Link, key: &Identity, open: &[Room]) {
    let (epoch, text) = (doer.random.u64(..), "x".repeat(LINE));
    for room in open.iter().filter_map(Room::public_id) {
        let mut author = Author::in_room(key.clone(), room, epoch, now());
        let events: Vec<_> = (0..LINES).map(|_| author.line(&text)).collect();
        link.send(&Frame::Have(Have { ranges: vec![author.range()], ..Have::default() })).await;
        for part in events.chunks(MAX_EVENTS) {
            link.send_encoded(mesh::batch(part)).await;
        }
    }
}

fn name(room: &Room) -> Option<RoomName> {
    match room {
        Room::Open(name) => Some(name.clone()),
        Room::Lobby | Room::Direct(_) | Room::Private(_) => None,
    }
}
