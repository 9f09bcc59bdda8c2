//! Private rooms, as programs and people learn of them.

use super::{super::printer::Printer, *};
use crate::domain::{
    bus::{
        Invitation, LeftBecause, Member, MemberChange, MemberList, MemberState, RoomFailure, RoomListing, RoomMembers,
        RoomView, Update,
    },
    model::{PrivateRoom, RoomId, RoomName},
};

fn plan(digit: u8) -> PrivateRoom {
    PrivateRoom { id: RoomId([digit; 32]), name: RoomName::new("plan").unwrap() }
}

fn joined(room: &PrivateRoom, asked: bool) -> Update {
    Update::RoomJoined { room: Room::Private(room.clone()), view: RoomView::default(), asked }
}

fn invited(room: &PrivateRoom) -> Update {
    Update::Invited(Invitation { room: room.clone(), owner: key('b'), members: 3 })
}

/// What is printed for a user with the key `a` who speaks in `spoken`, with the digits of keys made short.
fn print(json: bool, spoken: Room, updates: impl IntoIterator<Item = Update>) -> String {
    let mut printer = Printer::new(Options { room: spoken, ..options(json) });
    let listening = Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') };
    let known = [('b', "ben"), ('c', "carol"), ('d', "dora")].map(|(digit, name)| {
        let peer = PeerId::Node(key(digit));
        Update::KnownAs { peer, nick: nick(name), repute: Repute::of(Trust::Known) }
    });
    [listening].into_iter().chain(known).for_each(|update| printer.update(update));
    printer.out().clear();
    updates.into_iter().for_each(|update| printer.update(update));
    let output = String::from_utf8(printer.out().clone()).unwrap();
    if json {
        schema::in_contract(&output);
    }
    let short = |text: String, digits: &str| text.replace(&digits.repeat(64 / digits.len()), &digits.to_uppercase());
    ["a", "b", "c", "d", "31", "77"].into_iter().fold(output, short)
}

fn life() -> Vec<Update> {
    let room = plan(0x31);
    let change = |invited: &str, removed: &str, left: &str| {
        let [invited, removed, left] = [invited, removed, left].map(|keys| keys.chars().map(key).collect());
        Update::MembersChanged(MemberChange { room: room.clone(), owner: key('b'), invited, removed, left })
    };
    vec![
        invited(&room),
        joined(&room, true),
        Update::RoomMembers(RoomMembers { room: Room::Private(room.clone()), people: vec![key('c')] }),
        change("ad", "", ""),
        change("", "d", "c"),
        Update::InviteRequested { room: room.clone(), owner: key('b'), who: vec![key('d')] },
        Update::RoomLeft { room: Room::Private(room.clone()), because: LeftBecause::Removed { by: key('b') } },
        invited(&room),
        Update::Declined(room),
    ]
}

#[test]
fn programs_learn_of_invitations_and_members() {
    let printed = print(true, Room::Lobby, life());
    let room = r##""room":"#plan","private":true,"room_id":"31""##;
    let expected = [
        r#"{"event":"room",ROOM,"change":"invited","from":"B","nick":"ben","members":3}"#,
        r#"{"event":"room",ROOM,"change":"joined"}"#,
        r#"{"event":"member",ROOM,"from":"C","nick":"carol","change":"joined"}"#,
        r#"{"event":"member",ROOM,"from":"D","nick":"dora","change":"invited","by":"B"}"#,
        r#"{"event":"member",ROOM,"from":"D","nick":"dora","change":"removed","by":"B"}"#,
        r#"{"event":"member",ROOM,"from":"C","nick":"carol","change":"left","for_good":true}"#,
        r#"{"event":"request",ROOM,"from":"A","nick":"alice","own":true,"owner":"B","who":[{"peer":"D","nick":"dora"}]}"#,
        r#"{"event":"room",ROOM,"change":"left","removed_by":"B"}"#,
        r#"{"event":"room",ROOM,"change":"invited","from":"B","nick":"ben","members":3}"#,
        r#"{"event":"room",ROOM,"change":"declined"}"#,
    ];
    let expected: Vec<_> = expected.iter().map(|line| line.replace("ROOM", room)).collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn people_learn_the_same_in_words() {
    assert_eq!(
        print(false, Room::Lobby, life()),
        "\
-- ben invites you to the private room #plan (3 people besides you): /join #plan or /decline #plan
-- you are in the private room #plan
-- carol joined #plan
-- ben invited dora to #plan
-- ben removed dora from #plan
-- carol left #plan for good
-- asked ben to invite dora to #plan; that happens when ben's program is here
-- ben removed you from #plan
-- ben invites you to the private room #plan (3 people besides you): /join #plan or /decline #plan
-- you refused the invitation to #plan
"
    );
}

#[test]
fn an_owner_learns_whom_members_want_to_invite() {
    let asked = || Update::InviteAsked { room: plan(0x31), by: key('c'), who: key('d') };
    let expected = r##"{"event":"request","room":"#plan","private":true,"room_id":"31","from":"C","nick":"carol","own":false,"owner":"A","who":[{"peer":"D","nick":"dora"}]}"##;
    assert_eq!(print(true, Room::Lobby, [asked()]).trim_end(), expected);
    assert_eq!(print(false, Room::Lobby, [asked()]), "-- carol asks you to invite dora to #plan\n");
    let change = Update::MembersChanged(MemberChange {
        room: plan(0x31),
        owner: key('a'),
        invited: vec![key('d')],
        removed: vec![key('c')],
        left: Vec::new(),
    });
    assert_eq!(print(false, Room::Lobby, [change]), "-- you invited dora to #plan\n-- you removed carol from #plan\n");
}

#[test]
fn members_are_listed_with_their_states() {
    let members =
        [('b', MemberState::Away), ('a', MemberState::Oneself), ('c', MemberState::Here), ('d', MemberState::Invited)];
    let members = members.map(|(digit, state)| Member { node: key(digit), state }).to_vec();
    let list = || Update::Members(MemberList { room: plan(0x31), owner: key('b'), members: members.clone() });
    let expected = r##"{"event":"members","room":"#plan","private":true,"room_id":"31","owner":"B","members":[{"peer":"B","nick":"ben","state":"away"},{"peer":"A","nick":"alice","state":"here","own":true},{"peer":"C","nick":"carol","state":"here"},{"peer":"D","nick":"dora","state":"invited"}]}"##;
    assert_eq!(print(true, Room::Lobby, [list()]).trim_end(), expected);
    let expected = "\
-- #plan: ben, away, owner
-- #plan: alice, you
-- #plan: carol, here
-- #plan: dora, invited, has not joined yet
";
    assert_eq!(print(false, Room::Lobby, [list()]), expected);
}

#[test]
fn rooms_of_one_name_are_told_apart() {
    let said = |room: &PrivateRoom| {
        Update::Message(Message { room: Room::Private(room.clone()), nick: Some(nick("ben")), ..from_node("hi") })
    };
    let (one, other) = (plan(0x31), plan(0x77));
    let alone = print(true, Room::Lobby, [joined(&one, true), said(&one)]);
    assert!(alone.lines().all(|line| line.contains(r##""room":"#plan","private":true,"room_id":"31""##)), "{alone}");
    let both = [joined(&one, true), joined(&other, true), said(&one), said(&other)];
    let printed = print(true, Room::Lobby, both.clone());
    let rooms: Vec<_> =
        printed.lines().filter_map(|line| line.split(r#""room":""#).nth(1)?.split('"').next()).collect();
    assert_eq!(rooms, ["#plan", "#plan#7777", "#plan#3131", "#plan#7777"], "{printed}");
    let text = print(false, Room::Lobby, both);
    assert!(text.contains("03:04 #plan#3131 <ben> hi") && text.contains("03:04 #plan#7777 <ben> hi"), "{text}");
    let list = vec![RoomListing { room: Room::named("plan").unwrap(), people: 1, joined: false }];
    let text = print(false, Room::Lobby, [joined(&one, true), invited(&other), Update::RoomList(list)]);
    let listed = "\
-- #plan: 1 person
-- #plan#3131 (private): 0 people, and you
-- #plan#7777 (private): 3 people; ben invites you
";
    assert!(text.ends_with(listed), "{text}");
}

#[test]
fn an_invitation_from_the_command_line_is_where_lines_go() {
    let room = plan(0x31);
    let spoken = Room::named("plan").unwrap();
    let said = Update::Message(Message { room: Room::Private(room.clone()), ..from_node("hi") });
    let text = print(false, spoken.clone(), [invited(&room), joined(&room, true), said.clone()]);
    assert!(text.ends_with("03:04 <bob> hi\n"), "{text}");
    let text = print(false, spoken, [joined(&room, false), said]);
    assert!(text.ends_with("03:04 #plan <bob> hi\n"), "of an earlier run: {text}");
}

#[test]
fn failures_of_private_rooms_say_what_to_do() {
    let room = Room::Private(plan(0x31));
    let (name, owner) = (RoomName::new("plan").unwrap(), "ben".to_owned());
    for failure in [
        RoomFailure::NotPrivate(Room::Lobby),
        RoomFailure::NotOwner { room: room.clone(), owner: owner.clone() },
        RoomFailure::Ambiguous { name: name.clone(), ids: vec!["3131".into(), "7777".into()] },
        RoomFailure::NotInvited(name),
        RoomFailure::IsMember { name: owner.clone() },
        RoomFailure::NoMember { name: owner.clone() },
        RoomFailure::NotSure { name: owner.clone(), differs: true },
        RoomFailure::NotSure { name: owner, differs: false },
        RoomFailure::Full(256),
        RoomFailure::Owner(room.clone()),
        RoomFailure::NotJoined(room),
    ] {
        let text = print(false, Room::Lobby, [failure.clone().into()]);
        let is_advice = ["/", "Ask ", "Type #plan#3131 or #plan#7777."].iter().any(|part| text.contains(part));
        assert!(text.starts_with("!! ") && text.ends_with(".\n") && is_advice, "{failure:?}: {text}");
    }
}
