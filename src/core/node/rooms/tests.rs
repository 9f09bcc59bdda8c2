//! The rooms alone: what is said to links, to the log and to the front end.

mod heard;

use bytes::Bytes;

use super::*;
use crate::{
    domain::model::LogId,
    protocol::sealing::{Card, PairSecret, SealingKey},
};

const LINK: LinkId = LinkId::Accepted(1);
const OTHER: LinkId = LinkId::Accepted(2);

fn name(name: &str) -> RoomName {
    RoomName::new(name).unwrap()
}

fn room(text: &str) -> Room {
    Room::named(text).unwrap()
}

fn id(text: &str) -> RoomId {
    room(text).public_id().unwrap()
}

fn node(n: u8) -> NodeId {
    NodeId::new([n; 32])
}

fn feed(rooms: &mut Rooms, input: Input) -> Vec<Output> {
    let mut out = Vec::new();
    rooms.handle(input, &mut out);
    out
}

fn announced(link: LinkId, names: &[&str]) -> Input {
    Input::Announced { link, names: names.iter().map(|text| name(text)).collect() }
}

fn frame(names: &[&str]) -> Bytes {
    mesh::encode(&Frame::Rooms(names.iter().map(|text| name(text)).collect()))
}

fn members(text: &str, people: &[u8]) -> Output {
    let people = people.iter().map(|n| node(*n)).collect();
    Output::Update(Update::RoomMembers(RoomMembers { room: room(text), people }))
}

fn kept(rooms: &Rooms) -> KeptRooms {
    KeptRooms { list: rooms.kept(), private: rooms.kept_private() }
}

fn join(room: Room) -> Input {
    Input::Join { room, id: None }
}

fn part(room: Room) -> Input {
    Input::Part { room, cuts: Vec::new() }
}

/// The rooms of a user who knows nobody.
fn rooms_of(kept: Vec<KeptRoom>) -> Rooms {
    let kept = KeptRooms { list: kept, ..KeptRooms::default() };
    Rooms::new(kept, &Identity::from_secret(&[9; 32]), &[], [1; 32])
}

/// Two links, of which both know open rooms.
fn linked() -> Rooms {
    let mut rooms = rooms_of(Vec::new());
    feed(&mut rooms, Input::Start);
    for (link, n) in [(LINK, 1), (OTHER, 2)] {
        assert_eq!(
            feed(
                &mut rooms,
                Input::LinkUp { card: None, link, node: node(n), capable: true, private: false, host: None }
            ),
            []
        );
    }
    rooms
}

#[test]
fn links_hear_of_a_room_before_they_are_admitted() {
    let mut rooms = linked();
    assert_eq!(feed(&mut rooms, announced(LINK, &["dev"])), [], "we are not in it");
    let asked = Update::RoomJoined { room: room("dev"), view: RoomView::default(), asked: true };
    assert_eq!(
        feed(&mut rooms, join(room("dev"))),
        [
            Output::Sync(sync::Input::Open { seal: None, room: room("dev"), id: id("dev") }),
            Output::Sync(sync::Input::Announce { link: LINK, frame: frame(&["dev"]) }),
            Output::Sync(sync::Input::Announce { link: OTHER, frame: frame(&["dev"]) }),
            Output::Sync(sync::Input::Admit { link: LINK, room: id("dev") }),
            Output::Update(asked),
            Output::Kept,
            members("dev", &[1]),
        ]
    );
    let later = feed(&mut rooms, announced(OTHER, &["dev", "ops"]));
    assert_eq!(later, [Output::Sync(sync::Input::Admit { link: OTHER, room: id("dev") }), members("dev", &[1, 2])]);
}

#[test]
fn who_announces_a_room_no_more_is_excluded() {
    let mut rooms = linked();
    feed(&mut rooms, join(room("dev")));
    feed(&mut rooms, announced(LINK, &["dev"]));
    assert_eq!(feed(&mut rooms, announced(LINK, &["dev"])), [], "nothing has changed");
    let out = feed(&mut rooms, announced(LINK, &[]));
    assert_eq!(out, [Output::Sync(sync::Input::Exclude { link: LINK, room: id("dev") }), members("dev", &[])]);
    feed(&mut rooms, announced(LINK, &["dev"]));
    assert_eq!(feed(&mut rooms, Input::LinkDown(LINK)), [members("dev", &[])]);
}

#[test]
fn leaving_a_room_closes_it_and_tells_the_links() {
    let mut rooms = linked();
    feed(&mut rooms, join(room("dev")));
    assert_eq!(
        feed(&mut rooms, part(room("dev"))),
        [
            Output::Sync(sync::Input::Close(id("dev"))),
            Output::Sync(sync::Input::Announce { link: LINK, frame: frame(&[]) }),
            Output::Sync(sync::Input::Announce { link: OTHER, frame: frame(&[]) }),
            Output::Update(Update::RoomLeft { room: room("dev"), because: crate::domain::bus::LeftBecause::Asked }),
            Output::Kept,
        ]
    );
    let refused = |failure: RoomFailure| [Output::Update(failure.into())];
    assert_eq!(feed(&mut rooms, part(room("dev"))), refused(RoomFailure::NotJoined(room("dev"))));
    assert_eq!(feed(&mut rooms, part(Room::Lobby)), refused(RoomFailure::Lobby));
    assert_eq!(feed(&mut rooms, join(Room::Lobby)), refused(RoomFailure::Joined(Room::Lobby)));
}

#[test]
fn a_program_without_rooms_is_told_of_none() {
    let mut rooms = rooms_of(Vec::new());
    feed(
        &mut rooms,
        Input::LinkUp { card: None, link: LINK, node: node(1), capable: false, private: false, host: None },
    );
    let out = feed(&mut rooms, join(room("dev")));
    assert!(!out.iter().any(|output| matches!(output, Output::Sync(sync::Input::Announce { .. }))), "{out:?}");
}

#[test]
fn rooms_and_their_views_survive_a_restart() {
    let mut rooms = linked();
    feed(&mut rooms, join(room("dev")));
    let view = RoomView { draft: "half a sentence".to_owned(), ..RoomView::default() };
    let keep = || Input::KeepView { room: room("dev"), view: view.clone() };
    assert_eq!(feed(&mut rooms, keep()), [Output::Kept]);
    assert_eq!(feed(&mut rooms, keep()), [], "nothing has changed");
    let mut rooms = rooms_of(rooms.kept());
    let joined = |room, view| Output::Update(Update::RoomJoined { room, view, asked: false });
    assert_eq!(
        feed(&mut rooms, Input::Start),
        [
            Output::Sync(sync::Input::Open { seal: None, room: room("dev"), id: id("dev") }),
            joined(room("dev"), view.clone()),
        ]
    );
    let up = feed(
        &mut rooms,
        Input::LinkUp { card: None, link: LINK, node: node(1), capable: true, private: false, host: None },
    );
    assert_eq!(up, [Output::Sync(sync::Input::Announce { link: LINK, frame: frame(&["dev"]) })]);
}

#[test]
fn the_list_has_every_room_once_with_its_people() {
    let mut rooms = linked();
    feed(&mut rooms, join(room("empty")));
    feed(&mut rooms, join(room("dev")));
    feed(&mut rooms, announced(LINK, &["dev", "ops"]));
    feed(&mut rooms, announced(OTHER, &["dev"]));
    let listing = |text, people, joined| RoomListing { room: room(text), people, joined };
    let list = vec![listing("dev", 2, true), listing("empty", 0, true), listing("ops", 1, false)];
    assert_eq!(feed(&mut rooms, Input::List), [Output::Update(Update::RoomList(list))]);
}

#[test]
fn there_are_so_many_rooms_and_no_more() {
    let mut rooms = linked();
    for n in 1..MAX_ROOMS {
        assert!(feed(&mut rooms, join(room(&format!("room{n}")))).contains(&Output::Kept), "{n}");
    }
    let refused = Output::Update(RoomFailure::TooMany(MAX_ROOMS).into());
    assert_eq!(feed(&mut rooms, join(room("one-more"))), [refused]);
    let Frame::Rooms(names) = decoded(&mut rooms) else { panic!("no frame of rooms") };
    assert_eq!(names.len(), MAX_ROOMS - 1, "the lobby is not announced");
}

/// The frame that a new link gets.
fn decoded(rooms: &mut Rooms) -> Frame {
    let out = feed(
        rooms,
        Input::LinkUp {
            card: None,
            link: LinkId::Accepted(9),
            node: node(9),
            capable: true,
            private: false,
            host: None,
        },
    );
    let [Output::Sync(sync::Input::Announce { frame, .. })] = &out[..] else { panic!("{out:?}") };
    mesh::decode(frame).unwrap()
}

fn identity(n: u8) -> Identity {
    Identity::from_secret(&[n; 32])
}

fn card(n: u8) -> Bytes {
    Card::sign(&identity(n), 0).encode().into()
}

/// The id of the direct room of our user and this person.
fn direct(n: u8) -> RoomId {
    PairSecret::new(&SealingKey::of(&identity(9)), &Card::sign(&identity(n), 0)).unwrap().room()
}

fn up(link: LinkId, n: u8, card: Option<Bytes>) -> Input {
    Input::LinkUp { link, node: identity(n).node(), capable: true, private: false, host: None, card }
}

fn query(n: u8, card: Option<Bytes>) -> Input {
    let card = card.map(|card| Arc::from(card.as_ref()));
    Input::Query { node: identity(n).node(), name: "bob".to_owned(), card, asked: true }
}

fn is_open(out: &[Output], n: u8) -> bool {
    out.iter().any(|output| {
        matches!(output, Output::Sync(sync::Input::Open { id, seal: Some(seal), .. })
        if *id == direct(n) && [9, n].iter().all(|n| seal.writers().last(&LogId { room: *id, author: identity(*n).node(), epoch: 1 }).is_none()))
    })
}

#[test]
fn linked_people_share_a_direct_room_that_nobody_sees() {
    let mut rooms = rooms_of(Vec::new());
    let out = feed(&mut rooms, up(LINK, 1, Some(card(1))));
    assert!(
        is_open(&out, 1) && out.contains(&Output::Sync(sync::Input::Admit { link: LINK, room: direct(1) })),
        "{out:?}"
    );
    assert!(!out.iter().any(|output| matches!(output, Output::Update(_) | Output::Kept)), "{out:?}");
    assert_eq!(feed(&mut rooms, Input::LinkDown(LINK)), [Output::Sync(sync::Input::Close(direct(1)))]);
}

#[test]
fn a_direct_room_is_shown_once_something_is_said() {
    let mut rooms = rooms_of(Vec::new());
    feed(&mut rooms, up(LINK, 1, Some(card(1))));
    let (room, view) = (Room::Direct(identity(1).node()), RoomView::default());
    let shown = Output::Update(Update::RoomJoined { room: room.clone(), view, asked: false });
    let heard = || Input::Heard(Heard { node: identity(1).node(), stranger: None, earlier: None });
    assert_eq!(feed(&mut rooms, heard()), [Output::Kept, shown]);
    assert_eq!(feed(&mut rooms, heard()), []);
    assert_eq!(feed(&mut rooms, Input::LinkDown(LINK)), [], "it stays open for who is away");
    let out = feed(&mut rooms, part(room));
    assert!(out.contains(&Output::Sync(sync::Input::Close(direct(1)))), "{out:?}");
}

#[test]
fn a_known_card_is_enough_to_write_to_someone() {
    let mut rooms = rooms_of(Vec::new());
    let refused = |out: &[Output]| {
        matches!(out, [Output::Update(Update::Failed(crate::domain::bus::Failure::Room(RoomFailure::NoCard { .. })))])
    };
    assert!(refused(&feed(&mut rooms, query(1, None))));
    assert!(refused(&feed(&mut rooms, query(1, Some(card(2))))), "a card of someone else");
    assert!(refused(&feed(&mut rooms, query(1, Some(Bytes::from_static(b"nonsense"))))));
    let out = feed(&mut rooms, query(1, Some(card(1))));
    assert!(is_open(&out, 1) && rooms.is_in(&Room::Direct(identity(1).node())), "{out:?}");
}

#[test]
fn a_direct_room_survives_a_restart_with_its_card() {
    let mut rooms = rooms_of(Vec::new());
    feed(&mut rooms, query(1, Some(card(1))));
    let known = |card| {
        let at = crate::domain::model::Timestamp::from_millis(0);
        Known { card, ..Known::new(identity(1).node(), at) }
    };
    let mut again = Rooms::new(kept(&rooms), &identity(9), &[known(Some(card(1).as_ref().into()))], [2; 32]);
    assert!(is_open(&feed(&mut again, Input::Start), 1));
    let mut forgotten = Rooms::new(kept(&rooms), &identity(9), &[known(None)], [3; 32]);
    assert_eq!(feed(&mut forgotten, Input::Start), []);
}

#[test]
fn a_false_card_opens_nothing() {
    let mut rooms = rooms_of(Vec::new());
    assert_eq!(feed(&mut rooms, up(LINK, 1, Some(card(2)))), []);
    assert_eq!(feed(&mut rooms, up(OTHER, 2, None)), []);
}
