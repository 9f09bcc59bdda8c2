//! A conversation by itself: what it shows, counts and asks for, without a screen around it.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use super::{pane::LEAST, *};
use crate::{
    domain::{
        bus::{Command, Page},
        model::{
            Delivery, Hlc, Mark, MessageId, MessageKind, Nick, Now, Position, Repute, Seek, Text, Timestamp, Trust,
        },
    },
    frontend::tui::app::{clock::LocalClock, output::Output, people::People},
};

/// What a conversation is told about, and the time.
struct World {
    people: People,
    own: Nick,
    zone: TimeZone,
    now: Now,
    said: u64,
}

impl World {
    fn new() -> Self {
        let own = Nick::new("alice").unwrap();
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_285_320_000) };
        Self { people: People::new(&own), own, zone: TimeZone::UTC, now, said: 0 }
    }

    fn maker(&self) -> LineMaker<'_> {
        LineMaker {
            people: &self.people,
            own: &self.own,
            alone: true,
            clock: LocalClock { now: self.now, zone: &self.zone },
        }
    }

    fn wait(&mut self, ms: u64) {
        let wall = self.now.wall.as_millis() + i64::try_from(ms).unwrap();
        self.now = Now { mono: self.now.mono + Duration::from_millis(ms), wall: Timestamp::from_millis(wall) };
    }

    /// A message that was sent this many seconds ago.
    fn message(&mut self, author: Author, text: &str, seconds_ago: i64) -> Message {
        self.said += 1;
        let id = MessageId(u128::from(self.said).to_be_bytes());
        let sent_at = Timestamp::from_millis(self.now.wall.as_millis() - seconds_ago * 1_000);
        Message {
            id,
            room: Room::Lobby,
            author,
            nick: Nick::new("bob").ok(),
            repute: Repute::of(if author == bob() { Trust::Guest } else { Trust::Known }),
            text: Text::new(text).unwrap(),
            action: false,
            sent_at,
            delivery: if author == Author::Own { Delivery::Waiting } else { Delivery::Sent },
            position: Position::unlogged(Hlc::at(sent_at), id),
            history: false,
            mark: Mark::None,
            kind: MessageKind::Said,
            again: None,
        }
    }

    /// Bob says something now.
    fn hear(&mut self, conversation: &mut Conversation, text: &str, watched: bool) -> Arrival {
        let message = self.message(bob(), text, 0);
        conversation.receive(message, &self.maker(), watched)
    }
}

fn bob() -> Author {
    Author::Peer(PeerId::Guest(([127, 0, 0, 1], 4566).into()))
}

/// A room of 40 columns and 10 rows.
fn room(cap: usize) -> Conversation {
    let mut conversation = Conversation::new(Room::Lobby, cap);
    conversation.set_geometry(Geometry::new(40, 10, false));
    conversation
}

/// The pages that were asked for.
fn asked(out: &mut Vec<Output>) -> Vec<Seek> {
    let seek = |output| if let Output::Send(Command::Page { seek, .. }) = output { Some(seek) } else { None };
    out.drain(..).filter_map(seek).collect()
}

#[test]
fn messages_count_as_unread_unless_they_are_seen() {
    let (mut world, mut conversation) = (World::new(), room(100));
    assert_eq!(world.hear(&mut conversation, "hello", true), Arrival::Quiet);
    assert_eq!(world.hear(&mut conversation, "and?", false), Arrival::Unseen { mention: false });
    assert_eq!(world.hear(&mut conversation, "alice?", false), Arrival::Unseen { mention: true });
    assert_eq!(conversation.unread(), Unread { all: 2, mentions: 1 });
    conversation.mark_read();
    assert_eq!(conversation.unread(), Unread::default());
    for n in 0..20 {
        world.wait(1_000);
        world.hear(&mut conversation, &format!("line {n}"), true);
    }
    conversation.scroll(5, &mut Vec::new());
    assert_eq!(world.hear(&mut conversation, "below", true), Arrival::Unseen { mention: false }, "out of sight");
    conversation.mark_read();
    assert_eq!(conversation.unread().all, 1, "it still is");
    conversation.go_to_bottom();
    assert_eq!(conversation.unread(), Unread::default());
}

#[test]
fn the_disk_is_asked_on_connecting_and_near_the_top() {
    let (mut world, mut conversation, mut out) = (World::new(), room(1_000), Vec::new());
    conversation.scroll(1, &mut out);
    assert_eq!(asked(&mut out), [], "there is no node");
    conversation.connect();
    assert_eq!(asked(&mut out), [], "nobody looks");
    conversation.enter(&mut out);
    conversation.enter(&mut out);
    assert_eq!(asked(&mut out), [Seek::Newest]);
    assert!(conversation.awaits(Seek::Newest) && !conversation.has_opened());
    let messages: Vec<_> = (0..50).map(|n| world.message(bob(), &format!("old {n}"), 500 - n)).collect();
    let oldest = messages[0].position;
    let page = Page { room: Room::Lobby, seek: Seek::Newest, messages, before: true, after: false };
    conversation.paged(page, &world.maker());
    assert!(conversation.has_opened());
    conversation.scroll(5, &mut out);
    conversation.scroll(5, &mut out);
    assert_eq!(asked(&mut out), [Seek::Before(oldest)], "once");
    conversation.unreadable();
    conversation.scroll(5, &mut out);
    assert_eq!(asked(&mut out), [Seek::Before(oldest)], "and again after a failure");
    conversation.disconnect();
    conversation.scroll(5, &mut out);
    assert_eq!(asked(&mut out), []);
}

#[test]
fn late_messages_go_where_they_belong_and_are_reported() {
    let (mut world, mut conversation) = (World::new(), room(100));
    world.hear(&mut conversation, "now", true);
    let late = world.message(bob(), "then", 3_600);
    assert_eq!(conversation.receive(late, &world.maker(), false), Arrival::Quiet);
    let view = conversation.view();
    let texts: Vec<_> = (view.first()..view.end()).filter_map(|seq| Some(view.entry(seq)?.text())).collect();
    assert_eq!(texts, ["then", "now", "⇢ 1 earlier message arrived · Alt-U shows it"]);
}

#[test]
fn delivery_is_shown_only_after_a_moment() {
    let (mut world, mut conversation) = (World::new(), room(100));
    let message = world.message(Author::Own, "mine", 0);
    let (id, start) = (message.id, world.now.mono);
    assert_eq!(conversation.receive(message, &world.maker(), true), Arrival::Own);
    let mark = |conversation: &Conversation| {
        let view = conversation.view();
        let Some(Entry::Line(line)) = view.entry(view.first()) else { panic!("the message is there") };
        line.mark().map(|(text, _)| text.into_owned())
    };
    assert_eq!(mark(&conversation), None);
    assert_eq!(conversation.next_due(), Some(start + Duration::from_millis(200)));
    conversation.speak_up(start + Duration::from_millis(199));
    assert_eq!(mark(&conversation), None);
    conversation.speak_up(start + Duration::from_millis(200));
    assert_eq!((mark(&conversation).as_deref(), conversation.next_due()), (Some("… waiting"), None));
    conversation.set_alone(false);
    assert_eq!(mark(&conversation).as_deref(), Some("… sending"));
    conversation.delivered(id, 1, 3);
    assert_eq!(mark(&conversation).as_deref(), Some("1/3"));
    conversation.delivered(id, 3, 3);
    assert_eq!(mark(&conversation), None);
}

#[test]
fn the_tail_is_the_fullest_text_that_fits() {
    let (mut world, mut conversation) = (World::new(), room(100));
    let [full, brief] = [["row"; 9].join("\n"), "row".to_owned()];
    let tail =
        |conversation: &Conversation| conversation.view().entry(conversation.view().end()).map(|e| e.text().len());
    conversation.set_tail(&[full.clone(), brief.clone()]);
    assert_eq!(tail(&conversation), Some(full.len()));
    for _ in 0..=TALKED {
        world.hear(&mut conversation, "we talked", true);
    }
    conversation.set_tail(&[full, brief.clone()]);
    assert_eq!(tail(&conversation), Some(brief.len() + 1), "below an empty row");
    conversation.set_tail(&[]);
    assert_eq!(tail(&conversation), None);
}

#[test]
fn rooms_are_independent() {
    let (mut world, mut one, mut other) = (World::new(), room(100), room(100));
    world.hear(&mut one, "here", false);
    let mut out = Vec::new();
    other.connect();
    other.enter(&mut out);
    assert_eq!((one.unread().all, other.unread().all, other.view().len()), (1, 0, 0));
    one.scroll(1, &mut out);
    assert_eq!(asked(&mut out), [Seek::Newest], "of the other one");
    other.change_network();
    other.enter(&mut out);
    assert_eq!((asked(&mut out), one.view().len()), (vec![Seek::Newest], 1));
}

#[test]
fn an_endless_flood_takes_little_memory_even_on_its_own() {
    // One of short lines, and one of the longest.
    for (lines, text) in [(1_000_000, "hello".to_owned()), (2_000, "x".repeat(60_000))] {
        let (mut world, mut conversation) = (World::new(), room(2_000));
        for n in 0..lines {
            if n % 120 == 0 {
                world.wait(1);
            }
            world.hear(&mut conversation, &text, false);
            conversation.keep_limits();
        }
        let (messages, bytes) = conversation.view().held_in_all();
        assert!(messages <= 210 && bytes <= 512 * 1024, "{messages} messages, {bytes} bytes");
        assert!(conversation.view().len() <= 5, "{} entries", conversation.view().len());
        assert_eq!(conversation.unread().all, lines, "every one counts");
        assert!(texts(&conversation).iter().any(|text| text.contains(" more messages from ?bob")));
        assert!(conversation.unfold());
        assert!(conversation.view().held_in_all().0 <= 220);
    }
}

fn texts(conversation: &Conversation) -> Vec<&str> {
    let view = conversation.view();
    (view.first()..view.end()).filter_map(|seq| Some(view.entry(seq)?.text())).collect()
}

#[test]
fn a_page_from_disk_does_not_show_folded_lines_again() {
    let (mut world, mut conversation, mut out) = (World::new(), room(2_000), Vec::new());
    conversation.connect();
    conversation.enter(&mut out);
    let said: Vec<_> = (0..300).map(|n| world.message(bob(), &format!("line {n}."), 0)).collect();
    for message in &said {
        conversation.receive(message.clone(), &world.maker(), true);
    }
    let entries = conversation.view().len();
    let messages = said[100..].to_vec();
    conversation
        .paged(Page { room: Room::Lobby, seek: Seek::Newest, messages, before: true, after: false }, &world.maker());
    assert_eq!(conversation.view().len(), entries);
}

#[test]
fn a_late_line_is_shown_while_others_fill_the_room() {
    let (mut world, mut conversation) = (World::new(), room(20));
    let late = world.message(carol(), "a second late", 0);
    // Many people speak at once, so what is shown begins after that line.
    for n in 0..60 {
        world.wait(10);
        let message = world.message(Author::Peer(PeerId::Guest(([127, 0, 0, 1], 5_000 + n).into())), "hello", 0);
        conversation.receive(message, &world.maker(), true);
        conversation.keep_limits();
    }
    world.wait(400);
    assert_eq!(conversation.receive(late, &world.maker(), false), Arrival::Unseen { mention: false });
    conversation.keep_limits();
    assert!(texts(&conversation).contains(&"a second late"));
    // It is late, but it is news.
    let late = world.message(carol(), "alice?", 1);
    assert_eq!(conversation.receive(late, &world.maker(), false), Arrival::Unseen { mention: true });
}

fn carol() -> Author {
    Author::Peer(PeerId::Guest(([127, 0, 0, 1], 4567).into()))
}

#[test]
fn a_backdated_flood_is_folded_where_it_belongs() {
    let (mut world, mut conversation) = (World::new(), room(2_000));
    for n in 0..200 {
        world.wait(5_000);
        let message = world.message(carol(), &format!("honest {n}."), 0);
        conversation.receive(message, &world.maker(), true);
    }
    for n in 0..3_000 {
        world.wait(1);
        let message = world.message(bob(), &format!("junk {n}"), 11);
        conversation.receive(message, &world.maker(), true);
    }
    let texts = texts(&conversation);
    let junk = texts.iter().filter(|text| text.contains("junk")).count();
    assert!(junk < 60, "{junk}");
    assert!(texts.iter().filter(|text| text.contains("honest")).count() == 200);
}

#[test]
fn a_repetition_replaces_only_a_message_of_its_author() {
    let (mut world, mut conversation) = (World::new(), room(100));
    let texts = |conversation: &Conversation| {
        let pane = conversation.view();
        let entries = (pane.first()..pane.end()).filter_map(|seq| pane.entry(seq));
        entries.map(|entry| entry.text().to_owned()).collect::<Vec<_>>()
    };
    let messages = ["1", "2", "3"].map(|text| world.message(bob(), text, 5));
    for message in messages.clone() {
        conversation.receive(message, &world.maker(), true);
    }
    let repeated = Some(messages[1].id);
    let forged = Message { again: repeated, ..world.message(Author::Own, "forged", 4) };
    conversation.receive(forged, &world.maker(), true);
    assert_eq!(texts(&conversation), ["1", "2", "3", "forged"]);
    let again = Message { again: repeated, ..world.message(bob(), "2 again", 3) };
    conversation.receive(again.clone(), &world.maker(), true);
    assert_eq!(texts(&conversation), ["1", "3", "forged", "2 again"]);
    conversation.receive(messages[1].clone(), &world.maker(), true);
    assert_eq!(texts(&conversation), ["1", "3", "forged", "2 again"], "it comes after its repetition");
    let third = Message { again: repeated, ..world.message(bob(), "2 once more", 0) };
    conversation.receive(third, &world.maker(), true);
    conversation.receive(again, &world.maker(), true);
    assert_eq!(texts(&conversation), ["1", "3", "forged", "2 once more"]);
    let last = world.message(bob(), "4", 0);
    conversation.receive(last, &world.maker(), true);
    assert_eq!(texts(&conversation), ["1", "3", "forged", "2 once more", "4"]);
}

/// What is on disk: `count` lines of bob, of which the last one names the user.
fn stored(world: &mut World, count: i64, before: bool) -> Page {
    let text = |n| if n + 1 == count { "alice?".to_owned() } else { format!("line {n}") };
    let messages = (0..count).map(|n| Message { history: true, ..world.message(bob(), &text(n), 5_000 - n * 20) });
    Page { room: Room::Lobby, seek: Seek::Newest, messages: messages.collect(), before, after: false }
}

#[test]
fn what_was_not_seen_in_an_earlier_run_is_unread() {
    let (mut world, mut conversation, mut out) = (World::new(), room(1_000), Vec::new());
    let page = stored(&mut world, 30, false);
    let (seen, newest) = (page.messages[24].position, page.messages[29].position);
    conversation.remember_seen(Some(seen));
    assert_eq!(conversation.seen(), Some(seen), "whatever happens next");
    conversation.connect();
    conversation.enter(&mut out);
    conversation.paged(page, &world.maker());
    assert_eq!(conversation.unread(), Unread { all: 5, mentions: 1 });
    assert_eq!(conversation.seen(), Some(seen));
    let first = conversation.sight().rows.iter().position(|row| row.part == Part::Unread);
    assert!(first.is_some(), "it opens there");
    conversation.go_to_bottom();
    assert_eq!((conversation.unread(), conversation.seen()), (Unread::default(), Some(newest)));
}

#[test]
fn a_room_never_seen_has_nothing_to_catch_up_on() {
    let (mut world, mut conversation, mut out) = (World::new(), room(1_000), Vec::new());
    conversation.remember_seen(None);
    assert_eq!(conversation.seen(), None);
    conversation.connect();
    conversation.enter(&mut out);
    let page = stored(&mut world, 3, false);
    conversation.paged(page, &world.maker());
    assert_eq!(conversation.unread(), Unread::default());
    let mut empty = room(1_000);
    empty.connect();
    empty.enter(&mut out);
    empty.paged(Page { messages: Vec::new(), ..stored(&mut world, 0, false) }, &world.maker());
    assert_eq!(empty.seen(), Some(LEAST), "there was nothing to see");
}

#[test]
fn unread_messages_beyond_one_page_are_looked_for_further_up() {
    let (mut world, mut conversation, mut out) = (World::new(), room(1_000), Vec::new());
    let seen = world.message(bob(), "long ago", 9_000).position;
    let page = stored(&mut world, 30, true);
    conversation.remember_seen(Some(seen));
    conversation.connect();
    conversation.enter(&mut out);
    conversation.paged(page, &world.maker());
    assert_eq!(conversation.unread().all, 30, "as far as is known");
    asked(&mut out);
    conversation.go_to_unread(&mut out);
    let [Seek::Around(first)] = asked(&mut out)[..] else { panic!("the disk is asked") };
    assert!(first > seen);
}

#[test]
fn a_hidden_room_counts_from_disk_when_something_comes() {
    let (mut world, mut conversation, mut out) = (World::new(), room(1_000), Vec::new());
    let page = stored(&mut world, 30, false);
    conversation.remember_seen(Some(page.messages[27].position));
    conversation.connect();
    conversation.read_unseen(&mut out);
    assert_eq!(asked(&mut out), [], "nothing came");
    world.hear(&mut conversation, "new", false);
    conversation.read_unseen(&mut out);
    assert_eq!(asked(&mut out), [Seek::Newest]);
    conversation.paged(page, &world.maker());
    assert_eq!(conversation.unread().all, 3);
    world.hear(&mut conversation, "newer", false);
    conversation.read_unseen(&mut out);
    assert_eq!((asked(&mut out), conversation.unread().all), (vec![], 4));
}

#[test]
fn a_hidden_room_holds_less_but_keeps_its_place() {
    let (mut world, mut conversation, mut out) = (World::new(), room(2_000), Vec::new());
    for n in 0..2_000 {
        world.wait(2_000);
        world.hear(&mut conversation, &format!("line {n}"), true);
    }
    conversation.leave();
    assert!(conversation.view().held_in_all().0 <= 500);
    conversation.enter(&mut out);
    conversation.scroll(1_000, &mut out);
    let read = conversation.sight().rows[1];
    let text = |conversation: &Conversation| conversation.view().entry(read.seq).map(|entry| entry.text().to_owned());
    let before = text(&conversation);
    conversation.leave();
    for n in 0..1_000 {
        world.wait(2_000);
        world.hear(&mut conversation, &format!("more {n}"), false);
        conversation.keep_limits();
    }
    conversation.enter(&mut out);
    assert_eq!((conversation.sight().rows[1], text(&conversation)), (read, before));
}
