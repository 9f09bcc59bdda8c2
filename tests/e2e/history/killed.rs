//! SIGKILL at random moments, while lines are written.

use std::{collections::HashMap, io::Write, time::Duration};

use serde_json::Value;

use super::{assert_same, few};
use crate::support::{Node, Ports, Setup, seconds, until, until_passed};

/// Lines written to the standard input of the node that will be killed: more than it can commit before that.
const BURST: usize = 20_000;

/// The longest time between the first line of a round, or its start, and the kill.
const LONGEST: Duration = Duration::from_millis(60);

/// In one round of this many, alice is killed whatever she is doing, perhaps before she has said anything.
const BLIND: usize = 4;

/// An own line that the node reported as being on disk.
fn acknowledged(event: &Value) -> Option<(String, String)> {
    let text = |key: &str| event[key].as_str().map(str::to_owned);
    if event["event"] == "message" && event["own"] == true && event["history"] == false {
        Some((text("id")?, text("text")?))
    } else {
        None
    }
}

/// Kills and restarts alice again and again while she talks. Bob is there all the time; carol comes at the end.
fn kill(rounds: usize) {
    let ports = Ports::take();
    let bob = Node::listening("bob", few(&ports));
    let mut alice = Node::start(&Setup::new("alice", few(&ports)));
    let mut sure: HashMap<String, String> = HashMap::new();
    let (mut most, mut linked) = (0, 0);
    for round in 0..rounds {
        let blind = round % BLIND == BLIND - 1;
        // Apart from that, she is linked in two of three rounds; in the third her lines wait.
        if !blind && round % 3 != 0 {
            alice.wait_peers(1);
            linked += 1;
        }
        let burst: Vec<String> = (0..BURST).map(|n| format!("round {round} line {n}\n")).collect();
        let mut stdin = alice.take_input();
        let writer = std::thread::spawn(move || stdin.write_all(burst.concat().as_bytes()));
        if !blind {
            alice.wait("her first line", seconds(60), |events| events.iter().find_map(acknowledged));
        }
        until_passed(LONGEST.mul_f64(fastrand::f64()));
        alice.kill();
        let _ = writer.join().unwrap();
        alice.wait_output();
        let lines = alice.all(acknowledged);
        most = most.max(lines.len());
        assert!(lines.len() < BURST, "round {round}: all was said before the end");
        for (id, text) in lines {
            let before = sure.insert(id.clone(), text);
            assert_eq!(before, None, "round {round}: {id} is two lines");
        }
        alice = alice.start_again();
    }
    println!(
        "killed {rounds} times, {linked} times while linked; {} lines were on disk, {most} at most in one round",
        sure.len()
    );
    alice.wait_peer(&bob.id());
    alice.say("the end");
    let id = alice.wait_own("the end");
    alice.wait_delivered(&id, 1, 1);
    bob.wait_text("the end");

    let history = alice.history();
    let mut ids = HashMap::new();
    let mut texts = HashMap::new();
    for line in &history {
        let (id, text) = (line["id"].as_str().unwrap(), line["text"].as_str().unwrap());
        assert_eq!(ids.insert(id, text), None, "{id} is there twice");
        assert_eq!(texts.insert(text, id), None, "{text:?} is there twice");
    }
    let lost: Vec<_> = sure.iter().filter(|(id, text)| ids.get(id.as_str()) != Some(&text.as_str())).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lines that were said to be on disk are lost or changed: {lost:?}",
        lost.len(),
        sure.len()
    );
    // Lines on disk that were not acknowledged: at most what each round had on its way.
    println!("{} more lines are there than were told of", history.len() - 1 - sure.len());

    until("all of it at bob", seconds(60), || (bob.history().len() == history.len()).then_some(()));
    assert_same(&[&alice, &bob]);
    for (id, text) in bob.all(|e| Some((e["id"].as_str()?.to_owned(), e["text"].as_str()?.to_owned()))) {
        assert_eq!(ids.get(id.as_str()), Some(&text.as_str()), "{id}: bob was shown another line");
    }
    for node in [&alice, &bob] {
        let told = node
            .all(|e| ["forked", "new_log", "history_damaged"].iter().any(|code| e["code"] == *code).then(|| e.clone()));
        assert!(told.is_empty(), "{}: {told:?}", node.nick);
    }
    let carol = Node::listening("carol", few(&ports));
    until("all of it at carol", seconds(60), || (carol.history().len() == history.len()).then_some(()));
    assert_same(&[&alice, &carol]);
}

#[test]
fn lines_on_disk_survive_three_kills() {
    kill(3);
}

#[test]
#[ignore = "long: fifty starts"]
fn lines_on_disk_survive_fifty_kills() {
    kill(50);
}
