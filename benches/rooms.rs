//! The time of going from room to room, with 1,000 and with 100,000 lines in each on a disk that answers at once: the
//! first time, when a page is read, and later, when the room has been seen. It must not depend on their number.
//!
//! `cargo bench --bench rooms`. It fails if the longer history makes switching more than a fifth slower, or if one switch
//! in a hundred takes more than a frame at 60 a second. Compare within one run only: absolute times differ between
//! machines, but ratios hardly do.

mod screen;

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use proximity_chat::{
    domain::{
        bus::{Command, Page, RoomView, Update},
        model::{
            Author, Delivery, Hlc, Mark, Message, MessageId, MessageKind, Nick, NodeId, Now, PeerId, Position, Repute,
            Room, Seek, Text, Timestamp, Trust,
        },
    },
    frontend::tui::{
        app::{App, Input, Key, Output},
        view,
    },
};
use ratatui::{Terminal, backend::TestBackend};

const SIZE: (u16, u16) = (200, 50);
/// Rooms besides the lobby: many, but each has a key of its own.
const ROOMS: usize = 8;
/// Times that each room is shown in a round.
const SWITCHES: usize = 50;
/// Rounds, taken in turns. The fastest counts, because other programs can only make a round slower.
const ROUNDS: usize = 10;
const MAX_RATIO: f64 = 1.2;
const MAX_P99: Duration = Duration::from_millis(16);
const START: i64 = 1_795_285_320_000;

/// What is stored of every room.
struct Disk {
    lines: Vec<Message>,
}

impl Disk {
    fn new(lines: u64) -> Self {
        let line = |n: u64| {
            let sent_at = Timestamp::from_millis(START - i64::try_from((lines - n) * 1_000).unwrap_or(0));
            let id = MessageId(u128::from(n).to_be_bytes());
            let text =
                format!("message {n}: {}", "the quick brown fox jumps ".repeat(usize::try_from(n * 7 % 17).ok()?));
            Some(Message {
                id,
                room: Room::Lobby,
                author: Author::Peer(PeerId::Node(NodeId::new([u8::try_from(n % 50).unwrap_or(0); 32]))),
                nick: Nick::clean(&format!("peer{}", n % 50)),
                repute: Repute::of(Trust::Known),
                text: Text::new(&text).ok()?,
                action: false,
                sent_at,
                delivery: Delivery::Sent,
                position: Position::unlogged(Hlc::at(sent_at), id),
                history: true,
                mark: Mark::None,
                kind: MessageKind::Said,
                again: None,
            })
        };
        Self { lines: (0..lines).filter_map(line).collect() }
    }

    /// The newest lines; the screen asks for nothing else here.
    fn page(&self, room: &Room, seek: Seek, max: usize) -> Page {
        let newest = self.lines.iter().rev().take(max).rev();
        let messages = newest.map(|line| Message { room: room.clone(), ..line.clone() }).collect();
        Page { room: room.clone(), seek, messages, before: self.lines.len() > max, after: false }
    }
}

struct Screen<'a> {
    disk: &'a Disk,
    app: App,
    now: Now,
    terminal: Terminal<TestBackend>,
}

impl<'a> Screen<'a> {
    fn new(disk: &'a Disk) -> Self {
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(START) };
        let setup = screen::setup();
        let nick = setup.nick.clone();
        let terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap_or_else(|never| match never {});
        let mut screen = Self { disk, app: App::new(setup, now), now, terminal };
        screen.feed(Input::Resize { cols: SIZE.0, rows: SIZE.1 });
        let addr = ([127, 0, 0, 1], 4_565).into();
        screen.feed(Input::Update(Update::Listening { addr, nick, node: NodeId::new([7; 32]) }));
        for n in 0..ROOMS {
            let Ok(room) = Room::named(&format!("room-{n}")) else { continue };
            screen.feed(Input::Update(Update::RoomJoined { room, view: RoomView::default(), asked: false }));
        }
        screen.draw();
        screen
    }

    /// Feeds an input, and answers what the screen asks of the disk.
    fn feed(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for output in self.app.update(input, self.now) {
                if let Output::Send(Command::Page { room, seek, max }) = output {
                    inputs.push(Input::Update(Update::Page(self.disk.page(&room, seek, max))));
                }
            }
        }
    }

    fn draw(&mut self) {
        black_box(self.terminal.draw(|frame| view::draw(frame, &mut self.app)).is_ok());
    }

    /// The time from the key to the frame with the next room.
    fn switch(&mut self) -> Duration {
        let began = Instant::now();
        self.feed(Input::Key(Key::ctrl('n')));
        self.draw();
        began.elapsed()
    }
}

/// p50 and p99.
fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    (at(50), at(99))
}

/// Switches to each room for the first time, and then again and again.
fn measure(disk: &Disk) -> [(Duration, Duration); 2] {
    let mut first = Vec::new();
    let mut later = Vec::new();
    for _ in 0..SWITCHES / 10 {
        let mut screen = Screen::new(disk);
        first.extend((0..ROOMS).map(|_| screen.switch()));
        later.extend((0..ROOMS * 10).map(|_| screen.switch()));
    }
    [percentiles(first), percentiles(later)]
}

#[expect(clippy::print_stdout, reason = "its result is what a benchmark is for")]
fn main() -> ExitCode {
    let (small, large) = (Disk::new(1_000), Disk::new(100_000));
    let mut best = [[(Duration::MAX, Duration::MAX); 2]; 2];
    for _ in 0..ROUNDS {
        for (best, disk) in best.iter_mut().zip([&small, &large]) {
            for (best, (p50, p99)) in best.iter_mut().zip(measure(disk)) {
                *best = (best.0.min(p50), best.1.min(p99));
            }
        }
    }
    let [few, many] = best;
    let mut good = true;
    for (name, (few, many)) in ["the first time", "later"].into_iter().zip(few.into_iter().zip(many)) {
        let ratio = many.0.as_secs_f64() / few.0.as_secs_f64();
        println!(
            "{name:18} 1,000: p50 {:?} p99 {:?}   100,000: p50 {:?} p99 {:?}   ratio {ratio:.2}",
            few.0, few.1, many.0, many.1
        );
        // If even a short history is slow, the machine is busy with something else.
        let slow = many.1 >= MAX_P99 && few.1 < MAX_P99;
        good &= ratio < MAX_RATIO && !slow;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
