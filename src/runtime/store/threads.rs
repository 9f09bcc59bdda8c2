//! The handle for the rest of the program, which never waits for a disk.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use super::{
    Database, connection,
    free_space::{Seen, Watch, seen},
    indexing::Indexing,
    read_only,
    slices::Forgetting,
};
use crate::{
    core::{
        budgets::Space,
        log::storage::{MAX_REQUESTS, Reply, Request, Write},
    },
    domain::model::{StoreFailure, StoreFault, StoreTask},
};

/// How many writes share a commit. A node queues one at a time; only a program with several callers queues more.
const MAX_GROUP: usize = 64;

/// The answer to a request.
#[derive(Debug)]
pub struct Answer {
    /// The number that was given with the request.
    pub ticket: u64,
    /// Its result.
    pub reply: Result<Reply, StoreFailure>,
}

/// Takes requests. Cheap to clone. The threads behind it end when the last clone is dropped, once they have done what
/// is queued.
#[derive(Debug, Clone)]
pub struct Store(Way);

#[derive(Debug, Clone)]
enum Way {
    Threads(Threads),
    /// For simulations: executes everything at once and in order.
    Inline {
        database: Arc<Mutex<Option<Database>>>,
        answers: mpsc::Sender<Answer>,
    },
    /// For simulations: executes nothing here.
    Passing(mpsc::Sender<(u64, Request)>),
}

#[derive(Debug, Clone)]
struct Threads {
    writer: SyncSender<Job>,
    /// The same as the writer if the store is in memory, where there is only one connection.
    reader: SyncSender<Job>,
    answers: mpsc::Sender<Answer>,
    space: Seen,
    /// Closed when both threads have ended.
    ended: Arc<Mutex<Receiver<()>>>,
}

enum Job {
    Ask(u64, Request),
    Stop,
}

/// How long the writer waits at its end for the reader, which may be searching.
const READER_ENDS: Duration = Duration::from_secs(1);

/// How many slices of index work are done at the end: a hundred milliseconds at most.
const LAST_SLICES: usize = 8;

/// Room for all requests and for the jobs that stop the threads, so that closing does not wait for room.
const QUEUE: usize = MAX_REQUESTS + 2;

/// Starts the threads: one that writes, and one that reads from a file, so that no search delays a commit. Answers come
/// only in the order that [`crate::core::log::storage`] promises.
///
/// # Errors
/// Those of the system, if it cannot start a thread or open the file once more.
pub fn spawn(database: Database) -> io::Result<(Store, mpsc::Receiver<Answer>)> {
    let (answers, receiver) = mpsc::channel(MAX_REQUESTS);
    let (ended, all_ended) = sync_channel(1);
    let second = match &database.path {
        Some(path) => {
            let open = if database.read_only.is_some() { read_only::open_as_it_is } else { connection::open_reader };
            Some(Database {
                connection: open(path).map_err(io::Error::other)?,
                path: database.path.clone(),
                network: database.network.clone(),
                me: database.me,
                read_only: database.read_only,
            })
        }
        None => None,
    };
    let space = Seen::default();
    let start = |name: &str, database: Database, indexing: Option<Indexing>, open, after| {
        // The thread that indexes is the one that writes.
        let directory = database.path.as_ref().filter(|_| indexing.is_some()).and_then(|path| path.parent());
        let watch = directory.map(|directory| Watch::new(directory, space.clone()));
        let (queue, jobs) = sync_channel(QUEUE);
        let (answers, ended) = (answers.clone(), ended.clone());
        let worker = Worker {
            database,
            jobs,
            answers,
            waiting: VecDeque::new(),
            indexing,
            watch,
            after,
            _open: open,
            _ended: ended,
        };
        thread::Builder::new().name(name.to_owned()).spawn(move || worker.run()).map(|_| queue)
    };
    let (open, closed) = sync_channel(1);
    let writer = start("history", database, Some(Indexing::new()), None, second.is_some().then_some(closed))?;
    let reader = match second {
        Some(database) => start("history-reader", database, None, Some(open), None)?,
        None => writer.clone(),
    };
    let ended = Arc::new(Mutex::new(all_ended));
    Ok((Store(Way::Threads(Threads { writer, reader, answers, space, ended })), receiver))
}

impl Store {
    /// Executes everything in [`Self::ask`] itself, for simulations: the same requests give the same answers at the
    /// same time.
    pub fn inline(database: Database) -> (Self, mpsc::Receiver<Answer>) {
        let (answers, receiver) = mpsc::channel(MAX_REQUESTS);
        (Self(Way::Inline { database: Arc::new(Mutex::new(Some(database))), answers }), receiver)
    }

    /// Executes nothing, but passes the requests on with their tickets, for simulations that decide when each is
    /// executed, and which never are.
    pub fn passing_to(requests: mpsc::Sender<(u64, Request)>) -> Self {
        Self(Way::Passing(requests))
    }

    /// Hands a request over. It is answered under its ticket, with a failure if the store is closed. Never waits. A
    /// caller may have at most [`MAX_REQUESTS`] open requests, including answers that it has not fetched; any beyond
    /// these may be lost.
    pub fn ask(&self, ticket: u64, request: Request) {
        let (answers, reply) = match &self.0 {
            Way::Inline { database, answers } => {
                let mut database = database.lock().unwrap_or_else(PoisonError::into_inner);
                (answers, database.as_mut().map_or_else(|| Err(closed()), |database| database.handle_alone(request)))
            }
            Way::Passing(requests) => {
                // If there is no room: see below.
                let _ = requests.try_send((ticket, request));
                return;
            }
            Way::Threads(Threads { writer, reader, answers, .. }) => {
                let reads = matches!(
                    request,
                    Request::Read(_) | Request::ReadOwn(_) | Request::Page(_) | Request::Search(_) | Request::Topic(_)
                );
                let queue = if reads { reader } else { writer };
                match queue.try_send(Job::Ask(ticket, request)) {
                    Ok(()) => return,
                    Err(_) => (answers, Err(closed())),
                }
            }
        };
        // Nobody waits for it if this fails.
        let _ = answers.try_send(Answer { ticket, reply });
    }

    /// How much room there was on the file system a second ago; `None` if nothing is stored or the system does not say.
    pub fn space(&self) -> Option<Space> {
        match &self.0 {
            Way::Threads(threads) => seen(&threads.space),
            Way::Inline { .. } | Way::Passing(_) => None,
        }
    }

    /// Ends the store for all its handles, and waits until what was asked before is done and the file is closed, but no
    /// longer than `limit`. Returns whether it is. Blocks its thread.
    pub fn close(&self, limit: Duration) -> bool {
        let threads = match &self.0 {
            Way::Inline { database, .. } => {
                return database.lock().unwrap_or_else(PoisonError::into_inner).take().is_some();
            }
            Way::Passing(_) => return true,
            Way::Threads(threads) => threads,
        };
        let end = Instant::now() + limit;
        // A thread that has ended takes no job. There is room: see QUEUE.
        let _ = threads.reader.try_send(Job::Stop);
        let _ = threads.writer.try_send(Job::Stop);
        let ended = threads.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let left = end.saturating_duration_since(Instant::now());
        matches!(ended.recv_timeout(left), Err(RecvTimeoutError::Disconnected))
    }
}

fn closed() -> StoreFailure {
    StoreFailure::new(StoreTask::Read, StoreFault::Closed)
}

/// One thread.
struct Worker {
    database: Database,
    jobs: Receiver<Job>,
    answers: mpsc::Sender<Answer>,
    /// Requests that are done in slices, one after the other, when there is nothing else to do. They are bounded like
    /// all open requests.
    waiting: VecDeque<(u64, Forgetting)>,
    /// Index work, which is done after that; `None` for the reader.
    indexing: Option<Indexing>,
    /// Watches the room on the file system meanwhile; `None` for the reader, and in memory.
    watch: Option<Watch>,
    /// Closed when the other connection is closed. SQLite tidies up when the last connection closes, and of two that
    /// close at once neither is the last.
    after: Option<Receiver<()>>,
    /// The other end of this, in the other thread; dropped after the database.
    _open: Option<SyncSender<()>>,
    /// Dropped after the database, because it is declared after it.
    _ended: SyncSender<()>,
}

impl Worker {
    fn run(mut self) {
        self.work();
        if let Some(after) = &self.after {
            let _ = after.recv_timeout(READER_ENDS);
        }
    }

    fn work(&mut self) {
        let mut next = None;
        loop {
            let job = match next.take() {
                Some(job) => job,
                None => match self.job() {
                    Some(job) => job,
                    None => return,
                },
            };
            match job {
                Job::Stop => {
                    self.refuse_the_rest();
                    return self.index_the_last();
                }
                Job::Ask(ticket, Request::Write(writes)) => next = self.write(ticket, writes),
                Job::Ask(ticket, Request::Retain(retain)) => {
                    self.waiting.push_back((ticket, Forgetting::retain(retain, self.database.me)));
                }
                Job::Ask(ticket, Request::Shrink(logs)) => self.waiting.push_back((ticket, Forgetting::shrink(logs))),
                Job::Ask(ticket, request) => {
                    if matches!(request, Request::Join(_) | Request::Adopt(_)) {
                        self.indexing.as_mut().map(Indexing::written);
                    } else if self.indexing.is_none() {
                        self.database.follow_writer();
                    }
                    let reply = self.database.handle(request);
                    self.answer(ticket, reply);
                }
            }
        }
    }

    /// Answers the callers that still wait: their request came while the store closed, or is not finished.
    fn refuse_the_rest(&mut self) {
        while let Some((ticket, forgetting)) = self.waiting.pop_front() {
            self.answer(ticket, forgetting.end(Err(closed())));
        }
        while let Ok(job) = self.jobs.try_recv() {
            if let Job::Ask(ticket, _) = job {
                self.answer(ticket, Err(closed()));
            }
        }
    }

    /// The next job, or `None` if there will be no more. Does what is waiting until there is one.
    fn job(&mut self) -> Option<Job> {
        loop {
            let next_look = self.watch.as_mut().map(Watch::look);
            let due = self.indexing.as_mut().filter(|indexing| indexing.is_due());
            if self.waiting.is_empty() && due.is_none() {
                let Some(next_look) = next_look else { return self.jobs.recv().ok() };
                match self.jobs.recv_timeout(next_look) {
                    Ok(job) => return Some(job),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) => continue,
                }
            }
            match (self.jobs.try_recv(), due) {
                (Ok(job), _) => return Some(job),
                (Err(TryRecvError::Disconnected), _) => return None,
                (Err(TryRecvError::Empty), Some(indexing)) if self.waiting.is_empty() => {
                    self.database.index_slice(indexing);
                }
                (Err(TryRecvError::Empty), _) => self.forget_slice(),
            }
        }
    }

    /// Indexes what was said last, so that a reader of the file finds it after the program has ended. If much is left,
    /// the rest waits for the next start.
    fn index_the_last(&mut self) {
        let Some(indexing) = &mut self.indexing else { return };
        for _ in 0..LAST_SLICES {
            if indexing.is_behind() {
                self.database.index_slice(indexing);
            }
        }
    }

    fn forget_slice(&mut self) {
        let Some((ticket, mut forgetting)) = self.waiting.pop_front() else { return };
        self.indexing.as_mut().map(Indexing::deleted);
        match self.database.forget_slice(&mut forgetting) {
            Ok(true) => self.waiting.push_front((ticket, forgetting)),
            Ok(false) => self.answer(ticket, forgetting.end(Ok(()))),
            Err(failure) => self.answer(ticket, forgetting.end(Err(failure))),
        }
    }

    /// Executes this write and those that wait behind it in one commit. Returns the job that came after them, if any.
    fn write(&mut self, ticket: u64, writes: Vec<Write>) -> Option<Job> {
        let (mut tickets, mut group, mut next) = (vec![ticket], vec![writes], None);
        while group.len() < MAX_GROUP {
            match self.jobs.try_recv() {
                Ok(Job::Ask(ticket, Request::Write(writes))) => {
                    tickets.push(ticket);
                    group.push(writes);
                }
                Ok(job) => {
                    next = Some(job);
                    break;
                }
                Err(_) => break,
            }
        }
        let takes_back = group.iter().flatten().any(|write| matches!(write, Write::Rewind(_)));
        let replies = self.database.write(group);
        if let Some(indexing) = &mut self.indexing {
            indexing.written();
            if takes_back {
                indexing.deleted();
            }
        }
        for (ticket, reply) in tickets.into_iter().zip(replies) {
            self.answer(ticket, reply);
        }
        next
    }

    /// The caller has room for all its answers. If this fails, nobody waits for them.
    fn answer(&self, ticket: u64, reply: Result<Reply, StoreFailure>) {
        let _ = self.answers.blocking_send(Answer { ticket, reply });
    }
}
