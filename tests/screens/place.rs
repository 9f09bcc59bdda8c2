//! Where the node is, as the screen shows it.

use std::time::Duration;

use proximity_chat::{
    domain::{bus::*, model::*},
    frontend::tui::app::*,
};

use crate::{
    reasons::{diagnosis, isolated},
    screen::*,
    states::{chat, people, shoot},
};

pub(crate) const SIZE: (u16, u16) = (80, 24);

/// What the screen says when there is no network.
const NO_NETWORK: &str = "No network: wlan0 is not connected. Plug in a cable or join a Wi-Fi.";

fn no_network() -> NoNetwork {
    NoNetwork::NoAddress(vec![Unusable { interface: "wlan0".into(), connected: false }])
}

/// The node's place on another network.
fn cafe() -> NetworkStatus {
    let (ip, net) = ("10.0.7.31".parse().unwrap(), "10.0.0.0/20".parse().unwrap());
    NetworkStatus {
        network: Network::new("gw 9c:3d:cf:00:00:07 10.0.0.0/20").unwrap(),
        addrs: vec![addr("10.0.7.31:4565")],
        spots: vec![LocalSubnet { ip, network: net, ..wifi() }],
        sweep: vec!["127.0.0.1/32".parse().unwrap(), net],
        ..network_status(true)
    }
}

fn lost() -> NetworkStatus {
    NetworkStatus { lost: Some(no_network()), ..network_status(true) }
}

/// On this machine only, with no network to open the chat to.
fn nowhere() -> NetworkStatus {
    NetworkStatus { offer: Err(no_network()), ..network_status(false) }
}

pub(crate) fn closed() -> Screen {
    Screen::up(loopback(), SIZE)
}

/// Open to the network, after a complete sweep, and nobody there.
pub(crate) fn alone(size: (u16, u16)) -> Screen {
    let mut s = Screen::up(lan(), size);
    s.sweeps(1_270, 1_270);
    s
}

pub(crate) fn moves(s: &mut Screen, place: NetworkStatus) {
    s.update(Update::NetworkStatus(place));
}

fn listens_at(s: &mut Screen, at: &str) {
    s.update(Update::Listening { addr: addr(at), nick: Nick::new("alice").unwrap(), node: key("a11ce") });
}

/// The pane and the sidebar, without their line breaks.
pub(crate) fn halves(s: &mut Screen) -> (String, String) {
    let text = s.text();
    let rows: Vec<_> = text.lines().filter_map(|row| row.rsplit_once('│')).collect();
    let joined = |half: Vec<&str>| half.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    (joined(rows.iter().map(|row| row.0).collect()), joined(rows.iter().map(|row| row.1).collect()))
}

fn pages(s: &mut Screen) -> usize {
    s.sent().iter().filter(|command| matches!(command, Command::Page { seek: Seek::Newest, .. })).count()
}

/// Whether the frame holds this text, in one row or across the rows of one half.
pub(crate) fn holds(s: &mut Screen, text: &str) -> bool {
    let (left, right) = halves(s);
    s.find(text).is_some() || left.contains(text) || right.contains(text)
}

#[track_caller]
pub(crate) fn shows(s: &mut Screen, text: &str) {
    assert!(holds(s, text), "no {text:?}: {}", s.text());
}

#[track_caller]
pub(crate) fn hides(s: &mut Screen, text: &str) {
    assert!(!holds(s, text), "{text:?}: {}", s.text());
}

#[test]
fn f2_opens_a_closed_chat_and_closes_an_open_one() {
    let mut s = closed();
    s.press(KeyCode::F(2));
    assert_eq!(s.sent(), [Command::Open(true)]);
    moves(&mut s, network_status(true));
    s.effects.clear();
    s.typed("a draft");
    s.effects.clear();
    s.press(KeyCode::F(2));
    assert_eq!((s.sent(), s.input().as_str()), (vec![Command::Open(false)], "a draft"));
    moves(&mut s, lost());
    s.press(KeyCode::F(2));
    assert_eq!(s.sent(), [Command::Open(false)], "a network that is gone can be left for good");
}

#[test]
fn f2_does_nothing_before_startup_or_after_the_node_ends() {
    let mut s = Screen::new(lan().with(|s| s.ask_name = true), SIZE);
    s.press(KeyCode::F(2));
    shows(&mut s, "Choose a name first");
    assert_eq!((s.sent(), s.input().as_str()), (vec![], "alice"));
    s.press(KeyCode::Enter);
    assert_eq!(s.sent(), [Command::SetNick(Nick::new("alice").unwrap())]);
    s.press(KeyCode::F(2));
    shows(&mut s, "still starting");
    // Until the node has reported it, nobody knows whether it is open.
    listens_at(&mut s, "192.168.1.20:4565");
    s.effects.clear();
    s.press(KeyCode::F(2));
    assert_eq!(s.sent(), []);
    moves(&mut s, network_status(true));
    s.press(KeyCode::F(2));
    assert_eq!(s.sent(), [Command::Open(false)]);
    s.feed(Input::NodeGone);
    s.press(KeyCode::F(2));
    assert_eq!(s.sent(), []);
    shows(&mut s, "Type /quit, then start the program again.");
}

#[test]
fn another_network_is_another_room() {
    let mut s = chat(lan(), SIZE);
    let [bob, carol, ..] = people();
    s.leaves(bob);
    s.enter("/search ok");
    s.enter("/erase");
    s.update(Update::Sync { received: 1, total: 500, refused: 0 });
    diagnosis(&mut s, [isolated()]);
    s.effects.clear();
    moves(&mut s, cafe());
    shows(&mut s, "The chat is now open to your network: wlan0, 10.0.0.0/20.");
    for gone in ["the printer", "notes are at", "new ─", "3 new", "bob", "sync", "only the router"] {
        hides(&mut s, gone);
    }
    shows(&mut s, "● carol");
    assert_eq!(pages(&mut s), 1, "what was said there is asked for");
    let old = s.old(Author::Peer(carol.id), "carol", "said here last week", 600_000);
    s.update(Update::Page(page(Seek::Newest, vec![old], false, false)));
    assert!(s.find("said here last week") < s.find("The chat is now open"), "{}", s.text());
    s.enter("/erase yes");
    assert!(
        !s.sent().iter().any(|command| matches!(command, Command::Erase { .. })),
        "the question was about another room"
    );
}

#[test]
fn a_draft_from_another_network_needs_a_second_enter() {
    let mut s = chat(lan(), SIZE);
    s.typed("it jams again");
    moves(&mut s, cafe());
    s.effects.clear();
    s.press(KeyCode::Enter);
    assert_eq!((s.said(), s.input().as_str()), (vec![], "it jams again"));
    shows(&mut s, "You wrote this while the chat was on another network. Press Enter again to send it here.");
    s.press(KeyCode::Enter);
    let text = Text::new("it jams again").unwrap();
    let network = Some(cafe().network);
    assert_eq!(s.sent(), [Command::Say { room: Room::Lobby, text, action: false, network }]);
    s.typed("for the café");
    moves(&mut s, network_status(true));
    s.ctrl('u');
    s.effects.clear();
    s.enter("for the office");
    assert_eq!(s.said(), ["for the office"], "it was begun here");
}

#[test]
fn a_late_page_of_the_old_room_is_not_shown() {
    let mut s = chat(lan(), SIZE);
    s.press(KeyCode::Home);
    let old = s.old(Author::Peer(people()[0].id), "bob", "said at the office", 90_000);
    moves(&mut s, cafe());
    s.update(Update::Page(page(Seek::After(old.position), vec![old], false, false)));
    hides(&mut s, "said at the office");
}

#[test]
fn opening_and_closing_are_reported_once() {
    let mut s = closed();
    moves(&mut s, network_status(true));
    shows(&mut s, "The chat is now open to your network: wlan0,");
    shows(&mut s, "Lines from other networks are not shown here. F2 closes it.");
    shows(&mut s, "wlan0, 192.168.1.0/24  proximity-chat");
    moves(&mut s, network_status(true));
    assert_eq!(s.text().matches("The chat is now open").count(), 1, "{}", s.text());
    s.effects.clear();
    moves(&mut s, network_status(false));
    shows(&mut s, "now on this machine only. Lines from the network are not shown here.");
    shows(&mut s, "this machine only  proximity-chat");
    hides(&mut s, "open to your network");
    assert_eq!(pages(&mut s), 1);

    // A network that the user has named is one room, whether open or closed.
    let named = |open| NetworkStatus { network: Network::new("office").unwrap(), ..network_status(open) };
    let mut s = Screen::new(loopback(), SIZE);
    listens_at(&mut s, "127.0.0.1:4565");
    moves(&mut s, named(false));
    s.update(Update::Page(page(Seek::Newest, Vec::new(), false, false)));
    s.own("here and there", Delivery::Sent);
    s.effects.clear();
    moves(&mut s, named(true));
    shows(&mut s, "The chat is now open to your network");
    shows(&mut s, "here and there");
    hides(&mut s, "Lines from");
    assert_eq!(s.sent(), []);
}

#[test]
fn another_address_on_the_same_network_keeps_the_room() {
    let mut s = chat(lan(), SIZE);
    let ip = "192.168.1.99".parse().unwrap();
    let moved = NetworkStatus {
        addrs: vec![addr("192.168.1.99:4565")],
        spots: vec![LocalSubnet { ip, ..wifi() }],
        ..network_status(true)
    };
    s.effects.clear();
    listens_at(&mut s, "192.168.1.99:4565");
    moves(&mut s, moved.clone());
    for text in ["the printer", "3 new", "● bob", "192.168.1.99:4565"] {
        shows(&mut s, text);
    }
    hides(&mut s, "The chat is");
    assert_eq!(s.sent(), []);

    // An additional cable is reported, and takes nothing away.
    let cable = LocalSubnet { interface: "eth0".into(), index: 2, ..cafe().spots.remove(0) };
    moves(&mut s, NetworkStatus { spots: vec![cable, wifi()], ..moved });
    shows(&mut s, "The chat is now open to your network: eth0,");
    hides(&mut s, "Lines from");
    shows(&mut s, "● bob");
    shows(&mut s, "eth0, 10.0.0.0/20 and wlan0, 192.168.1.0/24  proximity-chat");
    s.resize(70, 24);
    shows(&mut s, "eth0, wlan0  proximity-chat");
    s.resize(30, 24);
    shows(&mut s, "proximity-chat");
    hides(&mut s, "wlan0  proximity");
}

#[test]
fn a_lost_network_is_shown_until_it_is_back() {
    let mut s = chat(lan(), SIZE);
    let local = node("10ca1", "127.0.0.1:4566");
    s.effects.clear();
    moves(&mut s, lost());
    shows(&mut s, "✗ OFFLINE");
    shows(&mut s, "PEOPLE  offline");
    shows(&mut s, "no network  proximity-chat");
    shows(&mut s, "No network: wlan0 is not");
    hides(&mut s, "4 here");
    for name in ["bob", "carol", "dave", "Zoë"] {
        shows(&mut s, &format!("○ {name}"));
    }
    shows(&mut s, "No network: wlan0 is not connected. ○ bob");
    assert_eq!(s.input(), "Message #lobby   (waits for a network)");
    s.enter("running late");
    assert_eq!(s.said(), ["running late"], "the node keeps it until somebody is there");
    s.update(Update::Unsent { lines: 2 });
    shows(&mut s, "✗ OFFLINE  2 messages waiting");
    s.enter("/who");
    shows(&mut s, "No one else is here.");

    // Somebody on this machine can be reached all the same. A peer that links from elsewhere now cannot be reached for
    // long.
    s.joins(local, Some("local"));
    s.joins(node("fa4", "192.168.1.77:4565"), Some("far"));
    shows(&mut s, "● online  1 here");
    shows(&mut s, "● local");
    shows(&mut s, "○ far");
    shows(&mut s, "│ No network: wlan0 is");
    s.leaves(local);

    moves(&mut s, NetworkStatus { lost: Some(NoNetwork::AddressesLost(vec!["wlan0".into()])), ..lost() });
    assert_eq!(s.text().matches("Trying again").count(), 1, "{}", s.text());
    moves(&mut s, network_status(true));
    shows(&mut s, "The network is back.");
    shows(&mut s, "● online  5 here");
    shows(&mut s, "● bob");
    shows(&mut s, "thanks");
    assert_eq!(pages(&mut s), 0);
    moves(&mut s, network_status(true));
    assert_eq!(s.text().matches("The network is back").count(), 1);
}

/// A screen that was started with `--lan` where there is no network.
fn started_nowhere(size: (u16, u16)) -> Screen {
    let mut s = Screen::new(lan(), size);
    listens_at(&mut s, "127.0.0.1:4565");
    moves(&mut s, NetworkStatus { lost: Some(no_network()), ..nowhere() });
    s.update(Update::Page(page(Seek::Newest, Vec::new(), false, false)));
    s.sweeps(4, 4);
    s
}

#[test]
fn a_missing_network_is_reported_to_users_who_wanted_one() {
    let mut s = started_nowhere(SIZE);
    shows(&mut s, "No network: wlan0 is not");
    shows(&mut s, "✗ OFFLINE");
    hides(&mut s, "F2");
    s.effects.clear();
    moves(&mut s, network_status(true));
    shows(&mut s, "The chat is now open to your network: wlan0,");
    hides(&mut s, "No network");
    assert_eq!(pages(&mut s), 1);
}

#[test]
fn a_closed_chat_says_what_f2_would_do() {
    let mut s = closed();
    s.sweeps(4, 4);
    shows(&mut s, "○ this machine only");
    shows(&mut s, "F2 opens the chat to your network (wlan0, 192.168.1.0/24).");
    let both = vec![wifi(), LocalSubnet { interface: "eth0".into(), ..cafe().spots.remove(0) }];
    moves(&mut s, NetworkStatus { offer: Ok(both), ..network_status(false) });
    shows(&mut s, "(wlan0, 192.168.1.0/24 and eth0, 10.0.0.0/20).");
    let (ip, network) = ("fe80::20".parse().unwrap(), "fe80::/64".parse().unwrap());
    let dual = vec![wifi(), LocalSubnet { ip, network, ..wifi() }];
    moves(&mut s, NetworkStatus { offer: Ok(dual), ..network_status(false) });
    assert!(halves(&mut s).0.contains("(wlan0, 192.168.1.0/24)."), "IPv6 goes without saying: {}", s.text());
    moves(&mut s, nowhere());
    let left = halves(&mut s).0;
    assert!(left.contains(&format!("F2 cannot open the chat to your network now. {NO_NETWORK}")), "{}", s.text());
    hides(&mut s, "The chat is");

    let footer = |s: &mut Screen| s.text().lines().last().unwrap().to_owned();
    for (size, named) in [((120, 35), "F2 open to network"), (SIZE, "F2 open to network"), ((40, 12), "F2 network")] {
        let mut s = Screen::up(loopback(), size);
        assert!(footer(&mut s).contains(named), "{}", s.text());
        s.joins(node("7f3a", "127.0.0.1:4566"), Some("bob"));
        assert!(footer(&mut s).contains(named), "with somebody: {}", s.text());
        s.typed("a draft");
        assert!(
            footer(&mut s).contains("F2 network") && footer(&mut s).contains("clear"),
            "with a draft: {}",
            s.text()
        );
        s.ctrl('c');
        moves(&mut s, network_status(true));
        assert!(!footer(&mut s).contains("F2"), "{}", s.text());
        s.feed(Input::NodeGone);
        assert!(!footer(&mut s).contains("F2"), "{}", s.text());
    }
    let mut s = chat(loopback(), SIZE);
    for peer in people() {
        s.leaves(peer);
    }
    shows(&mut s, "Ctrl-R searches again. F2 opens the chat to your network");
}

#[test]
fn help_and_the_command_list_name_f2_and_lan() {
    let mut s = closed();
    s.press(KeyCode::F(1));
    shows(&mut s, "F2  ");
    shows(&mut s, "open the chat to your network, or close it");
    s.press(KeyCode::Esc);
    s.typed("/la");
    shows(&mut s, "/lan [on|off|same|share]");
    s.ctrl('c');
    s.enter("/help lan");
    shows(&mut s, "/lan on [INTERFACE] Open the chat to your network, or to the one at that interface");
    shows(&mut s, "/lan share Give the history of this network to everyone here");
}

#[test]
fn the_lan_command_opens_closes_and_reports() {
    let mut s = closed();
    s.enter("/lan on");
    s.enter("/lan off");
    assert_eq!(s.sent(), [Command::Open(true), Command::Open(false)]);
    s.enter("/lan x");
    assert_eq!((s.sent(), s.input().as_str()), (vec![], "/lan x"));
    shows(&mut s, "/lan [on|off|same|share]");
    s.ctrl('c');
    s.enter("/clear");

    s.enter("/lan");
    assert!(
        halves(&mut s).0.contains("machine only. F2 or /lan on opens it to wlan0, 192.168.1.0/24."),
        "{}",
        s.text()
    );
    moves(&mut s, nowhere());
    s.enter("/lan");
    shows(&mut s, &format!("The chat is on this machine only. {NO_NETWORK}"));
    moves(&mut s, network_status(true));
    s.enter("/lan");
    let left = halves(&mut s).0;
    assert!(left.contains("The chat is open to wlan0, 192.168.1.0/24. F2 or /lan off closes it."), "{}", s.text());
    assert!(left.contains("Network: gw 02:42:ac:11:00:01 192.168.1.0/24"), "{}", s.text());
    moves(&mut s, lost());
    s.enter("/clear");
    s.enter("/lan");
    shows(&mut s, "Until there is a network, the chat is on this machine only.");
    assert_eq!(pages(&mut s), 1, "of the other network");

    let mut s = Screen::new(loopback(), SIZE);
    s.enter("/lan");
    shows(&mut s, "The program is still starting.");
}

#[test]
fn an_opening_refused_by_a_full_channel_comes_back() {
    for (open, draft) in [(true, "/lan on"), (false, "/lan off")] {
        let mut s = closed();
        s.feed(Input::Refused(Command::Open(open)));
        assert_eq!(s.input(), draft);
        shows(&mut s, "Not sent: too much is waiting");
        s.press(KeyCode::Enter);
        assert_eq!(s.sent(), [Command::Open(open)]);
    }
}

#[test]
fn a_sweeps_remaining_time_is_beside_its_progress() {
    for (left, told) in [(0, "1 s left"), (2_400, "3 s left"), (65_000, "65 s left"), (230_000, "4 min left")] {
        let mut s = Screen::up(lan(), SIZE);
        s.sweeps_for(741, 1_270, Duration::from_millis(left));
        shows(&mut s, &format!("○ looking  scan 58%, {told}  alice"));
        assert!(halves(&mut s).1.ends_with(&format!("58% {told}")), "{}", s.text());
        s.joins(node("7f3a", "192.168.1.23:4565"), Some("bob"));
        shows(&mut s, &format!("● online  1 here  scan 58%, {told}  alice"));
        s.sweeps(1_270, 1_270);
        hides(&mut s, " left");
    }
}

#[test]
fn every_state_is_drawn_at_every_size() {
    let mut opened = closed();
    moves(&mut opened, network_status(true));
    opened.sweeps(1, 9);
    let mut nowhere_yet = started_nowhere(SIZE);
    let mut gone = chat(lan(), SIZE);
    moves(&mut gone, lost());
    for screen in [&mut opened, &mut nowhere_yet, &mut gone] {
        for overlay in [false, true] {
            for cols in (1..=45).chain([59, 60, 79, 99, 100, 300]) {
                for rows in (1..=25).chain([80]) {
                    screen.resize(cols, rows);
                    screen.draw();
                }
            }
            if !overlay {
                screen.press(KeyCode::F(8));
            }
        }
    }
}

#[test]
fn snapshots() {
    shoot("closed_without_network", |size| {
        let mut s = Screen::up(loopback(), size);
        s.sweeps(4, 4);
        moves(&mut s, nowhere());
        s
    });
    shoot("closed_with_people", |size| {
        let mut s = Screen::up(loopback(), size);
        s.joins(node("7f3a", "127.0.0.1:4566"), Some("bob"));
        s.says(node("7f3a", "127.0.0.1:4566"), "bob", "hello");
        s.typed("hi bo");
        s
    });
    shoot("just_opened", |size| {
        let mut s = Screen::up(loopback(), size);
        s.own("anybody?", Delivery::Waiting);
        listens_at(&mut s, "192.168.1.20:4565");
        moves(&mut s, network_status(true));
        s.update(Update::Page(page(Seek::Newest, Vec::new(), false, false)));
        s.sweeps_for(30, 1_270, Duration::from_millis(3_600));
        s
    });
    shoot("looking_with_people", |size| {
        let mut s = chat(lan(), size);
        s.sweeps_for(741, 327_675, Duration::from_secs(230));
        s
    });
    shoot("offline", |size| {
        let mut s = chat(lan(), size);
        s.own("running late", Delivery::Waiting);
        moves(&mut s, lost());
        s.wait(1);
        s.update(Update::Unsent { lines: 1 });
        s
    });
    shoot("offline_at_the_start", started_nowhere);
}
