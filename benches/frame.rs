//! The time of a frame with 1,000 and with 100,000 messages in the pane. It must not depend on their number.
//!
//! `cargo bench --bench frame`. It fails if the longer history makes frames more than a fifth slower, if one frame in a
//! hundred takes more than a millisecond, or if adding a message takes long. Compare within one run only: absolute
//! times differ between machines, but ratios hardly do.

mod screen;

use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use proximity_chat::{
    domain::{
        bus::Update,
        model::{
            Author, Delivery, Hlc, Mark, Message, MessageId, MessageKind, Nick, Now, PeerId, Position, Repute, Room,
            Text, Timestamp, Trust,
        },
    },
    frontend::tui::{
        app::{App, Input},
        view,
    },
};
use ratatui::{Terminal, backend::TestBackend};

const SIZE: (u16, u16) = (200, 50);
/// Frames in a round: few enough that some rounds have the machine to themselves.
const FRAMES: usize = 500;
/// Rounds, taken in turns. The fastest counts, because other programs can only make a round slower.
const ROUNDS: usize = 20;
const MAX_RATIO: f64 = 1.2;
const MAX_P99: Duration = Duration::from_millis(1);
/// A fifth of the time available for each of 10,000 lines a second.
const MAX_ADDING: Duration = Duration::from_micros(20);

struct Room50 {
    app: App,
    now: Now,
    terminal: Terminal<TestBackend>,
    said: u64,
}

impl Room50 {
    fn new(messages: u64) -> Self {
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_285_320_000) };
        let backend = TestBackend::new(SIZE.0, SIZE.1);
        let terminal = Terminal::new(backend).unwrap_or_else(|never| match never {});
        let mut room = Self { app: App::new(screen::setup(), now), now, terminal, said: 0 };
        room.feed(Input::Resize { cols: SIZE.0, rows: SIZE.1 });
        (0..messages).for_each(|_| room.say());
        room
    }

    fn feed(&mut self, input: Input) {
        black_box(self.app.update(input, self.now));
    }

    /// Says one message of one to three rows. One in ten has characters that are not ASCII.
    fn say(&mut self) {
        let n = self.said;
        self.said += 1;
        // One a second: faster messages would fold as a flood.
        self.now.mono += Duration::from_secs(1);
        self.now.wall = Timestamp::from_millis(self.now.wall.as_millis() + 1_000);
        let words =
            if n.is_multiple_of(10) { "山田 said that émigrés meet here " } else { "the quick brown fox jumps " };
        let text = format!("message {n}: {}", words.repeat(usize::try_from(n * 7 % 17).unwrap_or(0)));
        let port = 4_565 + u16::try_from(n % 50).unwrap_or(0);
        let Ok(text) = Text::new(&text) else { return };
        let id = MessageId(u128::from(n).to_be_bytes());
        self.feed(Input::Update(Update::Message(Message {
            id,
            room: Room::Lobby,
            author: Author::Peer(PeerId::Guest(([127, 0, 0, 1], port).into())),
            nick: Nick::clean(&format!("peer{port}")),
            repute: Repute::of(Trust::Guest),
            text,
            action: false,
            sent_at: self.now.wall,
            delivery: Delivery::Sent,
            position: Position::unlogged(Hlc::at(self.now.wall), id),
            history: false,
            mark: Mark::None,
            kind: MessageKind::Said,
            again: None,
        })));
    }

    fn draw(&mut self) -> Duration {
        let began = Instant::now();
        let drawn = self.terminal.draw(|frame| view::draw(frame, &mut self.app));
        let took = began.elapsed();
        black_box(drawn.is_ok());
        took
    }

    /// p50 and p99 of frames, each drawn after a call of `change`.
    fn measure(&mut self, change: impl Fn(&mut Self, usize)) -> (Duration, Duration) {
        let mut times: Vec<_> = (0..FRAMES)
            .map(|i| {
                change(self, i);
                self.draw()
            })
            .collect();
        times.sort_unstable();
        let at = |share: usize| times.get(FRAMES * share / 100).copied().unwrap_or_default();
        (at(50), at(99))
    }
}

/// The second number of `/proc/self/statm`: resident pages, 4 KiB each on most machines.
fn resident(statm: &str) -> Option<u64> {
    statm.split(' ').nth(1)?.parse().ok()
}

type Case = (&'static str, fn(&mut Room50, usize));

#[expect(clippy::print_stdout, reason = "its result is what a benchmark is for")]
fn main() -> ExitCode {
    let mut small = Room50::new(1_000);
    let began = Instant::now();
    let mut large = Room50::new(100_000);
    let adding = began.elapsed() / 100_000;
    println!("adding a message takes {adding:?}");
    let cases: [Case; 3] = [
        ("nothing new", |_, _| {}),
        ("one more message", |room, _| room.say()),
        // Twenty rows up, twenty rows down, so that no wrapped message stays in sight for long.
        ("scrolling", |room, i| room.feed(Input::Scroll(if i / 20 % 2 == 0 { 20 } else { -20 }))),
    ];
    if let Some(pages) = std::fs::read_to_string("/proc/self/statm").ok().as_deref().and_then(resident) {
        println!("both take {} MiB of memory, frames and all", pages * 4 / 1_024);
    }
    let mut good = adding < MAX_ADDING;
    for (name, change) in cases {
        let mut best = [(Duration::MAX, Duration::MAX); 2];
        for _ in 0..ROUNDS {
            for (best, room) in best.iter_mut().zip([&mut small, &mut large]) {
                let (p50, p99) = room.measure(change);
                *best = (best.0.min(p50), best.1.min(p99));
            }
        }
        let [few, many] = best;
        let ratio = many.0.as_secs_f64() / few.0.as_secs_f64();
        println!(
            "{name:18} 1,000: p50 {:?} p99 {:?}   100,000: p50 {:?} p99 {:?}   ratio {ratio:.2}",
            few.0, few.1, many.0, many.1
        );
        // If even a short history has slow frames, the machine is busy with something else.
        let slow = many.1 >= MAX_P99 && few.1 < MAX_P99;
        good &= ratio < MAX_RATIO && !slow;
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
