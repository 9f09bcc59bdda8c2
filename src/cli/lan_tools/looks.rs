//! Asking whoever is found who it is.

use std::{collections::VecDeque, net::SocketAddr};

use tokio::task::JoinSet;

use super::{By, Found, MAX_FOUND, Options, View};
use crate::{
    core::node::DialFailure,
    protocol::codec::mesh::Look,
    runtime::{
        io::Net,
        net::{Sight, Tls, look},
    },
};

/// Questions on their way at once.
const LOOKS: usize = 64;

/// The questions that are on their way.
pub(super) struct Looks<'a, N> {
    net: &'a N,
    tls: Tls,
    options: &'a Options,
    ask: Look,
    pub(super) running: JoinSet<(SocketAddr, Result<Sight, DialFailure>)>,
    /// Where to look when others have answered.
    waiting: VecDeque<SocketAddr>,
}

impl<'a, N: Net> Looks<'a, N> {
    /// Asks as `tls`, and for a connection to `dial_back` if that is a port.
    pub(super) fn new(net: &'a N, tls: Tls, options: &'a Options, dial_back: Option<u16>) -> Self {
        let ask = Look { dial_back };
        Self { net, tls, options, ask, running: JoinSet::new(), waiting: VecDeque::new() }
    }

    /// Notes that somebody may be at `addr`, and looks, once.
    pub(super) fn at(&mut self, addr: SocketAddr, by: By, view: &mut View) {
        if let Some(found) = view.found.get_mut(&addr) {
            found.by.insert(by);
            return;
        }
        // Nobody who announces himself has us knock at the services of others.
        let may_be_meant = by != By::Announcement || self.options.ports.may_be_meant(addr.port());
        if view.found.len() >= MAX_FOUND || !may_be_meant {
            return;
        }
        view.found.insert(addr, Found { by: [by].into(), sight: None });
        self.waiting.push_back(addr);
        self.go_on();
    }

    /// Asks those once more who had not heard our datagrams when they were asked: one that was late or lost has been repeated
    /// since. Whether there is anybody to ask.
    pub(super) fn ask_again(&mut self, view: &View) -> bool {
        let deaf =
            |found: &Found| matches!(&found.sight, Some(Ok(Sight::Node { seen: Some(seen), .. })) if !seen.heard);
        let deaf: Vec<_> = view.found.iter().filter(|(_, found)| deaf(found)).map(|(addr, _)| *addr).collect();
        let asks = self.options.announce && !deaf.is_empty();
        if asks {
            self.waiting.extend(deaf);
            self.go_on();
        }
        asks
    }

    /// Looks at the next ones, as far as there is room.
    pub(super) fn go_on(&mut self) {
        while self.running.len() < LOOKS
            && let Some(addr) = self.waiting.pop_front()
        {
            self.look(addr);
        }
    }

    fn look(&mut self, addr: SocketAddr) {
        let (net, tls, ask) = (self.net.clone(), self.tls.clone(), self.ask);
        let from = self.options.site.source(addr.ip());
        self.running.spawn(async move { (addr, look(&net, &tls, from, addr, ask).await) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::io::MemoryNet;

    #[tokio::test(start_paused = true)]
    async fn whoever_is_found_is_looked_at_however_many_there_are_and_nobody_has_us_knock_at_services() {
        let net = MemoryNet::default();
        let options = Options::example();
        let tls = Tls::new(&options.identity).unwrap();
        let mut looks = Looks::new(&net, tls, &options, None);
        let mut view = View::default();
        let addr = |port: usize| SocketAddr::from(([127, 0, 0, 1], u16::try_from(port).unwrap()));
        for n in 0..3 * LOOKS {
            looks.at(addr(5_000 + n), By::Sweep, &mut view);
        }
        looks.at(addr(22), By::Announcement, &mut view);
        let mut looked = 0;
        while looks.running.join_next().await.is_some() {
            looked += 1;
            looks.go_on();
        }
        assert_eq!((looked, view.found.len()), (3 * LOOKS, 3 * LOOKS));
    }
}
