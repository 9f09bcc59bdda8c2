//! A host's disk, which takes its time, and what is on it.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    rc::Rc,
};

use ed25519_dalek::{Signature, VerifyingKey};
use proximity_chat::{
    core::log::storage::{Ignored, LogState, MAX_REQUESTS, PageRequest, Read, Reply, Request, Snapshot, StoredLine},
    domain::model::{EventId, Hlc, LogId, Network, NodeId, Position, Room, Seek},
    runtime::store::{self, Answer, Backend, Database, Options, Store},
};
use tokio::sync::mpsc;

use crate::{faults::disk_pause, world::World};

/// More than a run ever has of anything.
const ALL: usize = 1_000_000;

/// A line on disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stood {
    pub(crate) position: Position,
    /// Whether it stands where it came, and not where its author's clock says.
    pub(crate) by_arrival: bool,
}

/// Opens a host's history.
pub(crate) fn open(directory: &Path, me: NodeId) -> Result<(Database, Snapshot), String> {
    std::fs::create_dir_all(directory).unwrap();
    let place = Backend::Directory(directory.to_owned());
    let options = Options { place, network: Network::new("simulation").unwrap(), joined: Vec::new(), me };
    let opened = store::open(&options).map_err(|error| error.to_string())?;
    match opened.recovered {
        None => Ok((opened.database, opened.snapshot)),
        Some(recovered) => Err(format!("{me:?}'s history was damaged: {recovered:?}")),
    }
}

/// A store whose disk works as long as the host runs: what was not committed when it crashes is gone.
pub(crate) fn run(mut database: Database, seed: u64, world: Rc<World>, node: usize) -> (Store, mpsc::Receiver<Answer>) {
    let (requests_in, mut requests) = mpsc::channel(MAX_REQUESTS);
    let (answers_in, answers) = mpsc::channel(MAX_REQUESTS);
    let mut random = fastrand::Rng::with_seed(seed);
    tokio::task::spawn_local(async move {
        // As in the real store, what makes room waits until nobody asks for anything else.
        let mut later = VecDeque::new();
        while let Some((ticket, request)) = next(&mut requests, &mut later).await {
            pause(&mut random).await;
            let taken = if let Request::Write(writes) = &request { world.writes(node, writes) } else { Ok(()) };
            let reply = taken.and_then(|()| database.handle(request));
            pause(&mut random).await;
            if answers_in.send(Answer { ticket, reply }).await.is_err() {
                return;
            }
        }
    });
    (Store::passing_to(requests_in), answers)
}

async fn next(
    requests: &mut mpsc::Receiver<(u64, Request)>,
    later: &mut VecDeque<(u64, Request)>,
) -> Option<(u64, Request)> {
    loop {
        let asked = match (requests.try_recv(), later.is_empty()) {
            (Ok(asked), _) => asked,
            (Err(_), true) => requests.recv().await?,
            (Err(_), false) => return later.pop_front(),
        };
        if !matches!(asked.1, Request::Shrink(_)) {
            return Some(asked);
        }
        later.push_back(asked);
    }
}

async fn pause(random: &mut fastrand::Rng) {
    tokio::time::sleep(disk_pause(random)).await;
}

/// What honest authors have said of all that a history holds, in the order of the screen. What no honest node would have stored is an error: an event that
/// its author did not sign, one that is in no chain, one that is not later than its causes.
///
/// What others have said need not be whole, and contradicts itself. Signatures are what takes long; `thorough` looks at them
/// too.
pub(crate) fn read(
    database: &mut Database,
    snapshot: &Snapshot,
    is_honest: &dyn Fn(&NodeId) -> bool,
    thorough: bool,
) -> Result<Vec<Stood>, String> {
    let oldest = |log: &LogState| log.older.as_ref().map_or(log.base, |older| older.base);
    let from = snapshot.logs.iter().map(|log| (log.id, oldest(log))).collect();
    let Reply::Events(held) = ask(database, Request::Read(Read { from, events: ALL, bytes: usize::MAX }))? else {
        return Err("no events for an answer".to_owned());
    };
    let mut events: BTreeMap<(LogId, u64), (EventId, Hlc)> = BTreeMap::new();
    for held in &held {
        let event = held.signed.read().map_err(|_| format!("{:?} {} is no event", held.log, held.seq))?;
        let at = format!("number {} of {:?}", event.seq, event.log.author);
        if thorough {
            let author = VerifyingKey::from_bytes(event.log.author.as_bytes()).map_err(|error| error.to_string())?;
            let signature = Signature::from_bytes(&held.signed.sig);
            author.verify_strict(&held.signed.message(), &signature).map_err(|_| format!("{at}: forged"))?;
        }
        if (event.log, event.seq) != (held.log, held.seq) {
            return Err(format!("{at} is stored as {:?} {}", held.log, held.seq));
        }
        let before = events.get(&(event.log, event.seq - 1));
        let honest = is_honest(&event.log.author);
        if honest && event.prev != before.map(|(id, _)| *id) {
            return Err(format!("{at} does not follow the one before it"));
        }
        // The store gives causes before effects.
        let causes = event.deps.iter().filter_map(|dep| events.get(&(dep.log, dep.seq)));
        if honest && causes.chain(before).any(|(_, hlc)| *hlc >= event.hlc) {
            return Err(format!("never against causality: {at} is not later than what it follows"));
        }
        if events.insert((event.log, event.seq), (event.id, event.hlc)).is_some() {
            return Err(format!("nothing twice: {at} is stored twice"));
        }
    }
    for log in &snapshot.logs {
        if log.head >= log.base && !events.contains_key(&(log.id, log.head)) {
            return Err(format!("number {} of {:?}, the last one, is not stored", log.head, log.id.author));
        }
    }
    let page = PageRequest { room: Room::LOBBY.id(), seek: Seek::Newest, max: ALL, ignored: Ignored::default() };
    let Reply::Page(page) = ask(database, Request::Page(page))? else {
        return Err("no page for an answer".to_owned());
    };
    let stood = |line: &StoredLine| Stood { position: line.position, by_arrival: line.dating.is_by_arrival() };
    let lines: Vec<Stood> = page.lines.iter().map(stood).collect();
    let positions: Vec<_> = lines.iter().map(|line| line.position).collect();
    if !positions.is_sorted_by(|one, next| one < next) {
        return Err("one order: a page is not in the order of its positions".to_owned());
    }
    let lines: Vec<Stood> = lines.into_iter().filter(|line| is_honest(&line.position.author)).collect();
    events.retain(|(log, _), _| is_honest(&log.author));
    let is_event = |line: &Stood| {
        let position = line.position;
        let log = LogId { room: Room::LOBBY.id(), author: position.author, epoch: position.epoch };
        let event = events.get(&(log, position.seq));
        event.is_some_and(|(id, hlc)| position.id == (*id).into() && (line.by_arrival || position.hlc == *hlc))
    };
    if lines.len() != events.len() || !lines.iter().all(is_event) {
        return Err(format!("{} lines on the page, {} events", lines.len(), events.len()));
    }
    let mut last: BTreeMap<(NodeId, u64), Position> = BTreeMap::new();
    for Stood { position, .. } in &lines {
        let before = last.insert((position.author, position.epoch), *position);
        if before.is_some_and(|before| before.seq > position.seq) {
            return Err(format!("an author's own order: {position:?} stands after {before:?}"));
        }
    }
    Ok(lines)
}

fn ask(database: &mut Database, request: Request) -> Result<Reply, String> {
    database.handle(request).map_err(|failure| failure.to_string())
}
