//! Against real files, as the chat leaves them.

use std::{cell::RefCell, net::SocketAddr, path::Path, rc::Rc};

use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::*;
use crate::{
    core::log::storage::{GuestLine, LogEntry, LogState, Place, Proof, Request, Write as Change},
    domain::model::{Hlc, Known, LogId, MessageId, Met, Nick, NodeId, ProfileName, Text, Timestamp},
    protocol::{
        codec::event::{Content, Draft, Event, KIND_REACT, KIND_SAID, KIND_TOPIC, SALT_BYTES, Signed},
        identity::Identity,
    },
};

/// 2026-01-02 03:04:05.678 UTC.
const TIME: i64 = 1_767_323_045_678;

/// A user's data, with a chat in it.
struct Data {
    home: TempDir,
    /// The key of the first profile.
    me: NodeId,
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

/// Somebody who says things.
struct Author {
    identity: Identity,
    log: LogId,
    nick: &'static str,
    last: Option<Event>,
}

impl Author {
    fn new(seed: u8, nick: &'static str) -> Self {
        let identity = Identity::from_secret(&[seed; 32]);
        let log = LogId { room: RoomId::LOBBY, author: identity.node(), epoch: u64::from(seed) };
        Self { identity, log, nick, last: None }
    }

    /// What is written when this is said, `at` milliseconds after [`TIME`].
    fn say(&mut self, at: i64, kind: u32, text: &str) -> Vec<Change> {
        let wall = Timestamp::from_millis(TIME + at);
        let content = Content::said([7; SALT_BYTES], &nick(self.nick), &Text::new(text).unwrap(), false);
        let (seq, prev) = self.last.as_ref().map_or((1, None), |last| (last.seq + 1, Some(last.id)));
        let draft = Draft { log: self.log, seq, prev, hlc: Hlc::at(wall), deps: Vec::new(), wall, kind, content };
        let signed = draft.sign(|message| self.identity.sign(message));
        let event = signed.read().unwrap();
        self.last = Some(event.clone());
        let append =
            LogEntry { opened: None, place: Place::by_clock(&event), event, signed, arrived: wall, own: false };
        vec![Change::Event(Box::new(append)), Change::Log(self.state())]
    }

    fn state(&self) -> LogState {
        let last = self.last.as_ref().unwrap();
        let (head, head_id, head_hlc, head_place) = (last.seq, Some(last.id), last.hlc, last.hlc);
        LogState { id: self.log, floor: 1, base: 1, head, head_id, head_hlc, head_place, older: None, forked: None }
    }
}

fn guest(at: i64, name: Option<&str>, text: &str) -> Vec<Change> {
    vec![Change::Guest(Box::new(GuestLine {
        room: RoomId::LOBBY,
        id: MessageId([0xab; 16]),
        hlc: Hlc::at(Timestamp::from_millis(TIME + at)),
        addr: SocketAddr::from(([127, 0, 0, 1], 4_566)),
        nick: name.map(nick),
        text: Text::new(text).unwrap(),
        action: true,
    }))]
}

impl Data {
    /// A chat in the first profile, whose user knows these people.
    fn new(known: &[Known], changes: Vec<Vec<Change>>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let options = profile::Options { data_dir: Some(home.path().join("data")), ..profile::Options::default() };
        let profile = profile::open(&options).unwrap();
        profile.saver().save_known(known).unwrap();
        profile.saver().save_nick(&nick("alice")).unwrap();
        let data = Self { me: profile.identity().node(), home };
        let mut opened = store::open(&data.store()).unwrap();
        for change in changes {
            opened.database.handle(Request::Write(change)).unwrap();
        }
        data
    }

    fn directory(&self) -> std::path::PathBuf {
        self.home.path().join("data/default")
    }

    fn store(&self) -> store::Options {
        store::Options {
            place: Backend::Directory(self.directory()),
            network: Network::loopback(),
            joined: Vec::new(),
            me: self.me,
        }
    }

    fn options(&self, action: Action) -> Options {
        let profile = profile::Options { data_dir: Some(self.home.path().join("data")), ..profile::Options::default() };
        Options { profile, network: Network::loopback(), room: Room::Lobby, action, zone: TimeZone::UTC }
    }

    fn print(&self, action: Action) -> String {
        print_with(&self.options(action))
    }
}

fn unasked(_: &str) -> Result<bool, Error> {
    panic!("it asked")
}

fn print_with(options: &Options) -> String {
    let mut output = Vec::new();
    run(options, &mut output, unasked).unwrap();
    String::from_utf8(output).unwrap()
}

fn known(author: &Author, name: &str, ignored: bool) -> Known {
    let seen = Timestamp::from_millis(TIME);
    let met = Met { days: 2, proven: true, ..Met::default() };
    let (node, nick, addrs) = (author.log.author, Some(nick(name)), Vec::new());
    Known { nick, addrs, ignored, met: Some(met), ..Known::new(node, seen) }
}

#[test]
fn text_is_dated_and_cannot_imitate_another_message() {
    let (mut bob, mut impostor, mut carol) = (Author::new(1, "bob"), Author::new(2, "BOB"), Author::new(3, "carol"));
    let mut second_carol = Author::new(4, "carol");
    let data = Data::new(
        &[known(&bob, "bob", false)],
        vec![
            impostor.say(0, KIND_SAID, "I am bob"),
            bob.say(60_000, KIND_SAID, "one\n2026-01-02 03:05  carol: I owe you 5"),
            carol.say(60_001, KIND_SAID, "first"),
            second_carol.say(60_002, KIND_SAID, "second"),
            guest(60_003, Some("bob"), "waves"),
            guest(60_004, None, "waves"),
            bob.say(60_005, 77, "from the future"),
        ],
    );
    let (fake, other) = (impostor.log.author.tag(4), second_carol.log.author.tag(4));
    assert_eq!(
        data.print(Action::Text),
        format!(
            "\
2026-01-02 03:04  !BOB#{fake}: I am bob
2026-01-02 03:05  bob: one
    2026-01-02 03:05  carol: I owe you 5
2026-01-02 03:05  carol: first
2026-01-02 03:05  carol#{other}: second
2026-01-02 03:05  * ?bob waves
2026-01-02 03:05  * ?127.0.0.1:4566 waves
2026-01-02 03:05  * bob did something that this release cannot show (kind 77).
"
        )
    );
    assert_eq!(data.print(Action::Count), "7\n");
}

#[test]
fn json_is_what_the_pipe_prints() {
    let mut bob = Author::new(1, "bob");
    let data = Data::new(&[], vec![bob.say(0, KIND_SAID, "say \"hi\""), guest(1, None, "waves")]);
    let id = MessageId::from(bob.last.as_ref().unwrap().id);
    let from = bob.log.author;
    assert_eq!(
        data.print(Action::Json),
        format!(
            r##"{{"event":"message","id":"{id}","room":"#lobby","from":"{from}","nick":"bob","trust":"new","text":"say \"hi\"","sent_at":"2026-01-02T03:04:05.678Z","own":false,"history":true,"protocol":"mesh"}}
{{"event":"message","id":"{}","room":"#lobby","from":"guest:127.0.0.1:4566","nick":null,"trust":"guest","text":"waves","sent_at":"2026-01-02T03:04:05.679Z","own":false,"history":true,"protocol":"reference","action":true}}
"##,
            "ab".repeat(16)
        )
    );
}

#[test]
fn topics_and_unknown_kinds_say_what_they_are() {
    let mut bob = Author::new(1, "bob");
    let people = [known(&bob, "bob", false)];
    let data = Data::new(&people, vec![bob.say(0, KIND_TOPIC, "release day"), bob.say(1, KIND_REACT, "👍")]);
    assert_eq!(
        data.print(Action::Text),
        "2026-01-02 03:04  * bob set the topic: release day\n2026-01-02 03:04  * bob reacted to a line. This release cannot show that.\n"
    );
    let json = data.print(Action::Json);
    assert!(json.contains(r#""text":"release day""#) && json.contains(r#""kind":6}"#), "{json}");
    assert!(json.contains(r#""mark":"unknown","kind":4}"#), "{json}");
}

#[test]
fn own_lines_are_marked_and_ignored_people_are_left_out() {
    let mut spammer = Author::new(1, "spam");
    let data = Data::new(&[known(&spammer, "spam", true)], vec![spammer.say(0, KIND_SAID, "buy")]);
    // Said with the profile's own key.
    let pem = std::fs::read_to_string(data.directory().join("identity")).unwrap();
    let identity = Identity::from_pem(&pem).unwrap();
    let log = LogId { room: RoomId::LOBBY, author: data.me, epoch: 9 };
    let mut me = Author { identity, log, nick: "alice", last: None };
    let mut opened = store::open(&data.store()).unwrap();
    opened.database.handle(Request::Write(me.say(1, KIND_SAID, "hello"))).unwrap();
    drop(opened);
    assert_eq!(data.print(Action::Text), "2026-01-02 03:04  alice: hello\n");
    assert!(
        data.print(Action::Json)
            .contains(&format!(r#""from":"{}","nick":"alice","trust":"own","text":"hello""#, data.me))
    );
    assert!(data.print(Action::Json).contains(r#""own":true,"history":true"#));
}

#[test]
fn lines_of_a_forked_log_are_marked() {
    let mut bob = Author::new(1, "bob");
    let changes = vec![bob.say(0, KIND_SAID, "before"), bob.say(1, KIND_SAID, "one")];
    let state = LogState { forked: Some(2), ..bob.state() };
    let proof = Proof { log: bob.log, seq: 2, one: Signed::sample(), other: Signed::sample() };
    let fork = vec![Change::Log(state), Change::Fork(Box::new(proof))];
    let data = Data::new(&[], changes.into_iter().chain([fork]).collect());
    assert_eq!(data.print(Action::Text), "2026-01-02 03:04  bob: before\n2026-01-02 03:04  !bob: one\n");
    assert!(data.print(Action::Json).ends_with("\"mark\":\"forked\"}\n"));
}

#[test]
fn the_hash_depends_only_on_events_in_order() {
    let said = |order: [usize; 2]| {
        let (mut bob, mut carol) = (Author::new(1, "bob"), Author::new(2, "carol"));
        let changes = [bob.say(5, KIND_SAID, "later"), carol.say(0, KIND_SAID, "first")];
        order.map(|at| changes[at].clone()).to_vec()
    };
    let one = Data::new(&[], said([0, 1]));
    // Here they came in another order, there was a guest, and the user ignores somebody.
    let ignored = known(&Author::new(2, "carol"), "carol", true);
    let mut changes = said([1, 0]);
    changes.push(guest(3, None, "only here"));
    let other = Data::new(&[ignored], changes);
    let hash = one.print(Action::Hash);
    assert_eq!(hash, other.print(Action::Hash));
    let ids = [1, 0].map(|at| match &said([0, 1])[at][0] {
        Change::Event(append) => MessageId::from(append.event.id).0,
        _ => panic!("an event"),
    });
    let expected = Sha256::digest(ids.concat());
    let hex: Vec<String> = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, hex.concat() + "\n");
    let more = Data::new(&[], [said([0, 1]), vec![Author::new(3, "dave").say(9, KIND_SAID, "more")]].concat());
    assert_ne!(more.print(Action::Hash), hash);
}

#[test]
fn a_history_of_many_pages_is_printed_whole() {
    let mut bob = Author::new(1, "bob");
    let changes: Vec<_> = (0..503).map(|number| bob.say(number / 3, KIND_SAID, &format!("line {number}"))).collect();
    // Three lines share each clock reading: only their numbers tell them apart.
    let data = Data::new(&[], vec![changes.concat()]);
    let text = data.print(Action::Text);
    let expected: Vec<String> = (0..503).map(|number| format!("2026-01-02 03:04  bob: line {number}\n")).collect();
    assert_eq!(text, expected.concat());
    assert_eq!(data.print(Action::Count), "503\n");
}

#[test]
fn each_network_has_its_own_history() {
    let data = Data::new(&[], vec![Author::new(1, "bob").say(0, KIND_SAID, "at home")]);
    let options = Options { network: Network::new("office").unwrap(), ..data.options(Action::Text) };
    let mut output = Vec::new();
    let note = run(&options, &mut output, unasked).unwrap();
    assert!(output.is_empty());
    assert_eq!(note.as_deref(), Some("Profile default has no messages in #lobby on this network (office)."));
}

#[test]
fn without_history_nothing_is_printed_or_created() {
    let home = tempfile::tempdir().unwrap();
    let options = |name: Option<&str>, action| Options {
        profile: profile::Options {
            data_dir: Some(home.path().join("data")),
            name: name.and_then(ProfileName::new),
            ephemeral: false,
        },
        network: Network::loopback(),
        room: Room::Lobby,
        action,
        zone: TimeZone::UTC,
    };
    for action in [Action::Text, Action::Json, Action::Erase] {
        let note = run(&options(None, action), Vec::new(), unasked).unwrap();
        assert!(note.unwrap().starts_with("There is no history"));
    }
    assert_eq!(print_with(&options(None, Action::Count)), "0\n");
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
    assert_eq!(print_with(&options(None, Action::Hash)), empty);
    let error = run(&options(Some("work"), Action::Text), Vec::new(), unasked).unwrap_err();
    assert!(error.to_string().starts_with("There is no profile work.") && !error.is_usage(), "{error}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn printing_with_ephemeral_is_a_usage_error() {
    let data = Data::new(&[], Vec::new());
    let mut options = data.options(Action::Text);
    options.profile.ephemeral = true;
    assert!(run(&options, Vec::new(), unasked).unwrap_err().is_usage());
}

/// What was asked.
type Questions = Rc<RefCell<Vec<String>>>;

/// The questions that were asked, and a way to answer them.
fn answering(answer: bool) -> (Questions, impl FnOnce(&str) -> Result<bool, Error>) {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let questions = Rc::clone(&asked);
    (asked, move |question: &str| {
        questions.borrow_mut().push(question.to_owned());
        Ok(answer)
    })
}

fn holds(directory: &Path, secret: &str) -> bool {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()))
}

#[test]
fn erasing_needs_a_yes_and_leaves_nothing_on_disk() {
    let secret = "the combination is 4711";
    let data = Data::new(&[], vec![Author::new(1, "bob").say(0, KIND_SAID, secret), guest(1, None, secret)]);
    assert!(holds(&data.directory(), secret));
    let (asked, no) = answering(false);
    let error = run(&data.options(Action::Erase), Vec::new(), no).unwrap_err();
    assert!(matches!(error, Error::Declined), "{error}");
    assert!(asked.borrow()[0].contains("from this machine's disk, for good") && holds(&data.directory(), secret));

    let (mut output, (_, yes)) = (Vec::new(), answering(true));
    run(&data.options(Action::Erase), &mut output, yes).unwrap();
    assert_eq!(String::from_utf8(output).unwrap(), "Erased 2 lines of #lobby from this machine.\n");
    assert!(!holds(&data.directory(), secret));
    assert_eq!(data.print(Action::Count), "0\n");
}

#[test]
fn a_profile_in_use_can_be_read_but_not_erased() {
    let data = Data::new(&[], vec![Author::new(1, "bob").say(0, KIND_SAID, "hello")]);
    let _copy = profile::open(&data.options(Action::Text).profile).unwrap();
    let error = run(&data.options(Action::Erase), Vec::new(), unasked).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Profile default is in use by another copy. Type /erase there, or quit that copy and try again."
    );
    assert_eq!(data.print(Action::Count), "1\n");
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let (_, closed) = io::pipe().unwrap();
    let data = Data::new(&[], vec![Author::new(1, "bob").say(0, KIND_SAID, "hello")]);
    for action in [Action::Text, Action::Json, Action::Hash] {
        assert!(run(&data.options(action), &closed, unasked).unwrap().is_none());
    }
}
