//! Asks every node that is found who it is.

use std::{collections::VecDeque, net::SocketAddr};

use tokio::task::JoinSet;

use super::{
    Options,
    found::{Found, FoundBy, MAX_FOUND, Scan},
};
use crate::{
    core::node::DialFailure,
    domain::model::{PortRange, Target},
    protocol::codec::mesh::Probe,
    runtime::{
        io::Net,
        net::{Probed, Tls, probe},
    },
};

/// How many queries run at once: as many as the chat dials. A host that accepts and stays silent takes up one for
/// seconds.
const MAX_RUNNING: usize = 256;

/// The queries of a scan.
pub(super) struct Queries<'a, N> {
    net: &'a N,
    tls: Tls,
    options: &'a Options,
    question: Probe,
    pub(super) running: JoinSet<(SocketAddr, Result<Probed, DialFailure>)>,
    /// Addresses to ask once others have answered.
    waiting: VecDeque<SocketAddr>,
}

impl<'a, N: Net> Queries<'a, N> {
    /// Asks under the key of `tls`. If `dial_back` is a port, the queries also ask for a connection back to it.
    pub(super) fn new(net: &'a N, tls: Tls, options: &'a Options, dial_back: Option<u16>) -> Self {
        let question = Probe { dial_back };
        Self { net, tls, options, question, running: JoinSet::new(), waiting: VecDeque::new() }
    }

    /// Asks the addresses that the user named.
    pub(super) fn ask_named(&mut self, scan: &mut Scan) {
        let options = self.options;
        for target in &options.peers {
            for addr in addresses(*target, options.ports).into_iter().filter(|addr| options.site.reaches(addr.ip())) {
                self.ask(addr, FoundBy::Name, scan);
            }
        }
    }

    /// Notes that someone may be at `addr`, and asks there once.
    pub(super) fn ask(&mut self, addr: SocketAddr, by: FoundBy, scan: &mut Scan) {
        if let Some(found) = scan.found.get_mut(&addr) {
            found.by.insert(by);
            return;
        }
        // An announcement must not make us connect to somebody else's service.
        let may_be_meant = by != FoundBy::Announcement || self.options.ports.may_be_meant(addr.port());
        if scan.found.len() >= MAX_FOUND || !may_be_meant {
            return;
        }
        scan.found.insert(addr, Found { by: [by].into(), result: None });
        self.waiting.push_back(addr);
        self.start_waiting();
    }

    /// Asks again those that had not heard our datagrams when they were first asked: a datagram that was late or lost
    /// has been repeated since. Returns whether there is anyone to ask.
    pub(super) fn ask_again(&mut self, scan: &Scan) -> bool {
        let deaf =
            |found: &Found| matches!(&found.result, Some(Ok(Probed::Node { reply: Some(reply), .. })) if !reply.heard);
        let deaf: Vec<_> = scan.found.iter().filter(|(_, found)| deaf(found)).map(|(addr, _)| *addr).collect();
        let asks = self.options.announce && !deaf.is_empty();
        if asks {
            self.waiting.extend(deaf);
            self.start_waiting();
        }
        asks
    }

    /// Starts waiting queries while there is room.
    pub(super) fn start_waiting(&mut self) {
        while self.running.len() < MAX_RUNNING
            && let Some(addr) = self.waiting.pop_front()
        {
            self.start(addr);
        }
    }

    fn start(&mut self, addr: SocketAddr) {
        let (net, tls, question) = (self.net.clone(), self.tls.clone(), self.question);
        let from = self.options.site.source(addr.ip());
        self.running.spawn(async move { (addr, probe(&net, &tls, from, addr, question).await) });
    }
}

/// The addresses that a target stands for.
fn addresses(target: Target, ports: PortRange) -> Vec<SocketAddr> {
    match target {
        Target::Socket(addr) => vec![addr],
        Target::Host(ip) => ports.iter().map(|port| SocketAddr::new(ip, port)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::io::MemoryNet;

    #[tokio::test(start_paused = true)]
    async fn addresses_are_asked_once_and_announced_service_ports_never() {
        let net = MemoryNet::default();
        let options = Options::example();
        let tls = Tls::new(&options.identity).unwrap();
        let mut queries = Queries::new(&net, tls, &options, None);
        let mut scan = Scan::default();
        let addr = |port: usize| SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
        for n in 0..3 * MAX_RUNNING {
            queries.ask(addr(5_000 + n), FoundBy::Sweep, &mut scan);
        }
        queries.ask(addr(22), FoundBy::Announcement, &mut scan);
        let mut answers = 0;
        while queries.running.join_next().await.is_some() {
            answers += 1;
            queries.start_waiting();
        }
        assert_eq!((answers, scan.found.len()), (3 * MAX_RUNNING, 3 * MAX_RUNNING));
    }
}
