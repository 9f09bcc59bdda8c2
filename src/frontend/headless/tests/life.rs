//! The threads: order, back-pressure, and every way to end.

use std::{
    future::pending,
    io::PipeWriter,
    time::{Duration, Instant},
};

use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{
    super::{
        Answer, HeadlessError, Outcome, Stop, output,
        progress::LINGER,
        queue::{MOST, Queue},
        run,
        shared::Shared,
        startup_delay::{LONGEST, SETTLING, startup_delay},
    },
    *,
};
use crate::domain::{
    bus::{Command, Lack, RequestId, RoomView, SweepProgress, SweepState, Update},
    model::{LeaveReason, Presence, PrivateRoom, Room, RoomId, RoomName, Target},
};

/// Longer than any of this takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The usual options for JSON, changed.
fn with_form(change: impl FnOnce(&mut Form)) -> Options {
    let mut options = options(true);
    change(&mut options.form);
    options
}

/// A front end between pipes, and the node's ends of its channels.
struct Front {
    input: Option<PipeWriter>,
    writing: Option<std::thread::JoinHandle<()>>,
    output: Sink,
    commands: mpsc::Receiver<Command>,
    updates: Option<mpsc::Sender<Update>>,
    ended: JoinHandle<Result<Outcome, HeadlessError>>,
}

impl Front {
    fn start(output: Sink, stop: impl Future<Output = Stop> + Send + 'static) -> Self {
        Self::speaking_in(Room::Lobby, output, stop)
    }

    fn speaking_in(room: Room, output: Sink, stop: impl Future<Output = Stop> + Send + 'static) -> Self {
        Self::with(Options { room, ..options(true) }, output, stop)
    }

    fn with(options: Options, output: Sink, stop: impl Future<Output = Stop> + Send + 'static) -> Self {
        let (read, input) = io::pipe().unwrap();
        let (commands, command_receiver) = mpsc::channel(4);
        let (updates, update_receiver) = mpsc::channel(4);
        let ended = tokio::spawn(run(read, output.clone(), options, commands, update_receiver, stop));
        Self { input: Some(input), writing: None, output, commands: command_receiver, updates: Some(updates), ended }
    }

    /// Reports the state of the first sweep.
    async fn sweep(&self, state: SweepState) {
        let (took, left) = (Duration::from_millis(12), Duration::ZERO);
        self.update(Update::Sweep(SweepProgress { state, probed: 4, total: 4, found: 1, took, left })).await;
    }

    /// Writes from a thread: a full pipe must not block this runtime, which reads it.
    fn write(&mut self, lines: impl AsRef<[u8]>) {
        let (mut input, lines) = (self.input.as_ref().unwrap().try_clone().unwrap(), lines.as_ref().to_vec());
        let before = self.writing.take();
        self.writing = Some(std::thread::spawn(move || {
            before.map(std::thread::JoinHandle::join);
            input.write_all(&lines).unwrap();
        }));
    }

    /// The next command, without its number.
    async fn command(&mut self) -> Command {
        timeout(PATIENCE, self.commands.recv()).await.expect("in time").expect("a command").unnumbered().1
    }

    async fn update(&self, update: Update) {
        timeout(PATIENCE, self.updates.as_ref().unwrap().send(update)).await.expect("space").unwrap();
    }

    async fn printed(&self, part: &str) {
        timeout(PATIENCE, async {
            while !self.output.text().contains(part) {
                sleep(Duration::from_millis(1)).await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("no {part} in {}", self.output.text()));
    }

    /// What a node does after [`Command::Quit`].
    async fn end(mut self) -> (Result<Outcome, HeadlessError>, String) {
        self.updates = None;
        let outcome = timeout(PATIENCE, self.ended).await.expect("an end").unwrap();
        (outcome, self.output.text())
    }
}

fn say(text: &str, action: bool) -> Command {
    Command::Say { room: Room::Lobby, text: Text::new(text).unwrap(), action, network: None }
}

#[tokio::test]
async fn lines_become_commands_in_order_and_quit_ends_it() {
    let mut front = Front::start(Sink::new(), pending());
    front.sweep(SweepState::Done).await;
    front.write("hello big world\r\n\n  \t \n//who\n/me waves\nbad \u{1b}[2J\n");
    front.write(b"not \xff utf-8\n/nick  rob\n/connect [::1]:4565\n/rescan\n/lan on\n/lan off\n/quit\nnever read\n");
    for expected in [
        say("hello big world", false),
        say("/who", false),
        say("waves", true),
        say("bad ", false),
        say("not \u{FFFD} utf-8", false),
        Command::SetNick(nick("rob")),
        Command::Connect(Target::parse("[::1]:4565").unwrap()),
        Command::Rescan,
        Command::Open(true),
        Command::Open(false),
    ] {
        assert_eq!(front.command().await, expected);
    }
    for text in ["hello big world", "/who", "waves", "bad ", "not \u{FFFD} utf-8"] {
        front.update(Update::Message(own(text, Delivery::Sent))).await;
    }
    assert_eq!(front.command().await, Command::Quit);
    front.update(Update::Message(message("the last word"))).await;
    let (outcome, output) = front.end().await;
    assert_eq!(outcome.unwrap(), Outcome::Quit);
    assert!(output.contains("the last word"));
    assert!(!output.contains("error"), "{output}");
}

#[tokio::test]
async fn the_first_line_waits_for_the_first_sweep_and_dials() {
    let mut front = Front::start(Sink::new(), pending());
    front.write("hello\n");
    front.sweep(SweepState::Running).await;
    // Any time below the longest wait will do. Without the delay the line would arrive at once.
    assert!(timeout(LONGEST / 8, front.commands.recv()).await.is_err(), "it did not wait for the sweep");
    let swept = Instant::now();
    front.sweep(SweepState::Done).await;
    assert_eq!(front.command().await, say("hello", false));
    assert!(swept.elapsed() >= SETTLING, "it did not wait for the dials");
    // Later sweeps delay nothing.
    front.sweep(SweepState::Running).await;
    front.write("again\n");
    assert_eq!(front.command().await, say("again", false));
}

#[tokio::test]
async fn the_first_line_does_not_wait_for_ever() {
    let began = Instant::now();
    let mut front = Front::start(Sink::new(), pending());
    front.write("hello\n");
    front.sweep(SweepState::Running).await;
    assert_eq!(front.command().await, say("hello", false));
    assert!(began.elapsed() >= LONGEST, "it waited for {:?} only", began.elapsed());
}

#[tokio::test]
async fn unsendable_lines_are_errors_and_the_rest_is_sent() {
    let mut front = Front::start(Sink::new(), pending());
    front.sweep(SweepState::Done).await;
    let long = "x".repeat(70_112);
    let action = "x".repeat(65_537);
    front.write(format!(
        "/jion\n/c\n/connect printer\n/nick a:b\n/quit it\n/lan\n/lan x\n{long}\n/me {action}\nstill here\n"
    ));
    let full = "x".repeat(65_536);
    front.write(format!("/me {full}\n"));
    assert_eq!(front.command().await, say("still here", false));
    assert_eq!(front.command().await, say(&full, true));
    for part in [
        r#"{"event":"error","code":"unknown_command","text":"Unknown command /jion. "#,
        r#"{"event":"error","code":"ambiguous_command","text":"/c is ambiguous: /clear, /connect, /copy or /create?"}"#,
        r#"{"event":"error","code":"address","text":"That is not an IP address. "#,
        r#"{"event":"error","code":"nick","text":"A name cannot contain ':'. "#,
        r#"{"event":"error","code":"usage","text":"Type /lan on or /lan off. "#,
        r#"{"event":"error","code":"usage","text":"Invalid argument for /lan. "#,
        r#"{"event":"error","code":"usage","text":"/quit takes no argument. "#,
        r#"{"event":"error","code":"too_long","text":"Message too long: 70,112 of 65,536 bytes. Shorten it."}"#,
        r#"{"event":"error","code":"too_long","text":"Message too long: 65,537 of 65,536 bytes. Shorten it."}"#,
    ] {
        front.printed(part).await;
    }
}

#[tokio::test]
async fn without_commands_every_line_is_a_message() {
    let mut front = Front::with(with_form(|form| form.commands = false), Sink::new(), pending());
    front.sweep(SweepState::Done).await;
    front.write("/erase yes\n/usr/bin/ld: cannot find -lfoo\n//x\n \n\u{1b}[31m/quit\u{1b}[0m\tnow\n/me waves\n");
    for text in ["/erase yes", "/usr/bin/ld: cannot find -lfoo", "//x", "/quit\tnow", "/me waves"] {
        assert_eq!(front.command().await, say(text, false));
    }
    assert!(!front.output.text().contains("error"), "{}", front.output.text());
}

#[tokio::test]
async fn the_end_of_the_input_ends_the_program() {
    for (after, code) in
        [(said(1, Delivery::Sent), 0), (said(1, Delivery::Waiting), 4), (said(1, Delivery::NotSent), 3)]
    {
        let mut front = Front::with(with_form(|form| form.stay = false), Sink::new(), pending());
        front.sweep(SweepState::Done).await;
        // Without a line feed.
        front.write("one");
        front.input = None;
        assert_eq!(front.command().await, say("one", false));
        front.update(after).await;
        assert_eq!(front.command().await, Command::Quit);
        assert_eq!(front.end().await.0.unwrap().exit_code(), code);
    }
}

#[tokio::test]
async fn the_end_of_the_input_can_leave_the_node_running() {
    let mut front = Front::start(Sink::new(), pending());
    front.sweep(SweepState::Done).await;
    front.write("no line feed");
    front.input = None;
    assert_eq!(front.command().await, say("no line feed", false));
    // The reader ends about now. That must end neither the front end nor the node's command channel.
    for word in ["one", "two"] {
        front.update(Update::Message(message(word))).await;
        front.printed(word).await;
    }
    assert!(!front.ended.is_finished());
    assert!(front.commands.try_recv().is_err_and(|error| error == mpsc::error::TryRecvError::Empty));
    let (outcome, _) = front.end().await;
    assert_eq!(outcome.unwrap(), Outcome::NodeEnded);
}

#[tokio::test]
async fn lines_are_printed_at_once_and_bursts_in_order() {
    let front = Front::start(Sink::new(), pending());
    front.update(Update::Message(message("alone"))).await;
    front.printed("alone").await;
    for number in 0..10_000 {
        front.update(Update::Message(message(&format!("line {number}.")))).await;
    }
    let (_, output) = front.end().await;
    let lines: Vec<_> = output.lines().skip(1).collect();
    assert_eq!(lines.len(), 10_000);
    for (number, line) in lines.iter().enumerate() {
        assert!(line.contains(&format!("\"line {number}.\"")), "{line}");
    }
}

#[tokio::test]
async fn an_answer_comes_before_what_later_lines_cause() {
    let runtime = tokio::runtime::Handle::current();
    // Things that are ready at the same time come in any order unless the code orders them.
    for _ in 0..20 {
        let (answer, answers) = mpsc::channel(1);
        let (update, updates) = mpsc::channel(2);
        update.try_send(Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') }).unwrap();
        // As for "/version" and "/nick zoe".
        answer.try_send((None, Answer::Version)).unwrap();
        update.try_send(Update::NickSet(nick("zoe"))).unwrap();
        drop((answer, update));
        let (sink, runtime) = (Sink::new(), runtime.clone());
        let output = sink.clone();
        let printing = move || {
            let (watch, queue) = (startup_delay().0, Queue::default());
            let writing = queue.clone();
            let writer = std::thread::spawn(move || writing.write_to(output));
            output::run(&runtime, &queue, options(false), updates, answers, &watch, &Shared::new(Room::Lobby)).unwrap();
            writer.join()
        };
        tokio::task::spawn_blocking(printing).await.unwrap().unwrap();
        let text = sink.text();
        assert!(text.find("proximity-chat").unwrap() < text.find("Your name is now zoe.").unwrap(), "{text}");
    }
}

#[tokio::test]
async fn a_busy_node_makes_the_input_wait() {
    let mut front = Front::start(Sink::new(), pending());
    front.sweep(SweepState::Done).await;
    let mut input = front.input.take().unwrap();
    // Far more than the channel (4), the reader's buffer (8 KiB) and a pipe (64 KiB) can hold.
    let line = [b"x".repeat(999), b"\n".to_vec()].concat();
    let writer = std::thread::spawn(move || (0..500).for_each(|_| input.write_all(&line).unwrap()));
    front.command().await;
    assert!(!writer.is_finished(), "the input was swallowed");
    for _ in 1..500 {
        assert_eq!(front.command().await, say(&"x".repeat(999), false));
    }
    writer.join().unwrap();
}

#[tokio::test]
async fn signals_say_good_bye_and_print_what_arrives_until_then() {
    for (stop, code) in [(Stop::Interrupt, 130), (Stop::Terminate, 0)] {
        let mut front = Front::start(Sink::new(), async move { stop });
        assert_eq!(front.command().await, Command::Quit);
        front.update(Update::Message(message("good-bye"))).await;
        let (outcome, output) = front.end().await;
        assert_eq!(outcome.unwrap(), Outcome::Stopped(stop));
        assert_eq!(Outcome::Stopped(stop).exit_code(), code);
        assert!(output.contains("good-bye"));
    }
}

#[tokio::test]
async fn a_signal_ends_it_even_if_the_node_hangs() {
    let front = Front::start(Sink::new(), async { Stop::Interrupt });
    // The node keeps its end of the updates open.
    let outcome = front.ended.await.unwrap();
    assert_eq!(outcome.unwrap(), Outcome::Stopped(Stop::Interrupt));
    assert!(front.updates.is_some_and(|updates| !updates.is_closed()));
}

#[tokio::test]
async fn a_reader_that_stops_misses_lines_and_is_told() {
    let (reader, stopped) = std::sync::mpsc::sync_channel(0);
    let output = Sink { stopped: Some(Arc::new(Mutex::new(stopped))), ..Sink::new() };
    let front = Front::start(output, pending());
    front.update(Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') }).await;
    // Three times what waits for a reader. The node never waits.
    let (text, all) = ("x".repeat(10_000), 3 * MOST / 10_000);
    for _ in 0..all {
        front.update(Update::Message(message(&text))).await;
    }
    drop(reader);
    // No further update is needed for that.
    front.printed(r#"{"event":"gap","#).await;
    front.update(Update::Message(message("the end"))).await;
    let (_, output) = front.end().await;
    schema::in_contract(&output);
    let events = output.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let (gaps, others): (Vec<_>, Vec<_>) = events.partition(|event| event["event"] == "gap");
    let missed: u64 = gaps.iter().filter_map(|gap| gap["messages"].as_u64()).sum();
    let read = others.iter().filter(|event| event["event"] == "message").count();
    assert_eq!(read as u64 + missed, all as u64 + 1);
    assert!(missed > all as u64 / 2, "{missed}");
}

#[tokio::test]
async fn a_stalled_reader_does_not_hold_up_a_signal() {
    let (reader, stopped) = std::sync::mpsc::sync_channel(0);
    let output = Sink { stopped: Some(Arc::new(Mutex::new(stopped))), ..Sink::new() };
    let mut front = Front::start(output, async { Stop::Interrupt });
    assert_eq!(front.command().await, Command::Quit);
    let outcome = timeout(PATIENCE, front.ended).await.expect("an end").unwrap();
    assert_eq!(outcome.unwrap(), Outcome::Stopped(Stop::Interrupt));
    drop(reader);
}

#[tokio::test]
async fn a_closed_pipe_ends_it_quietly_unlike_a_full_disk() {
    for (error, quiet) in [(io::ErrorKind::BrokenPipe, true), (io::ErrorKind::StorageFull, false)] {
        let mut front = Front::start(Sink { full: Some((1, error)), ..Sink::new() }, pending());
        front.update(Update::Message(message("one"))).await;
        front.printed("one").await;
        front.update(Update::Message(message("two"))).await;
        assert_eq!(front.command().await, Command::Quit);
        let (outcome, _) = front.end().await;
        match outcome {
            Ok(outcome) => assert!(quiet && outcome == Outcome::OutputClosed && outcome.exit_code() == 0),
            Err(error) => assert!(!quiet && error.to_string().starts_with("Cannot write the output: ")),
        }
    }
}

/// Says two lines and leaves. `after` is what the node does with them; `at_once` says whether it is told to quit at
/// once.
async fn leaves(after: impl AsyncFnOnce(&Front), at_once: bool) -> Outcome {
    let mut front = Front::start(Sink::new(), pending());
    front.sweep(SweepState::Done).await;
    front.write("one\ntwo\n/quit\nnever read\n");
    assert_eq!(front.command().await, say("one", false));
    assert_eq!(front.command().await, say("two", false));
    front.update(said(1, Delivery::Waiting)).await;
    assert!(timeout(LINGER / 25, front.commands.recv()).await.is_err(), "it did not wait for the second line");
    let began = Instant::now();
    after(&front).await;
    assert_eq!(front.command().await, Command::Quit);
    assert_eq!(began.elapsed() < LINGER / 2, at_once, "after {:?}", began.elapsed());
    front.end().await.0.unwrap()
}

/// The first line, or the second.
fn said(id: u8, delivery: Delivery) -> Update {
    let text = if id == 1 { "one" } else { "two" };
    Update::Message(Message { id: MessageId([id; 16]), ..own(text, delivery) })
}

const fn delivery(id: u8, delivered: u32, of: u32) -> Update {
    Update::Delivery { id: MessageId([id; 16]), delivered, of }
}

#[tokio::test]
async fn quitting_waits_until_everyone_here_has_the_newest_line() {
    let outcome = leaves(
        async |front| {
            front.update(Update::PeerJoined(node("bob", 'b', Trust::New))).await;
            front.update(said(2, Delivery::Waiting)).await;
            // The node may follow only the newest lines.
            front.update(delivery(1, 0, 1)).await;
            front.update(delivery(2, 0, 1)).await;
            // News about others is no reason to leave.
            front.update(Update::Message(from_node("hello"))).await;
            front.update(delivery(3, 1, 1)).await;
            front.printed(r#""delivered":1"#).await;
            assert!(!front.ended.is_finished());
            front.update(delivery(2, 1, 1)).await;
        },
        true,
    )
    .await;
    assert_eq!((outcome, outcome.exit_code()), (Outcome::Quit, 0));
}

#[tokio::test]
async fn quitting_alone_waits_for_nobody() {
    // The lines are on disk.
    let alone = leaves(async |front| front.update(said(2, Delivery::Waiting)).await, true).await;
    let left = leaves(
        async |front| {
            let bob = node("bob", 'b', Trust::New);
            front.update(Update::PeerJoined(bob.clone())).await;
            front.update(said(2, Delivery::Waiting)).await;
            front.update(Update::PeerLeft { peer: bob.id, reason: LeaveReason::Closed }).await;
        },
        true,
    )
    .await;
    assert_eq!((alone, left), (Outcome::NobodyThere, Outcome::NobodyThere));
    assert_eq!(alone.exit_code(), 4);
    let lost = leaves(async |front| front.update(said(2, Delivery::NotSent)).await, true).await;
    assert_eq!(lost.exit_code(), 3);
}

#[tokio::test]
async fn quitting_does_not_wait_forever_for_a_lagging_peer() {
    let outcome = leaves(
        async |front| {
            front.update(Update::PeerJoined(node("bob", 'b', Trust::New))).await;
            front.update(said(2, Delivery::Waiting)).await;
        },
        false,
    )
    .await;
    assert_eq!((outcome, outcome.exit_code()), (Outcome::Undelivered, 3));
}

#[tokio::test]
async fn quitting_gives_up_on_strangers_but_not_on_known_people() {
    let lacked = async |front: &Front, trust| {
        front.update(Update::PeerJoined(node("bob", 'b', trust))).await;
        let lacks = |lines| Update::Lacking(vec![Lack { node: key('b'), lines }]);
        front.update(lacks(1)).await;
        front.update(said(2, Delivery::Waiting)).await;
        front.update(lacks(2)).await;
        front.update(delivery(2, 0, 1)).await;
    };
    let silent = leaves(async |front| lacked(front, Trust::New).await, true).await;
    let known = leaves(async |front| lacked(front, Trust::Known).await, false).await;
    assert_eq!((silent.exit_code(), known.exit_code()), (4, 3), "nobody was there who takes lines");
}

#[tokio::test]
async fn quitting_waits_for_lines_of_earlier_runs_too() {
    let mut front = Front::start(Sink::new(), pending());
    front.sweep(SweepState::Done).await;
    front.update(Update::PeerJoined(node("bob", 'b', Trust::New))).await;
    front.update(delivery(7, 0, 1)).await;
    front.printed(r#""delivered":0"#).await;
    front.write("/quit\n");
    assert!(timeout(LINGER / 25, front.commands.recv()).await.is_err(), "it did not wait");
    front.update(delivery(7, 1, 1)).await;
    assert_eq!(front.command().await, Command::Quit);
    assert_eq!(front.end().await.0.unwrap(), Outcome::Quit);
}

#[tokio::test]
async fn lines_go_to_the_room_of_the_settings_joined_first() {
    let dev = Room::named("dev").unwrap();
    let mut front = Front::speaking_in(dev.clone(), Sink::new(), pending());
    front.write("hello\n/part #ops\n/go ops\n");
    assert_eq!(front.command().await, Command::Join { room: dev.clone(), id: None }, "before the first sweep");
    front.sweep(SweepState::Done).await;
    let Command::Say { room, .. } = front.command().await else { panic!("a line to say") };
    assert_eq!(room, dev);
    assert_eq!(front.command().await, Command::Part(Room::named("ops").unwrap()));
    front.printed("There are no tabs in a pipe.").await;
}

#[tokio::test]
async fn a_private_room_is_left_by_name_and_yes() {
    let mut front = Front::start(Sink::new(), pending());
    let private = |digit| Room::Private(PrivateRoom { id: RoomId([digit; 32]), name: RoomName::new("plan").unwrap() });
    let joined = |room| Update::RoomJoined { room, view: RoomView::default(), asked: false };
    front.update(joined(private(0x31))).await;
    front.update(joined(private(0x77))).await;
    front.sweep(SweepState::Done).await;
    front.printed(r##""room":"#plan#7777""##).await;
    front.write("/part plan yes\n/part #plan#31\n/part #plan#9 yes\n/part #plan#31 yes\n/part plans yes\n/quit\n");
    assert_eq!(front.command().await, Command::Part(private(0x31)));
    assert_eq!(front.command().await, Command::Part(Room::named("plans").unwrap()), "the node knows why not");
    assert_eq!(front.command().await, Command::Quit);
    let (_, printed) = front.end().await;
    assert!(printed.contains("Type #plan#31313131 or #plan#77777777."), "{printed}");
    assert!(printed.contains("To leave it, type /part yes or /part ROOM yes"), "{printed}");
    assert!(printed.contains("You are in no private room with that name and id."), "{printed}");
}

#[tokio::test]
async fn lines_go_to_the_private_room_that_was_joined() {
    let dev = Room::named("plan").unwrap();
    let mut front = Front::speaking_in(dev.clone(), Sink::new(), pending());
    assert_eq!(front.command().await, Command::Join { room: dev, id: None });
    let room = Room::Private(PrivateRoom { id: RoomId([0x31; 32]), name: RoomName::new("plan").unwrap() });
    front.update(Update::RoomJoined { room: room.clone(), view: RoomView::default(), asked: true }).await;
    front.sweep(SweepState::Done).await;
    front.printed(r##""room":"#plan""##).await;
    front.write("hi\n/members\n/part\n/part yes\n/quit\n");
    let text = Text::new("hi").unwrap();
    let said = Command::Say { room: room.clone(), text, action: false, network: None };
    assert_eq!(front.command().await, said);
    assert_eq!(front.command().await, Command::ListMembers(room.clone()));
    assert_eq!(front.command().await, Command::Part(room), "with a yes");
}

#[tokio::test]
async fn json_lines_are_commands_whose_answers_repeat_the_reference() {
    let mut front = Front::with(with_form(|form| form.commands = false), Sink::new(), pending());
    front.update(Update::Listening { addr: addr(4565), nick: nick("alice"), node: key('a') }).await;
    front.sweep(SweepState::Done).await;
    let dev = Room::named("dev").unwrap();
    front.write("{\"cmd\":\"say\",\"room\":\"#dev\",\"text\":\"two\\nlines\",\"ref\":7}\n");
    front.write(
        "{\"cmd\":\"say\",\"text\":\"cut\n/quit\n{\"cmd\":\"jion\",\"ref\":\"a\"}\n{\"cmd\":\"version\",\"ref\":8}\n",
    );
    front.write("{\"cmd\":\"back\",\"ref\":9}\n");
    let text = Text::new("two\nlines").unwrap();
    let said = Command::Say { room: dev.clone(), text: text.clone(), action: false, network: None };
    assert_eq!(front.command().await, said);
    assert_eq!(front.command().await, say("/quit", false), "a line without a brace is a message");
    assert_eq!(front.command().await, Command::SetPresence(Presence::Here));
    front.printed(r#"{"event":"error","code":"json","text":"That is no JSON object: EOF"#).await;
    front.printed(r#","ref":"a"}"#).await;
    front.printed(r#"{"event":"notice","code":"version""#).await;
    front.printed(r#","ref":8}"#).await;
    // What was said comes back from the disk, without the number of its command.
    front.update(Update::Message(own("/quit", Delivery::Sent))).await;
    front.update(Update::Message(Message { room: dev, text, ..own("x", Delivery::Sent) })).await;
    front.printed(r#""text":"two\nlines","sent_at":"2026-01-02T03:04:05.678Z","own":true,"#).await;
    front.printed(r#","ref":7}"#).await;
    front.update(Update::PresenceSet(Presence::Here).answering(Some(RequestId(3)))).await;
    front.printed(r#","ref":9}"#).await;
    let (_, printed) = front.end().await;
    schema::in_contract(&printed);
    assert_eq!(printed.matches("\"ref\":").count(), 4, "{printed}");
}
