//! Several rooms: the row of tabs, the way from one to another, and what each of them keeps.

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{
    screen::*,
    states::{chat, people, shoot},
};

pub(crate) fn room(name: &str) -> Room {
    Room::named(name).unwrap()
}

/// The user is in a room, since an earlier run or because they have asked for it.
pub(crate) fn in_room(s: &mut Screen, room: Room, asked: bool) {
    s.update(Update::RoomJoined { room, view: RoomView::default(), asked });
}

/// These are in a room.
fn members(s: &mut Screen, name: &str, whom: &[Whom]) {
    let people = whom.iter().filter_map(|whom| whom.id.node().copied()).collect();
    s.update(Update::RoomMembers(RoomMembers { room: room(name), people }));
}

/// Somebody says something in a room.
pub(crate) fn says_in(s: &mut Screen, room: &Room, whom: Whom, nick: &str, text: &str) {
    let message = Message { room: room.clone(), ..s.message(Author::Peer(whom.id), nick, text) };
    s.update(Update::Message(message));
}

/// The disk has nothing of the room in view.
pub(crate) fn empty_disk(s: &mut Screen, room: &Room) {
    s.update(Update::Page(Page { room: room.clone(), ..page(Seek::Newest, Vec::new(), false, false) }));
}

/// The conversation of the other snapshots, with two more rooms.
fn rooms(size: (u16, u16)) -> Screen {
    let mut s = chat(lan(), size);
    let [bob, carol, dave, _] = people();
    for name in ["dev", "ops"] {
        in_room(&mut s, room(name), false);
    }
    members(&mut s, "dev", &[bob, carol]);
    members(&mut s, "ops", &[dave]);
    s
}

fn direct() -> Room {
    let [bob, ..] = people();
    Room::Direct(*bob.id.node().unwrap())
}

/// The first row, which has the tabs.
pub(crate) fn tabs(s: &mut Screen) -> String {
    s.row(0)
}

#[test]
fn two_tabs_with_unread() {
    shoot("rooms_unread", |size| {
        let mut s = rooms(size);
        let [bob, carol, dave, _] = people();
        says_in(&mut s, &room("dev"), bob, "bob", "the build is green");
        says_in(&mut s, &room("dev"), carol, "carol", "at last");
        says_in(&mut s, &room("ops"), dave, "dave", "alice: the backup is full");
        s
    });
}

#[test]
fn a_room_in_view() {
    shoot("rooms_dev", |size| {
        let mut s = rooms(size);
        let [bob, carol, dave, _] = people();
        says_in(&mut s, &room("dev"), bob, "bob", "the build is green");
        says_in(&mut s, &room("ops"), dave, "dave", "alice: the backup is full");
        s.alt('2');
        empty_disk(&mut s, &room("dev"));
        says_in(&mut s, &room("dev"), carol, "carol", "at last");
        s
    });
}

#[test]
fn a_room_with_nobody_in_it() {
    shoot("rooms_empty", |size| {
        let mut s = rooms(size);
        in_room(&mut s, room("garden"), true);
        empty_disk(&mut s, &room("garden"));
        s
    });
}

#[test]
fn a_direct_conversation() {
    shoot("rooms_direct", |size| {
        let mut s = rooms(size);
        let [bob, ..] = people();
        in_room(&mut s, direct(), false);
        says_in(&mut s, &direct(), bob, "bob", "have you got a minute?");
        s.alt('a');
        empty_disk(&mut s, &direct());
        s
    });
}

#[test]
fn somebody_at_the_other_end_is_away() {
    let mut s = rooms((80, 24));
    let [bob, ..] = people();
    in_room(&mut s, direct(), true);
    empty_disk(&mut s, &direct());
    s.leaves(bob);
    let text = s.text();
    assert!(text.contains("bob is not here now. What you write is delivered"), "{text}");
    assert!(text.contains("Message @bob   (/ for commands)") && text.contains("PEOPLE  no one here"), "{text}");
}

#[test]
fn thirty_tabs() {
    shoot("rooms_thirty", |size| {
        let mut s = chat(lan(), size);
        let [bob, ..] = people();
        for n in 2..=30 {
            in_room(&mut s, room(&format!("room-{n}")), false);
        }
        says_in(&mut s, &room("room-16"), bob, "bob", "hello");
        s.enter("/go 15");
        s
    });
}

#[test]
fn the_list_of_open_rooms() {
    shoot("rooms_list", |size| {
        let mut s = rooms(size);
        s.enter("/list");
        let listing = |name, people, joined| RoomListing { room: room(name), people, joined };
        let list = vec![listing("dev", 2, true), listing("ops", 1, true), listing("release-2026", 12, false)];
        s.update(Update::RoomList(list));
        s
    });
    let mut s = rooms((80, 24));
    s.sent();
    s.enter("/list");
    assert_eq!(s.sent(), [Command::ListRooms]);
    s.update(Update::RoomList(Vec::new()));
    assert!(s.find("There are no other rooms on this network.").is_some(), "{}", s.text());
}

/// A screen that is told of a room in which ten of thirty lines were seen in an earlier run.
fn restored(size: (u16, u16)) -> Screen {
    let [bob, ..] = people();
    let mut s = Screen::new(lan(), size);
    s.listens("alice");
    let text = |n: u64| format!("line {n} of the discussion");
    let messages: Vec<_> = (0..30)
        .map(|n| Message { room: room("dev"), ..s.old(Author::Peer(bob.id), "bob", &text(n), 3_000 - n * 60) })
        .collect();
    let view =
        RoomView { draft: "I think that ".to_owned(), read: messages.get(24).map(|line| line.position), at: None };
    in_room(&mut s, Room::Lobby, false);
    s.update(Update::RoomJoined { room: room("dev"), view, asked: false });
    s.update(Update::Page(page(Seek::Newest, Vec::new(), false, false)));
    s.joins(bob, Some("bob"));
    s.alt('2');
    s.update(Update::Page(Page { room: room("dev"), ..page(Seek::Newest, messages, false, false) }));
    s
}

#[test]
fn a_restart_brings_back_draft_and_unread() {
    shoot("rooms_restored", restored);
    let mut s = restored((80, 24));
    assert_eq!(s.input(), "I think that");
    assert!(s.find("5 new messages").is_some(), "{}", s.text());
}

#[test]
fn a_draft_that_was_begun_is_not_replaced() {
    let mut s = Screen::new(lan(), (80, 24));
    s.listens("alice");
    s.typed("new");
    let view = RoomView { draft: "old".to_owned(), ..RoomView::default() };
    s.update(Update::RoomJoined { room: Room::Lobby, view, asked: false });
    assert_eq!(s.input(), "new");
    s.ctrl('c');
    s.press(KeyCode::Up);
    assert_eq!(s.input(), "old", "it is not lost");
}

#[test]
fn the_row_of_tabs_counts_what_was_not_seen() {
    let mut s = rooms((80, 24));
    let [bob, _, dave, _] = people();
    assert!(tabs(&mut s).starts_with("[1:#lobby] 2:#dev  3:#ops"), "{}", tabs(&mut s));
    for _ in 0..3 {
        says_in(&mut s, &room("dev"), bob, "bob", "hello");
    }
    says_in(&mut s, &room("ops"), dave, "dave", "alice?");
    assert!(tabs(&mut s).starts_with("[1:#lobby] 2:#dev (3)  3:#ops (1!)"), "{}", tabs(&mut s));
    s.alt('2');
    assert!(tabs(&mut s).starts_with(" 1:#lobby [2:#dev] 3:#ops (1!)"), "{}", tabs(&mut s));
    s.alt('1');
    assert!(tabs(&mut s).starts_with("[1:#lobby] 2:#dev  3:#ops (1!)"), "read: {}", tabs(&mut s));
    s.resize(60, 24);
    assert!(tabs(&mut s).starts_with(" 1/3 #lobby (1!)"), "{}", tabs(&mut s));
}

#[test]
fn keys_choose_a_tab() {
    let mut s = rooms((80, 24));
    let [bob, _, dave, _] = people();
    let here = |s: &mut Screen| tabs(s).split(['[', ']']).nth(1).unwrap().to_owned();
    for (ctrl, expected) in [('n', "2:#dev"), ('n', "3:#ops"), ('n', "1:#lobby"), ('p', "3:#ops"), ('p', "2:#dev")] {
        s.ctrl(ctrl);
        assert_eq!(here(&mut s), expected);
    }
    s.alt('3');
    assert_eq!(here(&mut s), "3:#ops");
    s.alt('9');
    assert_eq!(here(&mut s), "3:#ops", "there is no such tab");
    s.alt('1');
    says_in(&mut s, &room("dev"), bob, "bob", "hello");
    says_in(&mut s, &room("ops"), dave, "dave", "alice?");
    s.alt('a');
    assert_eq!(here(&mut s), "3:#ops", "what is for the user comes first");
    s.alt('a');
    assert_eq!(here(&mut s), "2:#dev");
    s.alt('a');
    assert_eq!(here(&mut s), "2:#dev");
    assert!(s.find("Nothing is unread in the other rooms.").is_some(), "{}", s.text());
}

#[test]
fn rooms_are_joined_shown_and_left_by_command() {
    let mut s = rooms((80, 24));
    s.sent();
    s.enter("/join #Garden");
    assert_eq!(s.sent(), [Command::Join { room: room("garden"), id: None }]);
    in_room(&mut s, room("garden"), true);
    assert!(tabs(&mut s).contains("[4:#garden]") && s.input().starts_with("Message #garden"), "{}", s.text());
    s.sent();
    s.enter("/join dev");
    assert!(tabs(&mut s).contains("[2:#dev]"), "a room that the user is in is shown");
    assert!(!s.sent().iter().any(|command| matches!(command, Command::Join { .. })));
    s.enter("/go g");
    assert!(tabs(&mut s).contains("[4:#garden]"));
    s.enter("/go x");
    assert!(s.find("You are in no room called \"x\".").is_some(), "{}", s.text());
    s.sent();
    s.ctrl('c');
    s.enter("/part");
    assert_eq!(s.sent(), [Command::Part(room("garden"))]);
    s.update(Update::RoomLeft { room: room("garden"), because: LeftBecause::Asked });
    assert!(tabs(&mut s).contains("[3:#ops]"), "the tab before it");
    s.sent();
    s.enter("/part de");
    assert_eq!(s.sent(), [Command::Part(room("dev"))]);
    s.update(Update::RoomLeft { room: room("dev"), because: LeftBecause::Asked });
    assert!(tabs(&mut s).contains("[2:#ops]"), "{}", tabs(&mut s));
}

#[test]
fn a_question_about_one_room_is_not_answered_in_another() {
    let mut s = rooms((80, 24));
    s.alt('2');
    s.enter("/erase");
    assert!(s.find("Erase the history of #dev from this machine for good?").is_some());
    s.alt('3');
    s.sent();
    s.enter("/erase yes");
    assert_eq!(s.sent(), [], "it was not asked here");
    s.enter("/erase yes");
    let network = Some(network_status(true).network);
    assert_eq!(s.sent(), [Command::Erase { room: room("ops"), network }]);
}

#[test]
fn lines_go_to_the_room_in_view_and_drafts_stay() {
    let mut s = rooms((80, 24));
    s.typed("for the lobby");
    s.ctrl('n');
    assert!(s.input().starts_with("Message #dev"));
    s.sent();
    s.enter("for dev");
    let said: Vec<_> = s
        .sent()
        .into_iter()
        .filter_map(|command| match command {
            Command::Say { room, text, .. } => Some((room, text.to_string())),
            _ => None,
        })
        .collect();
    assert_eq!(said, [(room("dev"), "for dev".to_owned())]);
    s.ctrl('p');
    assert_eq!(s.input(), "for the lobby");
    s.ctrl('c');
    s.press(KeyCode::Up);
    assert!(!s.text().contains("for dev"), "lines of another room are not recalled");
}

#[test]
fn the_node_keeps_how_a_tab_was_left() {
    let mut s = rooms((80, 24));
    s.typed("half a thought");
    s.sent();
    s.ctrl('n');
    let kept = s.sent().into_iter().find_map(|command| match command {
        Command::KeepView { room, view } => Some((room, *view)),
        _ => None,
    });
    let (kept, view) = kept.expect("it is told at once");
    assert_eq!((kept, view.draft.as_str()), (Room::Lobby, "half a thought"));
    assert!(view.read.is_some());
    s.ctrl('p');
    s.sent();
    s.ctrl('n');
    let again = s.sent();
    assert!(
        !again.iter().any(|command| matches!(command, Command::KeepView { room, .. } if room.is_lobby())),
        "{again:?}"
    );
    s.enter("/go dev");
    let commands = s.sent();
    let drafts = commands.iter().filter_map(|command| match command {
        Command::KeepView { view, .. } => Some(view.draft.as_str()),
        _ => None,
    });
    assert!(drafts.into_iter().all(str::is_empty), "a command is no draft: {commands:?}");
}

#[test]
fn a_tab_of_someone_away_keeps_their_name() {
    let mut s = Screen::new(lan(), (80, 24));
    let [bob, ..] = people();
    s.listens("alice");
    s.update(Update::KnownAs { peer: bob.id, nick: Nick::new("bob").unwrap(), repute: Repute::of(Trust::Known) });
    in_room(&mut s, Room::Direct(*bob.id.node().unwrap()), false);
    assert!(s.find("2:@bob").is_some(), "{}", s.text());
}

#[test]
fn a_hidden_room_asks_the_disk_only_when_it_must() {
    let mut s = Screen::new(lan(), (80, 24));
    let [bob, ..] = people();
    s.listens("alice");
    let read = s.message(Author::Peer(bob.id), "bob", "seen").position;
    for (name, read) in [("dev", Some(read)), ("ops", Some(read)), ("new", None)] {
        let view = RoomView { draft: String::new(), read, at: None };
        s.update(Update::RoomJoined { room: room(name), view, asked: false });
    }
    let asked = |s: &mut Screen| -> Vec<(Room, Seek)> {
        let of = |command| if let Command::Page { room, seek, .. } = command { Some((room, seek)) } else { None };
        s.sent().into_iter().filter_map(of).collect()
    };
    let count = |name| (room(name), Seek::After(read));
    assert_eq!(asked(&mut s), [(Room::Lobby, Seek::Newest), count("dev")], "one room is counted at a time");
    says_in(&mut s, &room("new"), bob, "bob", "hello");
    assert_eq!(asked(&mut s), [], "everything is known of it");
    says_in(&mut s, &room("ops"), bob, "bob", "hello");
    says_in(&mut s, &room("ops"), bob, "bob", "hello");
    assert_eq!(asked(&mut s), [(room("ops"), Seek::Newest)], "more may be unread, once");
    s.alt('2');
    assert_eq!(asked(&mut s), [(room("dev"), Seek::Newest)], "the count is not waited for");
}

/// `count` lines of bob in #dev, the oldest first.
fn of_bob(s: &Screen, count: u64) -> Vec<Message> {
    let [bob, ..] = people();
    let line = |n: u64| Message {
        room: room("dev"),
        ..s.old(Author::Peer(bob.id), "bob", &format!("line {n} of the discussion"), (count - n) * 60)
    };
    (0..count).map(line).collect()
}

#[test]
fn unread_lines_of_hidden_rooms_are_counted_at_the_start() {
    let [bob, ..] = people();
    let shown = |unread: usize, more: bool| {
        let mut s = Screen::new(lan(), (80, 24));
        s.listens("alice");
        let messages = of_bob(&s, 100);
        let read = messages[0].position;
        let view = RoomView { draft: String::new(), read: Some(read), at: None };
        s.update(Update::RoomJoined { room: room("dev"), view, asked: false });
        let mut after: Vec<Message> = messages.into_iter().skip(100 - unread).collect();
        after.push(Message { author: Author::Own, ..after[0].clone() });
        s.update(Update::Page(Page { room: room("dev"), ..page(Seek::After(read), after, true, more) }));
        s
    };
    let mut s = shown(3, false);
    assert!(tabs(&mut s).contains("2:#dev (3) "), "own lines do not count: {}", tabs(&mut s));
    let read = of_bob(&s, 100)[99].position;
    assert!(!s.sent().iter().any(|sent| matches!(sent, Command::Page { seek: Seek::After(at), .. } if *at == read)));
    says_in(&mut s, &room("dev"), bob, "bob", "alice: look");
    assert!(tabs(&mut s).contains("2:#dev (4!) "), "{}", tabs(&mut s));
    assert!(tabs(&mut shown(99, true)).contains("2:#dev (99+) "));
}

#[test]
fn a_direct_room_never_looked_at_counts_from_its_beginning() {
    let mut s = Screen::new(lan(), (80, 24));
    s.listens("alice");
    in_room(&mut s, direct(), false);
    let is_page = |command: &Command| matches!(command, Command::Page { room, .. } if *room == direct());
    let asked: Vec<Command> = s.sent().into_iter().filter(is_page).collect();
    let [Command::Page { seek, .. }] = &asked[..] else { panic!("{asked:?}") };
    let said = of_bob(&s, 2).into_iter().map(|line| Message { room: direct(), ..line }).collect();
    s.update(Update::Page(Page { room: direct(), ..page(*seek, said, false, false) }));
    assert!(tabs(&mut s).contains("(2!)"), "{}", tabs(&mut s));
    let looks = |command: &Command| *command == Command::Look(direct());
    assert!(!s.sent().iter().any(looks), "nobody has looked");
    s.alt('2');
    assert!(s.sent().iter().any(looks));
}

/// A room is told of in which the user read `at`. The disk has `all` lines of it.
fn read_at(at: Position, all: &[Message]) -> Screen {
    let mut s = Screen::new(lan(), (80, 24));
    s.listens("alice");
    s.update(Update::Page(page(Seek::Newest, Vec::new(), false, false)));
    let view = RoomView { draft: String::new(), read: all.last().map(|line| line.position), at: Some(at) };
    s.update(Update::RoomJoined { room: room("dev"), view, asked: false });
    s.alt('2');
    let newest: Vec<_> = all.iter().skip(all.len().saturating_sub(200)).cloned().collect();
    let is_all = newest.len() == all.len();
    s.update(Update::Page(Page { room: room("dev"), ..page(Seek::Newest, newest, !is_all, false) }));
    if s.sent().iter().any(|sent| matches!(sent, Command::Page { seek: Seek::Around(of), .. } if *of == at)) {
        let middle = all.iter().position(|line| line.position >= at).unwrap_or(all.len());
        let around = all.iter().skip(middle.saturating_sub(100)).take(200).cloned().collect();
        s.update(Update::Page(Page { room: room("dev"), ..page(Seek::Around(at), around, true, true) }));
    }
    s
}

#[test]
fn a_room_opens_where_the_user_read_before_the_restart() {
    let s = Screen::new(lan(), (80, 24));
    for (count, read, what) in [(600, 40, "far up"), (100, 30, "among the newest")] {
        let all = of_bob(&s, count);
        let mut s = read_at(all[read].position, &all);
        assert!(s.row(2).contains(&format!("line {read} of")), "{what}: {}", s.text());
        assert!(s.find("below · End").is_some(), "{what}: {}", s.text());
        // It is told the node as the same place again.
        s.sent();
        s.alt('1');
        let kept = s.sent().into_iter().find_map(|sent| match sent {
            Command::KeepView { view, .. } => view.at,
            _ => None,
        });
        assert!(kept.is_none_or(|kept| kept == all[read].position), "{what}");
        s.alt('2');
        s.press(KeyCode::End);
        assert!(s.find(&format!("line {} of", count - 1)).is_some(), "{what}: {}", s.text());
    }
}

#[test]
fn the_next_line_stands_for_a_place_that_is_gone() {
    let s = Screen::new(lan(), (80, 24));
    let mut all = of_bob(&s, 600);
    let gone = all.remove(40).position;
    let mut s = read_at(gone, &all);
    assert!(s.row(2).contains("line 41 of"), "{}", s.text());
    // All of the older lines are gone.
    let left = all[500..].to_vec();
    let mut s = read_at(gone, &left);
    assert!(s.row(2).contains("line 501 of") || s.row(1).contains("line 501 of"), "{}", s.text());
    let mut s = read_at(gone, &[]);
    assert!(s.find("line").is_none(), "{}", s.text());
}

#[test]
fn a_place_is_kept_as_a_message() {
    let s = Screen::new(lan(), (80, 24));
    let all = of_bob(&s, 100);
    let mut s = read_at(all[99].position, &all);
    s.press(KeyCode::PageUp);
    s.press(KeyCode::PageUp);
    let top = (0..100).find(|n| s.row(2).contains(&format!("line {n} of"))).unwrap();
    s.sent();
    s.enter("/quit");
    let kept = s.sent().into_iter().find_map(|sent| match sent {
        Command::KeepView { room: of, view } if of == room("dev") => view.at,
        _ => None,
    });
    assert_eq!(kept, Some(all[top].position), "{}", s.text());
}

/// A topic that bob set.
fn topic_of(s: &Screen, room: &Room, topic: &str) -> Message {
    let [bob, ..] = people();
    Message { room: room.clone(), kind: MessageKind::Topic, ..s.message(Author::Peer(bob.id), "bob", topic) }
}

/// Bob sets a topic.
fn sets_topic(s: &mut Screen, room: &Room, topic: &str) {
    let message = topic_of(s, room, topic);
    s.update(Update::Message(message.clone()));
    s.update(Update::RoomTopic { room: room.clone(), topic: Some(Box::new(message)) });
}

#[test]
fn the_topic_of_a_room_is_above_it() {
    shoot("topic", |size| {
        let mut s = chat(lan(), size);
        sets_topic(&mut s, &Room::Lobby, "Release 0.5 is on Friday. Bring cake, and tell the printer to be nice.");
        s
    });
    shoot("topic_rooms", |size| {
        let mut s = rooms(size);
        sets_topic(&mut s, &room("dev"), "code freeze");
        s.alt('2');
        s
    });
}

#[test]
fn a_topic_gives_way_to_tabs_and_the_network() {
    let mut s = rooms((80, 24));
    sets_topic(&mut s, &Room::Lobby, &"very ".repeat(30));
    s.resize(60, 24);
    assert!(tabs(&mut s).starts_with(" 1/3 #lobby  ") && !tabs(&mut s).contains("very"), "{}", tabs(&mut s));
    s.resize(61, 24);
    assert!(tabs(&mut s).contains("[1:#lobby] 2:#dev  3:#ops"), "{}", tabs(&mut s));
    s.resize(120, 24);
    assert!(tabs(&mut s).contains("very very") && tabs(&mut s).contains("wlan0"), "{}", tabs(&mut s));
    s.alt('2');
    assert!(!tabs(&mut s).contains("very"), "it is another room's");
}

#[test]
fn a_topic_is_shown_and_set_by_command() {
    let mut s = rooms((80, 24));
    s.alt('2');
    s.enter("/topic");
    assert!(s.find("#dev has no topic. /topic TEXT sets one.").is_some(), "{}", s.text());
    s.sent();
    s.enter("/topic  code   freeze");
    let network = Some(network_status(true).network);
    let topic = Topic::new("code freeze").unwrap();
    assert_eq!(s.sent(), [Command::SetTopic { room: room("dev"), topic: topic.clone(), network }]);
    // Nobody but the node knows of the room yet.
    sets_topic(&mut s, &room("dev"), "code freeze");
    assert!(s.find("set the topic: code freeze").is_some(), "{}", s.text());
    s.enter("/topic");
    assert!(s.find("The topic of #dev, set by bob: code freeze").is_some(), "{}", s.text());
    s.update(Update::RoomTopic { room: room("dev"), topic: None });
    s.enter("/topic");
    assert_eq!(s.text().matches("#dev has no topic.").count(), 2, "{}", s.text());
    s.enter(&format!("/topic {}", "x".repeat(201)));
    assert!(s.find("Topic too long: 201 of 200 characters. Shorten it.").is_some(), "{}", s.text());
    let (room, text, trouble) = (room("dev"), topic.as_text().clone(), DiskTrouble::Full);
    s.ctrl('c');
    s.update(Update::Returned { room, text, action: false, topic: true, trouble, shown: false });
    assert_eq!(s.input(), "/topic code freeze");
}

#[test]
fn every_room_keeps_its_place() {
    let mut s = rooms((80, 24));
    let [bob, ..] = people();
    s.alt('2');
    empty_disk(&mut s, &room("dev"));
    for n in 0..100 {
        s.wait(3);
        says_in(&mut s, &room("dev"), bob, "bob", &format!("line {n} here"));
    }
    s.press(KeyCode::PageUp);
    s.press(KeyCode::PageUp);
    let before = s.row(5);
    assert!(before.contains("line"), "{before}");
    s.alt('1');
    says_in(&mut s, &room("dev"), bob, "bob", "meanwhile");
    s.resize(90, 24);
    s.resize(80, 24);
    s.alt('2');
    assert_eq!(s.row(5), before);
}

#[test]
fn notices_appear_in_the_lobby_and_in_view() {
    let mut s = rooms((80, 24));
    s.alt('2');
    s.update(LinkNotice::TooSlow { name: "erin".into() }.into());
    let notice = "erin reads too slowly";
    assert!(s.find(notice).is_some());
    s.alt('1');
    assert!(s.find(notice).is_some());
    s.alt('3');
    assert!(s.find(notice).is_none());
}

#[test]
fn an_alarm_is_counted_where_the_user_looks() {
    let mut s = rooms((80, 24));
    s.alt('2');
    s.feed(Input::Focus(false));
    s.effects.clear();
    s.update(crate::identities::alarm(AlarmKind::KeyChanged, "c04e", "bob", true));
    assert!(s.effects.contains(&Output::Bell), "{:?}", s.effects);
    assert!(s.effects.contains(&Output::SetTitle("(1) proximity-chat".into())), "{:?}", s.effects);
    assert!(tabs(&mut s).starts_with(" 1:#lobby [2:#dev]"), "{}", tabs(&mut s));
}

#[test]
fn bell_and_title_work_for_hidden_rooms() {
    let mut s = rooms((80, 24));
    let [bob, ..] = people();
    in_room(&mut s, direct(), false);
    s.feed(Input::Focus(false));
    s.effects.clear();
    says_in(&mut s, &room("dev"), bob, "bob", "hello");
    assert!(!s.effects.contains(&Output::Bell));
    assert_eq!(s.effects.pop(), Some(Output::SetTitle("(1) proximity-chat".into())));
    says_in(&mut s, &direct(), bob, "bob", "hello");
    assert!(s.effects.contains(&Output::Bell), "it is for the user alone");
    assert!(tabs(&mut s).contains("4:@bob (1!)"), "{}", tabs(&mut s));
    s.wait(10);
    s.effects.clear();
    says_in(&mut s, &room("ops"), bob, "bob", "alice?");
    assert!(s.effects.contains(&Output::Bell));
}

#[test]
fn a_search_is_about_the_room_it_was_made_in() {
    let mut s = rooms((80, 24));
    let [bob, ..] = people();
    s.alt('2');
    s.sent();
    s.enter("/search build");
    let asked = s.sent();
    assert!(matches!(&asked[..], [Command::Search { room: Some(asked), .. }] if *asked == room("dev")), "{asked:?}");
    s.alt('1');
    let hit = Message { room: room("dev"), ..s.message(Author::Peer(bob.id), "bob", "the build is green") };
    let found = |room| Update::Found {
        room: Some(room),
        query: "build".into(),
        messages: vec![hit.clone()],
        more: false,
        behind: 0,
    };
    s.update(found(room("dev")));
    assert!(s.find("the build is green").is_none(), "the user looks at another room: {}", s.text());
    s.enter("/search");
    assert!(s.find("the build is green").is_none(), "nothing was searched for here");
    s.alt('2');
    s.ctrl('c');
    s.enter("/search");
    assert!(s.find("the build is green").is_some(), "{}", s.text());
}

/// The user has searched all rooms for "build", and three lines were found.
fn searched_everywhere(size: (u16, u16)) -> Screen {
    let mut s = rooms(size);
    in_room(&mut s, direct(), false);
    let [bob, carol, ..] = people();
    s.enter("/search --all from:bob \"build\"");
    let hits = [(room("dev"), bob, "bob", 60), (direct(), bob, "bob", 600), (Room::Lobby, carol, "carol", 6_000)];
    let hits = hits.map(|(room, whom, nick, ago)| Message {
        room,
        ..s.old(Author::Peer(whom.id), nick, "the build is green", ago)
    });
    let query = "from:bob \"build\"".to_owned();
    s.update(Update::Found { room: None, query, messages: hits.to_vec(), more: false, behind: 0 });
    s
}

#[test]
fn rooms_search_all() {
    shoot("rooms_search_all", searched_everywhere);
}

#[test]
fn a_hit_in_another_room_brings_that_room_into_view() {
    let mut s = searched_everywhere((80, 24));
    let asked = s.sent();
    assert!(asked.iter().any(|command| matches!(command, Command::Search { room: None, .. })), "{asked:?}");
    s.press(KeyCode::Down);
    s.press(KeyCode::Enter);
    assert!(tabs(&mut s).contains("[4:@bob]"), "{}", s.text());
    let asked = s.sent();
    let goes =
        |command: &Command| matches!(command, Command::Page { room, seek: Seek::Around(_), .. } if *room == direct());
    assert!(asked.iter().any(goes), "{asked:?}");
    // The list is the same wherever it is reopened.
    s.enter("/search");
    assert!(s.find("in all rooms: 3 found").is_some(), "{}", s.text());
    s.update(Update::RoomLeft { room: direct(), because: LeftBecause::Asked });
    s.enter("/search");
    s.press(KeyCode::Enter);
    assert!(s.find("You are in no room called").is_some(), "{}", s.text());
}

#[test]
fn a_search_without_a_name_says_what_to_type() {
    let mut s = searched_everywhere((80, 24));
    s.enter("/search from:");
    assert!(s.find("Type a name after from:").is_some() && s.input() == "/search from:", "{}", s.text());
    s.ctrl('c');
    s.enter("/search --all");
    assert!(s.find("Usage: /search [--all] [WORDS]").is_some(), "{}", s.text());
}

#[test]
fn a_line_that_came_back_belongs_to_its_room() {
    let mut s = rooms((80, 24));
    let text = Text::new("my password").unwrap();
    let trouble = DiskTrouble::Full;
    s.update(Update::Returned {
        room: direct(),
        text: text.clone(),
        action: false,
        topic: false,
        trouble,
        shown: false,
    });
    assert!(!s.text().contains("my password"), "the user is not in that room");
    in_room(&mut s, direct(), false);
    s.update(Update::Returned { room: direct(), text, action: false, topic: false, trouble, shown: false });
    assert!(!s.text().contains("my password") && s.find("Not sent in @bob").is_some(), "{}", s.text());
    s.alt('4');
    assert_eq!(s.input(), "my password");
}

#[test]
fn typing_is_told_and_shown_in_the_lobby_only() {
    let mut s = rooms((80, 24));
    let [bob, ..] = people();
    let typing =
        |s: &mut Screen| s.sent().into_iter().filter(|one| matches!(one, Command::Typing(_))).collect::<Vec<_>>();
    s.typed("hel");
    assert_eq!(typing(&mut s), [Command::Typing(true)]);
    s.ctrl('n');
    assert_eq!(typing(&mut s), [Command::Typing(false)], "the draft is left");
    s.typed("hello");
    assert_eq!(typing(&mut s), []);
    s.is_at(bob, Presence::Here, true);
    assert!(s.find("bob is typing").is_none());
    s.ctrl('p');
    assert!(s.find("bob is typing").is_some(), "{}", s.text());
}

#[test]
fn guests_read_along_in_the_lobby_only() {
    let mut s = rooms((120, 24));
    s.joins(addr("192.168.1.77:4565"), Some("gus"));
    assert!(s.find("reads along in plain text").is_some());
    s.alt('2');
    assert!(s.find("reads along in plain text").is_none() && s.find("2 in #dev").is_some(), "{}", s.text());
}

#[test]
fn the_room_from_the_settings_is_joined_and_shown() {
    let mut s = Screen::new(lan().with(|setup| setup.room = room("dev")), (80, 24));
    s.listens("alice");
    assert!(s.sent().contains(&Command::Join { room: room("dev"), id: None }));
    in_room(&mut s, room("dev"), false);
    s.update(RoomFailure::Joined(room("dev")).into());
    assert!(tabs(&mut s).contains("[2:#dev]"), "since an earlier run: {}", s.text());
    s.sent();
    s.listens("alice");
    assert!(!s.sent().iter().any(|command| matches!(command, Command::Join { .. })), "once");
}

#[test]
fn people_are_addressed_one_at_a_time() {
    let mut s = rooms((80, 24));
    let who = |name| Who::new(name).unwrap();
    let sent = |s: &mut Screen, line: &str| {
        s.sent();
        s.enter(line);
        s.sent().into_iter().filter(|command| !matches!(command, Command::Typing(_))).collect::<Vec<_>>()
    };
    assert_eq!(sent(&mut s, "/query bob"), [Command::Query(who("bob"))]);
    let text = Text::new("meet me at noon").unwrap();
    assert_eq!(sent(&mut s, "/msg bob meet me at noon"), [Command::Tell { who: who("bob"), text }]);
    assert!(tabs(&mut s).starts_with("[1:#lobby]"), "no other room is shown");
    in_room(&mut s, direct(), true);
    assert!(tabs(&mut s).contains("[4:@bob]"));
    s.typed("/msg zo");
    s.press(KeyCode::Tab);
    assert_eq!(s.input(), "/msg \"Zoë 山田\"");
}
