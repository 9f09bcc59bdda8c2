//! Direct rooms that others open.

use super::*;
use crate::domain::model::{Host, Timestamp};

/// A host of the network.
fn host(n: u8) -> Machine {
    Machine::Host(Host::of([10, 0, 0, n].into()))
}

fn direct_with(n: u8) -> Room {
    Room::Direct(identity(n).node())
}

/// A stranger on this host is linked and says something.
fn speaks(rooms: &mut Rooms, n: u8, host: Machine) -> Vec<Output> {
    feed(rooms, up(LinkId::Accepted(n.into()), n, Some(card(n))));
    feed(rooms, Input::Heard(Heard { node: identity(n).node(), stranger: Some(host), earlier: None }))
}

/// So many lines of this person are held, in this room.
fn earlier(n: u8, room: RoomId, lines: u64) -> Input {
    let card = Some(Arc::from(card(n).as_ref()));
    let earlier = Some(Earlier { room, lines, card });
    Input::Heard(Heard { node: identity(n).node(), stranger: None, earlier })
}

/// The people with whom our user sees a direct room, in the order of the tabs.
fn seen(rooms: &Rooms) -> Vec<u8> {
    let number = |room: &Room| (0..=u8::MAX).find(|n| room.other().is_some_and(|node| node == identity(*n).node()));
    rooms.joined.iter().filter_map(|joined| number(&joined.room)).collect()
}

fn known(n: u8) -> Known {
    let card = Some(Arc::from(card(n).as_ref()));
    Known { card, ..Known::new(identity(n).node(), Timestamp::from_millis(0)) }
}

#[test]
fn strangers_of_one_host_open_two_rooms_at_most() {
    let mut rooms = rooms_of(Vec::new());
    speaks(&mut rooms, 1, host(1));
    for n in 2..=5 {
        let out = speaks(&mut rooms, n, host(2));
        let gone = n.checked_sub(2).filter(|gone| *gone >= 2).map(direct_with);
        let closed = out.iter().find_map(|output| match output {
            Output::Update(Update::RoomLeft { room, .. }) => Some(room.clone()),
            _ => None,
        });
        assert_eq!(closed, gone, "{n}");
    }
    assert_eq!(seen(&rooms), [1, 4, 5], "each host loses its own");
    // Who is still linked can speak again, and then takes a place of that host.
    speaks(&mut rooms, 2, host(2));
    assert_eq!(seen(&rooms), [1, 5, 2]);
}

#[test]
fn a_room_that_our_user_has_touched_is_never_replaced() {
    let mut rooms = rooms_of(Vec::new());
    for n in 1..=4 {
        speaks(&mut rooms, n, host(1));
        match n {
            1 => assert_eq!(feed(&mut rooms, Input::Used(direct_with(n))), [Output::Kept], "looked at, or written to"),
            2 => drop(feed(&mut rooms, query(n, None))),
            3 => {
                let view = RoomView { draft: "half a sentence".to_owned(), ..RoomView::default() };
                feed(&mut rooms, Input::KeepView { room: direct_with(n), view });
            }
            _ => {}
        }
    }
    for n in 5..=9 {
        speaks(&mut rooms, n + 5, host(1));
    }
    assert_eq!(seen(&rooms), [1, 2, 3, 13, 14]);
}

#[test]
fn strangers_of_all_hosts_open_few_rooms() {
    let mut rooms = rooms_of(Vec::new());
    feed(&mut rooms, query(200, Some(card(200))));
    for n in 10..100 {
        speaks(&mut rooms, n, host(n));
    }
    let seen = seen(&rooms);
    assert_eq!((seen.len(), seen[0], seen[32]), (33, 200, 99));
}

#[test]
fn the_limit_holds_across_restarts() {
    let mut rooms = rooms_of(Vec::new());
    for n in 1..=2 {
        speaks(&mut rooms, n, host(1));
    }
    let people: Vec<Known> = (1..=2).map(known).collect();
    let met = |mut known: Known| {
        let mut met = known.how_met();
        met.host = Some(Host::of([10, 0, 0, 1].into()));
        known.met = Some(met);
        known
    };
    let people: Vec<Known> = people.into_iter().map(met).collect();
    let mut rooms = Rooms::new(kept(&rooms), &identity(9), &people, [2; 32]);
    feed(&mut rooms, Input::Start);
    assert_eq!(seen(&rooms), [1, 2]);
    speaks(&mut rooms, 3, host(1));
    assert_eq!(seen(&rooms), [2, 3]);
}

#[test]
fn what_our_user_could_not_see_opens_the_room() {
    let mut rooms = rooms_of(Vec::new());
    assert_eq!(feed(&mut rooms, earlier(1, id("dev"), 1)), [], "it was said in another room");
    assert_eq!(feed(&mut rooms, earlier(1, direct(2), 1)), [], "it was said to somebody else");
    let out = feed(&mut rooms, earlier(1, direct(1), 1));
    assert!(is_open(&out, 1), "{out:?}");
    assert_eq!(seen(&rooms), [1]);
    assert_eq!(feed(&mut rooms, earlier(1, direct(1), 1)), [], "it is seen now");
}

#[test]
fn a_room_that_was_left_comes_back_with_new_lines() {
    let mut rooms = rooms_of(Vec::new());
    feed(&mut rooms, earlier(1, direct(1), 7));
    feed(&mut rooms, part(direct_with(1)));
    let left = Input::Left { node: identity(1).node(), lines: 7 };
    assert_eq!(feed(&mut rooms, left), [Output::Kept]);
    let mut rooms = Rooms::new(kept(&rooms), &identity(9), &[known(1)], [3; 32]);
    assert_eq!(feed(&mut rooms, Input::Start), []);
    feed(&mut rooms, earlier(1, direct(1), 7));
    assert_eq!(seen(&rooms), [0; 0], "our user has left it, and knows all of it");
    feed(&mut rooms, earlier(1, direct(1), 8));
    assert_eq!(seen(&rooms), [1]);
}
