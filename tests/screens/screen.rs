//! A screen that tests can control.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use proximity_chat::{
    domain::{
        bus::{Command, NetworkStatus, Page, SweepProgress, SweepState, Update},
        model::{
            Author, Delivery, Hlc, LeaveReason, LocalSubnet, Mark, Message, MessageId, MessageKind, Network, Nick,
            NodeId, Now, Peer, PeerId, Position, Presence, Repute, Room, Seek, Software, Text, Timestamp, Trust,
        },
    },
    frontend::tui::{
        app::{App, Input, Key, KeyCode, MESSAGE_CAP, Output, Setup},
        view,
    },
};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, CellWidth},
    layout::Position as Cell,
};

/// 2026-11-21T18:22:00Z, a Saturday.
const START: i64 = 1_795_285_320_000;

/// A person: a guest at an address, unless it is a node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whom {
    pub(crate) id: PeerId,
    pub(crate) addr: SocketAddr,
}

impl From<SocketAddr> for Whom {
    fn from(addr: SocketAddr) -> Self {
        Self { id: PeerId::Guest(addr), addr }
    }
}

/// The key with this prefix, filled up with other digits.
pub(crate) fn key(begin: &str) -> NodeId {
    let digits = begin.chars().chain("5d179a3b6620e8f4017b2c6dd3958a1e".chars().cycle()).take(64);
    digits.collect::<String>().parse().unwrap()
}

/// One of our nodes.
pub(crate) fn node(begin: &str, at: &str) -> Whom {
    Whom { id: PeerId::Node(key(begin)), addr: addr(at) }
}

pub(crate) struct Screen {
    pub(crate) app: App,
    pub(crate) now: Now,
    pub(crate) effects: Vec<Output>,
    terminal: Terminal<TestBackend>,
    open: bool,
    shown: Buffer,
    /// The number of messages made so far, so that no two have the same id.
    made: std::cell::Cell<u64>,
}

/// The setup of a screen, and whether its node is open to the network.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) setup: Setup,
    pub(crate) open: bool,
}

impl Scene {
    /// The same with a changed setup.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Setup)) -> Self {
        change(&mut self.setup);
        self
    }
}

/// On a network, as in the specification's example.
pub(crate) fn lan() -> Scene {
    let setup = Setup {
        nick: Nick::new("alice").unwrap(),
        ask_name: false,
        typing: true,
        ports: (4565, 4569),
        version: "0.1.0",
        history_cap: MESSAGE_CAP,
        warnings: Vec::new(),
        room: Room::Lobby,
        time_zone: jiff::tz::TimeZone::UTC,
        no_color: false,
        background: None,
        plain_view: false,
        clipboard: true,
    };
    Scene { setup, open: true }
}

/// As the program starts by default.
pub(crate) fn loopback() -> Scene {
    Scene { open: false, ..lan() }
}

/// Our address on the network of [`lan`].
pub(crate) fn wifi() -> LocalSubnet {
    let (ip, network) = ("192.168.1.20".parse().unwrap(), "192.168.1.0/24".parse().unwrap());
    LocalSubnet { interface: "wlan0".into(), index: 3, ip, network, broadcast: None }
}

/// The state of the network, open or closed.
pub(crate) fn network_status(open: bool) -> NetworkStatus {
    let own = if open { "192.168.1.20:4565" } else { "127.0.0.1:4565" };
    NetworkStatus {
        certain: true,
        may_be: Vec::new(),
        joined: Vec::new(),
        open,
        network: Network::new(if open { "gw 02:42:ac:11:00:01 192.168.1.0/24" } else { "loopback" }).unwrap(),
        addrs: vec![addr(own)],
        spots: if open { vec![wifi()] } else { Vec::new() },
        sweep: [Some("127.0.0.1/32"), open.then_some("192.168.1.0/24")]
            .into_iter()
            .flatten()
            .map(|network| network.parse().unwrap())
            .collect(),
        offer: Ok(if open { Vec::new() } else { vec![wifi()] }),
        lost: None,
    }
}

impl Screen {
    pub(crate) fn new(Scene { setup, open }: Scene, (cols, rows): (u16, u16)) -> Self {
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(START) };
        let mut screen = Self {
            app: App::new(setup, now),
            now,
            effects: Vec::new(),
            terminal: Terminal::new(TestBackend::new(cols, rows)).unwrap(),
            open,
            shown: Buffer::default(),
            made: std::cell::Cell::new(0),
        };
        screen.feed(Input::Resize { cols, rows });
        screen
    }

    /// A screen whose node listens and has nothing on disk.
    pub(crate) fn up(setup: Scene, size: (u16, u16)) -> Self {
        let mut screen = Self::new(setup, size);
        screen.listens("alice");
        screen.update(Update::Page(page(Seek::Newest, Vec::new(), false, false)));
        screen.effects.retain(|effect| !matches!(effect, Output::Send(Command::Page { .. })));
        screen
    }

    /// The node reports that it listens.
    pub(crate) fn listens(&mut self, nick: &str) {
        let place = network_status(self.open);
        let (addr, nick) = (*place.addrs.first().unwrap(), Nick::new(nick).unwrap());
        self.update(Update::Listening { addr, nick, node: key("a11ce") });
        self.update(Update::NetworkStatus(place));
    }

    pub(crate) fn feed(&mut self, input: Input) {
        self.effects.extend(self.app.update(input, self.now));
    }

    pub(crate) fn update(&mut self, update: Update) {
        self.feed(Input::Update(update));
    }

    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        self.terminal.backend_mut().resize(cols, rows);
        self.terminal.resize(ratatui::layout::Rect::new(0, 0, cols, rows)).unwrap();
        self.feed(Input::Resize { cols, rows });
    }

    pub(crate) fn key(&mut self, key: Key) {
        self.feed(Input::Key(key));
    }

    pub(crate) fn press(&mut self, code: KeyCode) {
        self.key(Key::plain(code));
    }

    pub(crate) fn ctrl(&mut self, c: char) {
        self.key(Key::ctrl(c));
    }

    pub(crate) fn alt(&mut self, c: char) {
        self.key(Key::alt(c));
    }

    pub(crate) fn typed(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    pub(crate) fn enter(&mut self, text: &str) {
        self.typed(text);
        self.press(KeyCode::Enter);
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.wait_ms(seconds * 1_000);
    }

    pub(crate) fn wait_ms(&mut self, ms: u64) {
        let wall = self.now.wall.as_millis() + i64::try_from(ms).unwrap();
        self.now = Now { mono: self.now.mono + Duration::from_millis(ms), wall: Timestamp::from_millis(wall) };
        self.feed(Input::Tick);
    }

    pub(crate) fn joins(&mut self, whom: impl Into<Whom>, nick: Option<&str>) {
        let peer = peer(whom, nick);
        self.update(Update::PeerJoined(peer));
    }

    pub(crate) fn leaves(&mut self, whom: impl Into<Whom>) {
        self.update(Update::PeerLeft { peer: whom.into().id, reason: LeaveReason::Closed });
    }

    pub(crate) fn trust(&mut self, whom: impl Into<Whom>, trust: Trust) {
        self.update(Update::PeerTrust { peer: whom.into().id, repute: repute(trust) });
    }

    pub(crate) fn is_at(&mut self, whom: impl Into<Whom>, presence: Presence, typing: bool) {
        self.update(Update::PeerPresence { peer: whom.into().id, presence, typing });
    }

    pub(crate) fn clock_is_off(&mut self, whom: impl Into<Whom>, ahead_ms: Option<i64>) {
        self.update(Update::PeerClock { peer: whom.into().id, ahead_ms });
    }

    pub(crate) fn answers_in(&mut self, whom: impl Into<Whom>, ms: u64) {
        self.update(Update::RoundTrip { peer: whom.into().id, time: Duration::from_millis(ms) });
    }

    pub(crate) fn message(&self, author: Author, nick: &str, text: &str) -> Message {
        self.made.set(self.made.get() + 1);
        let number = self.made.get();
        let id = MessageId(u128::from(number).to_be_bytes());
        Message {
            id,
            room: Room::Lobby,
            author,
            nick: Nick::clean(nick),
            repute: match author {
                Author::Peer(PeerId::Guest(_)) => repute(Trust::Guest),
                Author::Own | Author::Peer(_) => repute(Trust::Known),
            },
            text: Text::new(text).unwrap(),
            action: false,
            sent_at: self.now.wall,
            delivery: Delivery::Sent,
            position: Position::unlogged(Hlc::at(self.now.wall), id),
            history: false,
            mark: Mark::None,
            kind: MessageKind::Said,
            again: None,
        }
    }

    /// A message that was said this many seconds ago, before this copy of the program started.
    pub(crate) fn old(&self, author: Author, nick: &str, text: &str, seconds_ago: u64) -> Message {
        let message = self.message(author, nick, text);
        let ms = self.now.wall.as_millis() - i64::try_from(seconds_ago).unwrap() * 1_000;
        let sent_at = Timestamp::from_millis(ms);
        let position = Position { hlc: Hlc::at(sent_at), ..message.position };
        let repute = match message.repute.trust {
            Trust::Guest => message.repute,
            // Nobody has met them yet.
            _ => repute(Trust::New),
        };
        Message { sent_at, position, repute, history: true, ..message }
    }

    pub(crate) fn says(&mut self, whom: impl Into<Whom>, nick: &str, text: &str) {
        let message = self.message(Author::Peer(whom.into().id), nick, text);
        self.update(Update::Message(message));
    }

    pub(crate) fn own(&mut self, text: &str, delivery: Delivery) {
        let message = Message { delivery, ..self.message(Author::Own, "alice", text) };
        self.update(Update::Message(message));
    }

    pub(crate) fn sweeps(&mut self, probed: u64, total: u64) {
        self.sweeps_for(probed, total, Duration::from_millis(12));
    }

    /// A sweep that still takes this long.
    pub(crate) fn sweeps_for(&mut self, probed: u64, total: u64, left: Duration) {
        let (state, left) =
            if probed < total { (SweepState::Running, left) } else { (SweepState::Done, Duration::ZERO) };
        let took = Duration::from_millis(12);
        self.update(Update::Sweep(SweepProgress { state, probed, total, found: 0, took, left }));
    }

    /// The commands sent so far. Forgets all effects.
    pub(crate) fn sent(&mut self) -> Vec<Command> {
        let sent = |effect| if let Output::Send(command) = effect { Some(command) } else { None };
        self.effects.drain(..).filter_map(sent).collect()
    }

    pub(crate) fn said(&mut self) -> Vec<String> {
        let said = |command| if let Command::Say { text, .. } = command { Some(text.to_string()) } else { None };
        self.sent().into_iter().filter_map(said).collect()
    }

    /// Draws a frame. Returns where the cursor is, if it is visible.
    pub(crate) fn draw(&mut self) -> Option<Cell> {
        let frame = self.terminal.draw(|frame| view::draw(frame, &mut self.app)).unwrap();
        let area = frame.area;
        // The test backend does not know which cells a link covers, so its own cells cannot be compared.
        self.shown = frame.buffer.clone();
        let backend = self.terminal.backend();
        let at = backend.cursor_position();
        assert!(area.contains(at) || !backend.cursor_visible(), "the cursor {at} is outside of {area}");
        backend.cursor_visible().then_some(at)
    }

    pub(crate) fn buffer(&mut self) -> &Buffer {
        self.draw();
        &self.shown
    }

    /// What people see, without trailing spaces.
    pub(crate) fn text(&mut self) -> String {
        let buffer = self.buffer();
        let mut out = String::new();
        for y in 0..buffer.area.height {
            let mut x = 0;
            let mut row = String::new();
            while x < buffer.area.width {
                let cell = &buffer[(x, y)];
                row.push_str(&visible(cell.symbol()));
                x += cell.cell_width().max(1);
            }
            out.push_str(row.trim_end());
            out.push('\n');
        }
        out
    }

    pub(crate) fn row(&mut self, y: usize) -> String {
        self.text().lines().nth(y).unwrap().to_owned()
    }

    /// The first row that holds `needle`, if any.
    pub(crate) fn find(&mut self, needle: &str) -> Option<usize> {
        self.text().lines().position(|line| line.contains(needle))
    }

    /// The text of the input row.
    pub(crate) fn input(&mut self) -> String {
        let text = self.text();
        let row = text.lines().rev().find(|line| line.starts_with('>')).unwrap();
        row.strip_prefix("> ").unwrap_or_default().to_owned()
    }
}

/// An answer of the disk.
pub(crate) fn page(seek: Seek, messages: Vec<Message>, before: bool, after: bool) -> Page {
    Page { room: Room::Lobby, seek, messages, before, after }
}

/// `symbol` without the escape sequences of links, and without those that keep a character to its columns.
pub(crate) fn visible(symbol: &str) -> String {
    let symbol =
        symbol.strip_prefix("\x1b[").and_then(|held| held.split_once('X')).map_or(symbol, |(columns, rest)| {
            assert!(columns.bytes().all(|b| b.is_ascii_digit()), "{symbol:?}");
            rest.split_once("\x1b[").map_or(rest, |(shown, _)| shown)
        });
    let mut out = String::new();
    for part in symbol.split("\x1b]8;") {
        out.push_str(part.split_once("\x1b\\").map_or(part, |(_, shown)| shown));
    }
    out
}

pub(crate) fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A peer as it is when it joins.
pub(crate) fn peer(whom: impl Into<Whom>, nick: Option<&str>) -> Peer {
    let Whom { id, addr } = whom.into();
    let (software, trust) = match id {
        PeerId::Node(_) => (Software::Ours { version: "0.1.0".into() }, Trust::Known),
        PeerId::Guest(_) => (Software::Reference, Trust::Guest),
    };
    Peer { id, nick: nick.map(|n| Nick::new(n).unwrap()), addr, software, repute: repute(trust) }
}

/// How a person of this trust is shown.
pub(crate) fn repute(trust: Trust) -> Repute {
    Repute { namesake: trust == Trust::Suspect, ..Repute::of(trust) }
}
