//! A node that moves while it runs.

use super::*;
use crate::{
    core::log::storage::{Reply, Request, Write},
    domain::bus::{Failure, Stale},
    runtime::io::Net as _,
};

/// A node that can be moved, and the ends of its channels.
struct Mover {
    place: watch::Sender<DesiredNetwork>,
    commands: mpsc::Sender<Command>,
    updates: mpsc::Receiver<Update>,
    run: tokio::task::JoinHandle<Option<Moved>>,
}

fn open_site(ip: [u8; 4]) -> ListenPlan {
    ListenPlan::fixed(ip.into(), vec!["10.0.0.0/24".parse().unwrap()], &[])
}

async fn begin(net: &MemoryNet, site: ListenPlan) -> Mover {
    begin_with(net, site, |settings| settings).await
}

async fn begin_with(net: &MemoryNet, site: ListenPlan, change: impl FnOnce(Settings) -> Settings) -> Mover {
    let (commands, commands_out) = mpsc::channel(COMMAND_CAPACITY);
    let (updates_in, updates) = mpsc::channel(UPDATE_CAPACITY);
    let (place, place_out) = watch::channel(DesiredNetwork::fixed(site, Network::loopback()));
    let settings = change(Settings { desired: place_out, ..settings("alice", 1) });
    let actor = Actor::start(net.clone(), settings, commands_out, updates_in, CancellationToken::new()).await.unwrap();
    Mover { place, commands, updates, run: tokio::spawn(actor.run()) }
}

#[tokio::test(start_paused = true)]
async fn a_moved_node_remembers_its_port_if_it_is_taken() {
    let net = MemoryNet::default();
    let alice = begin(&net, open_site([10, 0, 0, 5])).await;
    let _other = net.bind(([127, 0, 0, 1], 4_565).into()).await.unwrap();
    alice.place.send_replace(DesiredNetwork::fixed(site(), Network::loopback()));
    let moved = tokio::time::timeout(Duration::from_mins(1), alice.run).await.unwrap().unwrap().unwrap();
    assert_eq!(moved.carried.port, 4_565);
    drop((alice.commands, alice.updates));
}

#[tokio::test(start_paused = true)]
async fn commands_for_another_network_are_refused_here() {
    let net = MemoryNet::default();
    let mut alice = begin(&net, site()).await;
    let office = Network::new("office").ok();
    let say = |text: &str, network: Option<Network>| {
        let text = Text::new(text).unwrap();
        Command::Say { room: Room::Lobby, text, action: false, network }
    };
    alice.commands.send(say("for the office", office.clone())).await.unwrap();
    alice.commands.send(Command::Erase { room: Room::Lobby, network: office }).await.unwrap();
    let mut refused = Vec::new();
    while refused.len() < 2 {
        match alice.updates.recv().await.unwrap() {
            Update::Failed(Failure::Moved(stale)) => refused.push(stale),
            Update::Message(message) => panic!("{message:?}"),
            _ => {}
        }
    }
    assert_eq!(refused, [Stale::Line(Text::new("for the office").unwrap()), Stale::Erase]);
    alice.commands.send(say("hello, café", Some(Network::loopback()))).await.unwrap();
    let said = loop {
        if let Update::Message(message) = alice.updates.recv().await.unwrap() {
            break message.text.to_string();
        }
    };
    assert_eq!(said, "hello, café");
    drop((alice.place, alice.run));
}

#[tokio::test(start_paused = true)]
async fn lines_said_before_a_move_are_written_first() {
    let net = MemoryNet::default();
    let (requests, mut disk) = mpsc::channel(16);
    let (answers, answers_out) = mpsc::channel(16);
    let alice = begin_with(&net, site(), |settings| Settings {
        store: Store::passing_to(requests),
        answers: answers_out,
        ..settings
    })
    .await;
    for text in ["one", "two"] {
        let text = Text::new(text).unwrap();
        alice.commands.send(Command::Say { room: Room::Lobby, text, action: false, network: None }).await.unwrap();
    }
    let mut written = 0;
    while written < 2 {
        let (ticket, request) = disk.recv().await.expect("the second line was dropped");
        if let Request::Write(writes) = request {
            let lines = writes.iter().filter(|write| matches!(write, Write::Event(_))).count();
            written += lines;
            if lines > 0 {
                alice.place.send_replace(DesiredNetwork::fixed(site(), Network::new("cafe").unwrap()));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            answers.send(Answer { ticket, reply: Ok(Reply::Written) }).await.unwrap();
        }
    }
    assert!(alice.run.await.unwrap().is_some());
}
