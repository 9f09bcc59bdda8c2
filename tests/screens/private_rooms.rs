//! Private rooms: invitations, members, and the way out.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{
    rooms::{empty_disk, in_room, room, says_in, tabs},
    screen::*,
    states::{chat, people, shoot},
};

/// The private room with this name whose id is made of `byte`.
pub(crate) fn private(name: &str, byte: u8) -> PrivateRoom {
    PrivateRoom { id: RoomId([byte; 32]), name: RoomName::new(name).unwrap() }
}

fn plan() -> PrivateRoom {
    private("plan", 0x31)
}

fn plan_room() -> Room {
    Room::Private(plan())
}

fn key_of(whom: Whom) -> NodeId {
    *whom.id.node().unwrap()
}

/// Somebody who is not here, but whose name is known.
fn ben(s: &mut Screen) -> NodeId {
    let (ben, nick) = (key("be11"), Nick::new("ben").unwrap());
    s.update(Update::KnownAs { peer: PeerId::Node(ben), nick, repute: Repute::of(Trust::Known) });
    ben
}

fn invites(s: &mut Screen, room: PrivateRoom, owner: NodeId) {
    s.update(Update::Invited(Invitation { room, owner, members: 3 }));
}

/// The user is in the room of ben, with bob and carol.
fn inside(size: (u16, u16)) -> Screen {
    let mut s = chat(lan(), size);
    let [bob, carol, ..] = people();
    let ben = ben(&mut s);
    invites(&mut s, plan(), ben);
    in_room(&mut s, plan_room(), true);
    empty_disk(&mut s, &plan_room());
    s.update(Update::RoomMembers(RoomMembers { room: plan_room(), people: vec![key_of(carol), key_of(bob)] }));
    s
}

fn change(s: &mut Screen, owner: NodeId, [invited, removed, left]: [&[NodeId]; 3]) {
    let [invited, removed, left] = [invited, removed, left].map(<[NodeId]>::to_vec);
    s.update(Update::MembersChanged(MemberChange { room: plan(), owner, invited, removed, left }));
}

fn removed(s: &mut Screen) {
    let by = key("be11");
    s.update(Update::RoomLeft { room: plan_room(), because: LeftBecause::Removed { by } });
}

fn commands(s: &mut Screen, line: &str) -> Vec<Command> {
    s.sent();
    s.enter(line);
    let is_asked = |command: &Command| {
        let by_itself = matches!(command, Command::Typing(_) | Command::KeepView { .. } | Command::Page { .. });
        !by_itself && !matches!(command, Command::Look(_))
    };
    s.sent().into_iter().filter(is_asked).collect()
}

#[test]
fn an_invitation() {
    shoot("private_invited", |size| {
        let mut s = chat(lan(), size);
        let ben = ben(&mut s);
        invites(&mut s, plan(), ben);
        s
    });
}

#[test]
fn a_room_that_was_made() {
    shoot("private_created", |size| {
        let mut s = chat(lan(), size);
        let [bob, carol, ..] = people();
        s.enter("/create plan private");
        in_room(&mut s, plan_room(), true);
        empty_disk(&mut s, &plan_room());
        change(&mut s, key("a11ce"), [&[key_of(bob), key_of(carol)], &[], &[]]);
        s
    });
}

#[test]
fn the_life_of_a_room() {
    shoot("private_life", |size| {
        let mut s = inside(size);
        let [bob, carol, dave, _] = people();
        says_in(&mut s, &plan_room(), carol, "carol", "welcome");
        change(&mut s, key("be11"), [&[key_of(dave)], &[], &[]]);
        change(&mut s, key("be11"), [&[], &[key_of(dave)], &[key_of(bob)]]);
        s.update(Update::InviteRequested { room: plan(), owner: key("be11"), who: vec![key_of(dave)] });
        s
    });
}

#[test]
fn the_list_of_members() {
    shoot("private_members", |size| {
        let mut s = inside(size);
        let [bob, carol, dave, zoe] = people();
        s.enter("/members");
        let states = [
            (key("be11"), MemberState::Away),
            (key("a11ce"), MemberState::Oneself),
            (key_of(bob), MemberState::Here),
            (key_of(carol), MemberState::Here),
            (key_of(dave), MemberState::Invited),
            (key_of(zoe), MemberState::Away),
        ];
        let members = states.map(|(node, state)| Member { node, state }).to_vec();
        s.update(Update::Members(MemberList { room: plan(), owner: key("be11"), members }));
        s
    });
}

#[test]
fn an_owner_is_asked_to_invite_somebody() {
    let asked = |size| {
        let mut s = chat(lan(), size);
        let [_, carol, _, zoe] = people();
        s.enter("/create plan private ask");
        in_room(&mut s, plan_room(), true);
        empty_disk(&mut s, &plan_room());
        s.alt('1');
        s.update(Update::InviteAsked { room: plan(), by: key_of(carol), who: key_of(zoe) });
        s
    };
    let mut s = asked((80, 24));
    assert!(tabs(&mut s).contains("2:*#plan (1)"), "{}", tabs(&mut s));
    shoot("private_asked", |size| {
        let mut s = asked(size);
        s.alt('2');
        s
    });
}

#[test]
fn a_member_who_was_removed() {
    shoot("private_removed", |size| {
        let mut s = inside(size);
        s.typed("what I meant to say\u{20}");
        removed(&mut s);
        s
    });
}

#[test]
fn what_was_being_written_stays_out_of_other_rooms() {
    for away in [false, true] {
        let mut s = inside((80, 24));
        s.typed("for members only");
        if away {
            s.alt('1');
        }
        removed(&mut s);
        assert!(tabs(&mut s).starts_with(" 1:#lobby "), "one tab: {}", tabs(&mut s));
        assert!(s.find("ben removed you from #plan.").is_some(), "{}", s.text());
        assert!(s.find("You were writing: for members only").is_some(), "{}", s.text());
        assert!(s.input().starts_with("Message #lobby"), "{}", s.input());
        s.press(KeyCode::Up);
        assert!(!s.input().contains("for members only"), "{}", s.input());
    }
}

#[test]
fn two_rooms_of_one_name() {
    shoot("private_two", |size| {
        let mut s = inside(size);
        let [bob, ..] = people();
        let other = Room::Private(private("plan", 0x77));
        in_room(&mut s, other.clone(), false);
        says_in(&mut s, &other, bob, "bob", "alice: look");
        s
    });
}

#[test]
fn a_room_in_which_nobody_else_is() {
    shoot("private_empty", |size| {
        let mut s = inside(size);
        s.update(Update::RoomMembers(RoomMembers { room: plan_room(), people: Vec::new() }));
        s
    });
}

#[test]
fn the_list_has_private_rooms_and_invitations() {
    shoot("private_list", |size| {
        let mut s = inside(size);
        let ben = key("be11");
        invites(&mut s, private("plan", 0x77), ben);
        invites(&mut s, private("garden", 0x12), ben);
        s.enter("/list");
        let listing = RoomListing { room: room("dev"), people: 2, joined: false };
        s.update(Update::RoomList(vec![listing]));
        s
    });
}

#[test]
fn the_question_whether_to_leave() {
    shoot("private_part", |size| {
        let mut s = inside(size);
        s.enter("/part");
        s
    });
}

#[test]
fn a_private_room_is_left_only_after_a_yes() {
    let mut s = inside((120, 24));
    assert_eq!(commands(&mut s, "/part yes"), [], "it was not asked");
    assert!(s.find("Only ben, who owns it, can bring you back.").is_some(), "{}", s.text());
    assert_eq!(commands(&mut s, "/part"), [], "that is no yes");
    s.wait(61);
    assert_eq!(commands(&mut s, "/part yes"), [], "too late: it asks again");
    assert_eq!(commands(&mut s, "/part yes"), [Command::Part(plan_room())]);
    assert_eq!(commands(&mut s, "/part yes"), [], "one yes leaves once");
    s.alt('1');
    assert_eq!(commands(&mut s, "/part yes"), [Command::Part(Room::Lobby)], "it was asked about another room");
    assert_eq!(commands(&mut s, "/part plan"), []);
    assert!(s.find("Type  /part #plan yes").is_some(), "{}", s.text());
    assert_eq!(commands(&mut s, "/part #plan yes"), [Command::Part(plan_room())]);
}

#[test]
fn an_owner_is_told_that_leaving_is_final() {
    let mut s = chat(lan(), (80, 24));
    s.enter("/create plan private");
    in_room(&mut s, plan_room(), true);
    s.enter("/part");
    assert!(s.find("You own it, so no one can bring you back.").is_some(), "{}", s.text());
}

#[test]
fn members_are_invited_and_removed_by_command() {
    let mut s = inside((80, 24));
    let who = |names: &[&str]| names.iter().map(|name| Who::new(name).unwrap()).collect::<Vec<_>>();
    let room = plan_room;
    let invite = Command::Invite { room: room(), who: who(&["dave", "Zoë 山田"]) };
    assert_eq!(commands(&mut s, "/invite dave \"Zoë 山田\""), [invite]);
    assert_eq!(commands(&mut s, "/kick carol"), [Command::Kick { room: room(), who: who(&["carol"]) }]);
    assert_eq!(commands(&mut s, "/members"), [Command::ListMembers(room())]);
    assert_eq!(commands(&mut s, "/renew"), [Command::Renew(room())]);
    s.alt('1');
    assert_eq!(commands(&mut s, "/members"), []);
    assert!(s.find("people are here").is_some(), "as /who: {}", s.text());
    let name = RoomName::new("plan").unwrap();
    let create = Command::Create { name: name.clone(), ask: true };
    assert_eq!(commands(&mut s, "/create plan private ask"), [create]);
    let decline = Command::Decline { name, id: Some("31af".into()) };
    assert_eq!(commands(&mut s, "/decline #plan#31AF"), [decline]);
}

#[test]
fn a_room_with_the_name_of_another_needs_its_digits() {
    let mut s = inside((120, 24));
    let here = |s: &mut Screen| tabs(s).split(['[', ']']).nth(1).unwrap().to_owned();
    s.alt('1');
    assert_eq!(commands(&mut s, "/join #plan"), [], "the only one is shown");
    assert_eq!(here(&mut s), "2:*#plan");
    in_room(&mut s, Room::Private(private("plan", 0x77)), false);
    assert_eq!(here(&mut s), "2:*#plan#3131");
    for (line, expected) in [
        ("/go #plan#7", "3:*#plan#7777"),
        ("/join plan#31", "2:*#plan#3131"),
        ("/go *#plan#7777", "3:*#plan#7777"),
        ("/go plan#313131313131", "2:*#plan#3131"),
    ] {
        assert_eq!(commands(&mut s, line), [], "{line}");
        assert_eq!(here(&mut s), expected, "{line}");
    }
    s.enter("/go plan");
    assert!(s.find("\"plan\" is ambiguous: #plan#3131 or #plan#7777?").is_some(), "{}", s.text());
    s.ctrl('c');
    let ben = key("be11");
    invites(&mut s, private("plan", 0x9a), ben);
    let join = Command::Join { room: room("plan"), id: Some("9a".into()) };
    assert_eq!(commands(&mut s, "/join #plan#9a"), [join], "an invitation");
}

#[test]
fn an_invitation_is_gone_once_it_is_answered() {
    let mut s = chat(lan(), (80, 24));
    let ben = ben(&mut s);
    let list = |s: &mut Screen| {
        s.enter("/list");
        s.update(Update::RoomList(Vec::new()));
        let text = s.text();
        s.enter("/clear");
        text
    };
    invites(&mut s, plan(), ben);
    invites(&mut s, private("garden", 0x12), ben);
    assert!(list(&mut s).contains("You have 2 invitations:"));
    s.update(Update::Declined(plan()));
    assert!(s.find("You have refused the invitation to #plan for good.").is_some(), "{}", s.text());
    in_room(&mut s, Room::Private(private("garden", 0x12)), true);
    let text = list(&mut s);
    assert!(!text.contains("invitation") && text.contains("You are in 1 private room:"), "{text}");
}

#[test]
fn an_invitation_is_told_once() {
    let mut s = chat(lan(), (80, 24));
    let ben = ben(&mut s);
    s.feed(Input::Focus(false));
    s.wait(30);
    s.effects.clear();
    invites(&mut s, plan(), ben);
    assert!(s.effects.contains(&Output::Bell), "it is for the user");
    s.wait(30);
    s.effects.clear();
    invites(&mut s, plan(), ben);
    assert!(!s.effects.contains(&Output::Bell));
    assert_eq!(s.text().matches("ben invites you").count(), 1, "{}", s.text());
}

#[test]
fn rooms_and_people_are_completed() {
    let mut s = inside((80, 24));
    let ben = key("be11");
    invites(&mut s, private("garden", 0x12), ben);
    let completed = |s: &mut Screen, typed: &str| {
        s.typed(typed);
        s.press(KeyCode::Tab);
        let input = s.input();
        s.ctrl('c');
        input
    };
    for (typed, expected) in [
        ("/go pl", "/go #plan"),
        ("/part #p", "/part #plan"),
        ("/join g", "/join #garden"),
        ("/decline #", "/decline #garden"),
        ("/decline pl", "/decline pl"),
        ("/invite da", "/invite dave"),
        ("/kick bob zo", "/kick bob \"Zoë 山田\""),
    ] {
        assert_eq!(completed(&mut s, typed), expected, "{typed}");
    }
}

#[test]
fn a_kept_private_room_says_who_reads_it() {
    let mut s = chat(lan(), (120, 24));
    in_room(&mut s, plan_room(), false);
    s.alt('2');
    empty_disk(&mut s, &plan_room());
    assert!(s.find("no other member here  members only").is_some(), "{}", s.text());
    assert!(s.find("No other member of #plan is here now.").is_some(), "{}", s.text());
    assert!(s.find("You own it").is_none(), "{}", s.text());
}
