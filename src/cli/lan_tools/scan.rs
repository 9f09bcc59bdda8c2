//! Searches the networks, and asks each node that it finds.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::{
    COPIES, Error, Options,
    found::{FoundBy, Scan},
    inbound_probe,
    queries::Queries,
};
use crate::{
    core::node::DialFailure,
    domain::bus::{SweepProgress, SweepState},
    runtime::{
        discovery::{Announce, Candidate, Discovery, DiscoveryEvent, Handle, LAST_ANSWER, Settings},
        io::Net,
        net::{Probed, Tls},
    },
};

/// How many events of discovery may wait.
const EVENTS: usize = 64;

/// How long to wait for answers when asking again whether our datagrams were heard.
const AGAIN: Duration = Duration::from_secs(1);

/// How long to wait once one port of every host has been probed: for the answers, and for the queries that follow.
const ENOUGH: Duration = LAST_ANSWER.saturating_add(Duration::from_secs(1));

/// The shortest time to wait for answers to our question "who is there?", which is repeated after 100 and 500 ms and
/// answered within 100 ms.
const LISTENING: Duration = Duration::from_secs(1);

/// How long to wait for answers after the sweep: the time of one slow query, plus some for each address so that each
/// gets its turn. A host that accepts and never answers cannot cause a longer wait, on however many ports.
const LAST_QUERIES: Duration = Duration::from_secs(10);
/// See [`LAST_QUERIES`].
const EACH_ADDRESS: Duration = Duration::from_millis(10);

/// Searches until there is nothing left to ask, or until `limit`. Without a limit, it ends when the sweep is over and
/// there was time for every address that it found. With `listen`, it listens as the chat does and asks every node that
/// it finds to connect back. It calls `on_progress` with the progress of the sweep.
pub(super) async fn scan<N: Net>(
    net: &N,
    options: &Options,
    listen: bool,
    limit: Option<Duration>,
    mut on_progress: impl FnMut(&SweepProgress),
) -> Result<Scan, Error> {
    let began = Instant::now();
    let tls = Tls::new(&options.identity)?;
    let mut scan = Scan::default();
    // Dropped, and so ended, when this function returns.
    let mut tasks = JoinSet::new();
    if listen {
        scan.listening = Some(inbound_probe::listen(net, options, &mut tasks).await);
    }
    let port = scan.listening.as_ref().and_then(|listening| Some(listening.as_ref().ok()?.port()));
    let (_handle, mut events) = start_discovery(net, options, port, &mut tasks);
    let mut queries = Queries::new(net, tls, options, port);
    queries.ask_named(&mut scan);
    let mut until = limit.map(|limit| began + limit);
    let far = began + Duration::from_hours(24);
    let mut asked_again = false;
    loop {
        let swept = scan.progress.is_some_and(|progress| progress.state == SweepState::Done);
        let (rest, now) = (began + LISTENING, Instant::now());
        if swept && until.is_none() {
            let addresses = u32::try_from(scan.found.len()).unwrap_or(u32::MAX);
            until = Some(now + LAST_QUERIES + EACH_ADDRESS.saturating_mul(addresses));
        }
        let is_late = until.is_some_and(|until| until <= now);
        if is_late || (queries.running.is_empty() && (asked_again || (swept && rest <= now))) {
            if asked_again || !listen || !queries.ask_again(&scan) {
                break;
            }
            (asked_again, until) = (true, Some(now + AGAIN));
        }
        let end = until.unwrap_or(far).min(if swept && queries.running.is_empty() { rest } else { far });
        let happens = async {
            tokio::select! {
                biased;
                Some(answer) = queries.running.join_next(), if !queries.running.is_empty() => Next::Answer(answer.ok()),
                event = events.recv() => Next::Event(event),
            }
        };
        match timeout_at(end, happens).await {
            // One of the deadlines has passed.
            Err(_) => {}
            Ok(Next::Event(None)) => break,
            Ok(Next::Answer(answer)) => {
                if let Some((addr, result)) = answer
                    && let Some(found) = scan.found.get_mut(&addr)
                {
                    found.result = Some(result);
                }
                queries.start_waiting();
            }
            Ok(Next::Event(Some(event))) => {
                if let DiscoveryEvent::Progress(progress) = &event {
                    on_progress(progress);
                }
                let was_complete = scan.survey.complete;
                take_in(event, &mut queries, &mut scan);
                // With a limit there is no time for all ports of silent hosts: the last answers of the first ports have
                // to do.
                if scan.survey.complete && !was_complete {
                    until = until.map(|until| until.min(Instant::now() + ENOUGH));
                }
            }
        }
    }
    // The next listener on these ports must find them free.
    tasks.shutdown().await;
    Ok(scan)
}

/// Starts the sweep and the announcements among `tasks`. They end when the handle is dropped.
fn start_discovery<N: Net>(
    net: &N,
    options: &Options,
    port: Option<u16>,
    tasks: &mut JoinSet<()>,
) -> (Handle, mpsc::Receiver<DiscoveryEvent>) {
    let (events_in, events) = mpsc::channel(EVENTS);
    // Nobody is linked: without a sender, the set stays empty.
    let (_, linked) = watch::channel(Arc::default());
    let identity = options.identity.clone();
    let announce = options.announce.then_some(Announce { identity, boot: options.seed, counter: 0, listens: false });
    let settings = Settings {
        site: options.site.clone(),
        port: port.unwrap_or(0),
        ports: options.ports,
        rate: options.rate,
        announce,
        copies: COPIES,
        seed: options.seed,
    };
    let (discovery, handle) = Discovery::new(net.clone(), settings, events_in, linked);
    tasks.spawn(discovery.run());
    (handle, events)
}

enum Next {
    Answer(Option<(SocketAddr, Result<Probed, DialFailure>)>),
    Event(Option<DiscoveryEvent>),
}

fn take_in<N: Net>(event: DiscoveryEvent, queries: &mut Queries<'_, N>, scan: &mut Scan) {
    match event {
        DiscoveryEvent::Candidate(Candidate::Found(addr)) => queries.ask(addr, FoundBy::Sweep, scan),
        DiscoveryEvent::Candidate(Candidate::Announced { addr, .. }) => queries.ask(addr, FoundBy::Announcement, scan),
        DiscoveryEvent::Progress(progress) => scan.progress = Some(progress),
        DiscoveryEvent::Observation(observation) => scan.keep(observation),
        // Other nodes that are searching too.
        DiscoveryEvent::Asked(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::model::Target, runtime::io::MemoryNet};

    /// More than the number of queries that run at once.
    const TARPITS: u16 = 1_024;

    #[tokio::test(start_paused = true)]
    async fn silent_hosts_delay_a_scan_only_for_seconds() {
        let net = MemoryNet::default();
        let mut held = JoinSet::new();
        let mut options = Options::example();
        for n in 0..TARPITS {
            let addr = SocketAddr::from(([127, 0, 0, 1], 5_000 + n));
            let (net, listener) = (net.clone(), net.bind(addr).await.unwrap());
            options.peers.push(Target::Socket(addr));
            held.spawn(async move {
                let mut streams = Vec::new();
                while let Ok((stream, _)) = net.accept(&listener).await {
                    streams.push(stream);
                }
            });
        }
        let began = Instant::now();
        let scan = scan(&net, &options, false, None, |_| {}).await.unwrap();
        let took = began.elapsed();
        assert!(took < LAST_QUERIES + EACH_ADDRESS * u32::from(TARPITS) + ENOUGH, "{took:?}");
        let asked = scan.found.values().filter(|found| found.result.is_some()).count();
        assert_eq!(asked, usize::from(TARPITS), "each had its turn");
    }
}
