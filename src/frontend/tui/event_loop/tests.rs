//! The loop without a terminal: scripted events, a fake terminal around the frames, and time that stands still unless a
//! test moves it.

use std::{cell::RefCell, rc::Rc};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::backend::TestBackend;
use tokio::{task::yield_now, time::sleep};
use tokio_stream::wrappers::ReceiverStream;

use super::*;
use crate::{
    domain::model::{
        Author, Delivery, Hlc, LeaveReason, Mark, Message, MessageId, MessageKind, Nick, NodeId, Peer, PeerId,
        Position, Presence, Repute, Room, Software, Text, Timestamp, Trust,
    },
    frontend::tui::app::Setup,
};

/// What the loop did to the terminal, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Did {
    Frame,
    Ask,
    Title,
    Bell,
    Copy,
    Suspend,
    Resume,
    Leave,
}

#[derive(Debug, Clone, Default)]
struct FakeHost {
    log: Rc<RefCell<Vec<Did>>>,
}

impl FakeHost {
    fn did(&self, what: Did) {
        self.log.borrow_mut().push(what);
    }
}

impl Host for FakeHost {
    fn present(&mut self) -> io::Result<()> {
        self.did(Did::Frame);
        Ok(())
    }

    fn set_title(&mut self, _: &str) -> io::Result<()> {
        self.did(Did::Title);
        Ok(())
    }

    fn bell(&mut self) -> io::Result<()> {
        self.did(Did::Bell);
        Ok(())
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        self.did(Did::Copy);
        Ok(())
    }

    fn ask_background(&mut self) -> io::Result<bool> {
        self.did(Did::Ask);
        Ok(true)
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.did(Did::Suspend);
        Ok(())
    }

    fn resume(&mut self) -> io::Result<()> {
        self.did(Did::Resume);
        Ok(())
    }

    fn leave(&mut self, _: Option<&str>) {
        self.did(Did::Leave);
    }
}

/// The other ends of everything that the loop is connected to.
struct Script {
    log: Rc<RefCell<Vec<Did>>>,
    events: Option<mpsc::Sender<io::Result<Stamped>>>,
    signals: mpsc::Sender<Signal>,
    commands: mpsc::Receiver<Command>,
    updates: Option<mpsc::Sender<Update>>,
}

type TestScreen = Screen<TestBackend, FakeHost, ReceiverStream<io::Result<Stamped>>, fn() -> Now>;

fn now() -> Now {
    Now { mono: TokioInstant::now().into_std(), wall: Timestamp::from_millis(1_700_000_000_000) }
}

fn screen(command_capacity: usize) -> (TestScreen, Script) {
    let setup = Setup {
        nick: Nick::new("alice").unwrap(),
        ask_name: false,
        typing: true,
        ports: (4565, 4569),
        version: "0",
        history_cap: 1_000,
        warnings: Vec::new(),
        room: Room::Lobby,
        time_zone: TimeZone::UTC,
        no_color: false,
        background: None,
        plain_view: false,
        clipboard: true,
    };
    let host = FakeHost::default();
    let log = Rc::clone(&host.log);
    let (events_in, events) = mpsc::channel(4_096);
    let (signals_in, signals) = mpsc::channel(8);
    let (commands, commands_out) = mpsc::channel(command_capacity);
    let (updates_in, updates) = mpsc::channel(4_096);
    let screen = Screen {
        terminal: Terminal::new(TestBackend::new(80, 24)).unwrap(),
        host,
        events: ReceiverStream::new(events),
        signals,
        commands,
        updates,
        app: App::new(setup, now()),
        clock: now as fn() -> Now,
    };
    let script =
        Script { log, events: Some(events_in), signals: signals_in, commands: commands_out, updates: Some(updates_in) };
    (screen, script)
}

impl Script {
    fn event(&self, event: Event) {
        let item = Ok(Stamped { event, at: TokioInstant::now().into_std() });
        self.events.as_ref().unwrap().try_send(item).unwrap();
    }

    fn key(&self, code: KeyCode, modifiers: KeyModifiers) {
        self.event(Event::Key(KeyEvent::new(code, modifiers)));
    }

    fn text(&self, text: &str) {
        for c in text.chars() {
            self.key(KeyCode::Char(c), KeyModifiers::NONE);
        }
    }

    fn line(&self, text: &str) {
        self.text(text);
        self.key(KeyCode::Enter, KeyModifiers::NONE);
    }

    fn quit_key(&self) {
        self.key(KeyCode::Char('q'), KeyModifiers::CONTROL);
    }

    fn update(&self, number: u32) {
        let message = Message {
            id: MessageId(u128::from(number).to_be_bytes()),
            room: Room::Lobby,
            author: Author::Peer(PeerId::Guest(([127, 0, 0, 1], 4566).into())),
            nick: Some(Nick::new("bob").unwrap()),
            repute: Repute::of(Trust::Guest),
            text: Text::new(&format!("line {number}")).unwrap(),
            action: false,
            sent_at: Timestamp::from_millis(1_700_000_000_000),
            delivery: Delivery::Sent,
            position: Position::unlogged(Hlc(u64::from(number)), MessageId(u128::from(number).to_be_bytes())),
            history: false,
            mark: Mark::None,
            kind: MessageKind::Said,
            again: None,
        };
        self.updates.as_ref().unwrap().try_send(Update::Message(message)).unwrap();
    }

    fn count(&self, what: Did) -> usize {
        self.log.borrow().iter().filter(|did| **did == what).count()
    }

    /// How many frames are drawn by the time the loop has nothing left to do for now.
    async fn frames(&self) -> usize {
        // Far more turns than any backlog here takes; time stands still meanwhile.
        for _ in 0..200 {
            yield_now().await;
        }
        self.count(Did::Frame)
    }

    /// Ends the node, as it does after `Command::Quit`.
    fn stop_node(&mut self) {
        self.updates = None;
    }
}

/// Runs the loop until it ends and the script has been played.
async fn play<T>(screen: TestScreen, script: impl Future<Output = T>) -> (Result<Exit, ScreenError>, T) {
    tokio::join!(screen.run(), script)
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_and_quitting_never_wait_for_the_node() {
    let (screen, mut script) = screen(8);
    let (exit, ()) = play(screen, async {
        assert_eq!(script.frames().await, 1);
        assert_eq!(
            script.log.borrow().iter().filter(|did| **did != Did::Title).copied().collect::<Vec<_>>(),
            [Did::Frame, Did::Ask]
        );
        script.quit_key();
        assert_eq!(script.commands.recv().await, Some(Command::Quit));
        script.frames().await;
        assert_eq!(
            script.log.borrow().last(),
            Some(&Did::Leave),
            "the user is back in the shell before the node stopped"
        );
        script.stop_node();
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Quit);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_keeps_running_is_abandoned_after_a_second() {
    let (screen, script) = screen(8);
    let begin = TokioInstant::now();
    let (exit, ()) = play(screen, async {
        script.quit_key();
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Quit);
    assert_eq!(begin.elapsed().as_millis(), NODE_STOP_TIME.as_millis());
    drop(script);
}

#[tokio::test(start_paused = true)]
async fn keys_draw_at_once_and_updates_thirty_times_a_second() {
    let (screen, mut script) = screen(8);
    play(screen, async {
        assert_eq!(script.frames().await, 1);
        tokio::time::sleep(Duration::from_millis(500)).await;
        let quiet = script.frames().await;
        script.update(0);
        assert_eq!(script.frames().await, quiet + 1, "the first update after quiet draws at once");
        for number in 1..1_000 {
            script.update(number);
        }
        assert_eq!(script.frames().await, quiet + 1, "a frame is not due yet");
        tokio::time::sleep(Duration::from_millis(40)).await;
        assert_eq!(script.frames().await, quiet + 2, "a thousand updates make one frame");
        script.text("x");
        assert_eq!(script.frames().await, quiet + 3, "a key waits for no frame");
        script.text("y");
        assert_eq!(script.frames().await, quiet + 4);
        script.quit_key();
        script.stop_node();
    })
    .await
    .0
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_overtakes_a_flood_of_updates() {
    let (screen, mut script) = screen(8);
    play(screen, async {
        script.frames().await;
        for number in 0..4_096 {
            script.update(number);
        }
        script.line("hello");
        while script.commands.is_empty() {
            yield_now().await;
        }
        let free = script.updates.as_ref().unwrap().capacity();
        assert!(free < 4_096, "the line was sent only after all updates were taken in");
        script.quit_key();
        script.stop_node();
    })
    .await
    .0
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_full_command_channel_refuses_instead_of_waiting() {
    let (screen, mut script) = screen(1);
    play(screen, async {
        script.line("one");
        script.line("two");
        script.text(" and more");
        script.frames().await;
        assert!(matches!(script.commands.try_recv(), Ok(Command::Say { text, .. }) if text.as_str() == "one"));
        script.key(KeyCode::Enter, KeyModifiers::NONE);
        script.frames().await;
        let again = script.commands.try_recv();
        assert!(matches!(&again, Ok(Command::Say { text, .. }) if text.as_str() == "two and more"), "{again:?}");
        script.quit_key();
        script.stop_node();
    })
    .await
    .0
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_single_arrow_becomes_a_key_after_its_time() {
    let (screen, mut script) = screen(8);
    play(screen, async {
        script.line("said before");
        script.frames().await;
        script.key(KeyCode::Up, KeyModifiers::NONE);
        tokio::time::sleep(Duration::from_millis(10)).await;
        script.key(KeyCode::Enter, KeyModifiers::NONE);
        script.frames().await;
        for _ in 0..2 {
            let said = script.commands.try_recv();
            assert!(matches!(&said, Ok(Command::Say { text, .. }) if text.as_str() == "said before"), "{said:?}");
        }
        script.quit_key();
        script.stop_node();
    })
    .await
    .0
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn signals_end_the_screen_and_stop_the_node() {
    for (signal, exit, code) in [
        (Signal::Interrupt, Exit::Interrupted, 130),
        (Signal::Terminate, Exit::Terminated, 0),
        (Signal::HangUp, Exit::HungUp, 0),
        (Signal::Panicked, Exit::Panicked, 1),
    ] {
        let (screen, mut script) = screen(8);
        let (ended, ()) = play(screen, async {
            script.signals.try_send(signal).unwrap();
            assert_eq!(script.commands.recv().await, Some(Command::Quit));
            assert_eq!(script.count(Did::Leave), 1);
            script.stop_node();
        })
        .await;
        assert_eq!(ended.unwrap(), exit);
        assert_eq!(exit.code(), code);
    }
}

#[tokio::test(start_paused = true)]
async fn quitting_reaches_a_node_stuck_on_full_channels() {
    let (screen, mut script) = screen(1);
    let begin = TokioInstant::now();
    let (exit, ()) = play(screen, async {
        script.line("fills the channel");
        script.frames().await;
        script.signals.try_send(Signal::Terminate).unwrap();
        script.frames().await;
        // The node is stuck until its updates are read, and only then takes commands.
        for number in 0..5_000 {
            let update = Update::NickSet(Nick::new(&format!("n{number}")).unwrap());
            script.updates.as_ref().unwrap().send(update).await.unwrap();
        }
        assert!(matches!(script.commands.recv().await, Some(Command::Say { .. })));
        assert_eq!(script.commands.recv().await, Some(Command::Quit));
        script.stop_node();
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Terminated);
    assert!(begin.elapsed() < NODE_STOP_TIME);
}

#[tokio::test(start_paused = true)]
async fn a_lost_keyboard_ends_the_screen() {
    let (lost, mut script) = screen(8);
    let (exit, ()) = play(lost, async {
        script.events = None;
        script.frames().await;
        script.stop_node();
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::HungUp);

    let (broken, mut script) = screen(8);
    let (exit, ()) = play(broken, async {
        script.events.as_ref().unwrap().try_send(Err(io::ErrorKind::BrokenPipe.into())).unwrap();
        script.frames().await;
        script.stop_node();
    })
    .await;
    assert!(matches!(exit, Err(ScreenError::Read(_))), "{exit:?}");
    assert_eq!(script.commands.recv().await, Some(Command::Quit), "the node is told all the same");
}

#[tokio::test(start_paused = true)]
async fn suspending_redraws_everything() {
    let (screen, mut script) = screen(8);
    play(screen, async {
        let before = script.frames().await;
        script.key(KeyCode::Char('z'), KeyModifiers::CONTROL);
        assert!(script.frames().await > before);
        assert_eq!(script.count(Did::Suspend), 1);
        let before = script.frames().await;
        script.signals.try_send(Signal::Continued).unwrap();
        assert!(script.frames().await > before);
        assert_eq!(script.count(Did::Resume), 1);
        script.quit_key();
        script.stop_node();
    })
    .await
    .0
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_node_the_screen_stays_and_leaves_at_once() {
    let (screen, mut script) = screen(8);
    let begin = TokioInstant::now();
    let (exit, ()) = play(screen, async {
        let before = script.frames().await;
        script.stop_node();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let after = script.frames().await;
        assert!(after > before, "that the node is gone is not shown");
        assert!(after < before + 5, "the closed channel keeps the loop busy");
        script.text("x");
        assert!(script.frames().await > after);
        script.quit_key();
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Quit);
    assert!(begin.elapsed() < NODE_STOP_TIME);
}

#[tokio::test(start_paused = true)]
async fn changes_caused_by_time_alone_are_drawn() {
    let (screen, mut script) = screen(8);
    let (exit, ()) = play(screen, async {
        let peer = PeerId::Node(NodeId::new([1; 32]));
        let updates = script.updates.clone().unwrap();
        let addr = ([127, 0, 0, 1], 4566).into();
        let software = Software::Ours { version: "0".into() };
        let bob = Peer { id: peer, nick: None, addr, software, repute: Repute::of(Trust::Known) };
        updates.try_send(Update::PeerJoined(bob)).unwrap();
        updates.try_send(Update::PeerPresence { peer, presence: Presence::Here, typing: true }).unwrap();
        sleep(Duration::from_millis(5_900)).await;
        let typing = script.frames().await;
        // As soon as nobody types any longer, and no sooner.
        sleep(Duration::from_millis(200)).await;
        assert_eq!(script.frames().await, typing + 1);
        sleep(Duration::from_mins(10)).await;
        assert_eq!(script.frames().await, typing + 1, "who is here changes nothing");
        updates.try_send(Update::PeerLeft { peer, reason: LeaveReason::Closed }).unwrap();
        sleep(Duration::from_secs(5)).await;
        let left = script.frames().await;
        sleep(Duration::from_secs(10)).await;
        assert_eq!(script.frames().await, left + 1, "10s ago");
        script.quit_key();
        script.stop_node();
        drop(updates);
    })
    .await;
    assert_eq!(exit.unwrap(), Exit::Quit);
}

#[tokio::test(start_paused = true)]
async fn an_idle_screen_draws_nothing() {
    let (screen, mut script) = screen(8);
    play(screen, async {
        script.frames().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let before = script.frames().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(script.frames().await, before);
        script.quit_key();
        script.stop_node();
    })
    .await
    .0
    .unwrap();
}
