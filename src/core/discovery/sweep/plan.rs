//! One pass over all networks and ports.

use std::{
    collections::{BTreeSet, VecDeque},
    net::{IpAddr, SocketAddr},
};

use ipnetwork::IpNetwork;

use super::{hosts::Hosts, permutation::Permutation, survey::Survey};
use crate::domain::model::PortRange;

/// Hosts remembered as live: as many as a /16 has. In a larger, fuller network, further live hosts are probed with the
/// rest, which is late but not wrong.
const MAX_LIVE: usize = 65_536;

/// While hosts still wait for their first probe, one probe in this many goes to another port of a live host. Most
/// people are found on the first port, and those on other ports should not have to wait for the end of a large network.
const LIVE_SHARE: u64 = 4;

/// The result of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The port is open: somebody may be there.
    Open,
    /// The host is there, the port is closed.
    Refused,
    /// Nothing came back in time.
    Silent,
}

/// The sockets of one sweep, in their order. See the module's documentation.
#[derive(Debug)]
pub struct Plan {
    near: Hosts,
    all: Hosts,
    near_order: Permutation,
    all_order: Permutation,
    ports: PortRange,
    own: BTreeSet<SocketAddr>,
    own_hosts: BTreeSet<IpAddr>,
    step: Step,
    live: BTreeSet<IpAddr>,
    /// Ports of live hosts, except the first, that were not probed yet.
    queue: VecDeque<SocketAddr>,
    given: u64,
    found: u64,
    total: u64,
    survey: Survey,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// The first port of every near host.
    Near(u64),
    /// The first port of every other host.
    Far(u64),
    /// The other ports of hosts that were silent: (index, port).
    Rest(u64, u16),
    End,
}

impl Plan {
    /// A sweep of all `ports` of all hosts of `networks`, from the node that listens on all of `own`. `seed` decides
    /// the order.
    pub fn new(networks: &[IpNetwork], ports: PortRange, own: &[SocketAddr], seed: u64) -> Self {
        let near = Hosts::near(networks, own.iter().map(SocketAddr::ip));
        let all = Hosts::of(networks);
        let own_hosts = own.iter().map(SocketAddr::ip).collect();
        let is_in = |own: &&SocketAddr| all.contains(own.ip()) && ports.iter().contains(&own.port());
        let own: BTreeSet<SocketAddr> = own.iter().filter(is_in).copied().collect();
        Self {
            near_order: Permutation::new(near.count(), seed),
            all_order: Permutation::new(all.count(), seed.rotate_left(32)),
            total: all.count() * u64::from(ports.count()) - own.len() as u64,
            near,
            all,
            ports,
            own,
            own_hosts,
            step: Step::Near(0),
            live: BTreeSet::new(),
            queue: VecDeque::new(),
            given: 0,
            found: 0,
            survey: Survey::default(),
        }
    }

    /// The next socket to probe.
    pub fn next_target(&mut self) -> Option<SocketAddr> {
        let live_turn = self.given % LIVE_SHARE == LIVE_SHARE - 1 || matches!(self.step, Step::Rest(..) | Step::End);
        let waiting = if live_turn { self.queue.pop_front() } else { None };
        let target = waiting.or_else(|| self.walk()).or_else(|| self.queue.pop_front());
        self.given += u64::from(target.is_some());
        target
    }

    /// Takes in the result of a probe. A target where we know a node need not be probed: it counts as refused, which
    /// makes its host a live one.
    pub fn answered(&mut self, target: SocketAddr, answer: Answer) {
        self.found += u64::from(answer == Answer::Open);
        if !self.own_hosts.contains(&target.ip()) && !target.ip().is_loopback() {
            self.survey.hosts += u64::from(target.port() == self.ports.min());
            if answer != Answer::Silent {
                self.survey.answered(target.ip());
            }
        }
        // The rest is probed host by host. A host that answers only then keeps its place in that order.
        let first_pass = matches!(self.step, Step::Near(_) | Step::Far(_)) && target.port() == self.ports.min();
        if answer == Answer::Silent || !first_pass || self.live.len() >= MAX_LIVE {
            return;
        }
        if self.live.insert(target.ip()) {
            let others = self.ports.iter().skip(1).map(|port| SocketAddr::new(target.ip(), port));
            self.queue.extend(others.filter(|other| !self.own.contains(other)));
        }
    }

    /// Sockets given out so far, and in all.
    pub fn progress(&self) -> (u64, u64) {
        (self.given, self.total)
    }

    /// Open ports found.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// The hosts that have answered so far, in any way.
    pub fn survey(&self) -> Survey {
        self.survey.clone()
    }

    /// Hosts in all.
    pub fn hosts(&self) -> u64 {
        self.all.count()
    }

    fn walk(&mut self) -> Option<SocketAddr> {
        loop {
            let target = match self.step {
                Step::Near(index) if index < self.near.count() => {
                    self.step = Step::Near(index + 1);
                    let ip = self.near.get(self.near_order.get(index))?;
                    // At the edge of the network, the first or last address of the /24 is no host.
                    if !self.all.contains(ip) {
                        continue;
                    }
                    SocketAddr::new(ip, self.ports.min())
                }
                Step::Near(_) => {
                    self.step = Step::Far(0);
                    continue;
                }
                Step::Far(index) if index < self.all.count() => {
                    self.step = Step::Far(index + 1);
                    let ip = self.all.get(self.all_order.get(index))?;
                    if self.near.contains(ip) {
                        continue;
                    }
                    SocketAddr::new(ip, self.ports.min())
                }
                Step::Far(_) => {
                    self.survey.complete = true;
                    self.step = if self.ports.count() > 1 { Step::Rest(0, self.ports.min() + 1) } else { Step::End };
                    continue;
                }
                Step::Rest(index, port) if index < self.all.count() => {
                    self.step = if port < self.ports.max() {
                        Step::Rest(index, port + 1)
                    } else {
                        Step::Rest(index + 1, self.ports.min() + 1)
                    };
                    let ip = self.all.get(self.all_order.get(index))?;
                    if self.live.contains(&ip) {
                        continue;
                    }
                    SocketAddr::new(ip, port)
                }
                Step::Rest(..) => {
                    self.step = Step::End;
                    continue;
                }
                Step::End => return None,
            };
            if !self.own.contains(&target) {
                return Some(target);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plan(cidrs: &[&str], ports: (u16, u16), own: &str) -> Plan {
        let networks: Vec<IpNetwork> = cidrs.iter().map(|c| c.parse().unwrap()).collect();
        let [min, max] = [ports.0, ports.1].map(|port| port.try_into().unwrap());
        Plan::new(&networks, PortRange::new(min, max).unwrap(), &[own.parse().unwrap()], 7)
    }

    fn run(plan: &mut Plan, answer: impl Fn(SocketAddr) -> Answer) -> Vec<SocketAddr> {
        let mut seen = Vec::new();
        while let Some(target) = plan.next_target() {
            seen.push(target);
            plan.answered(target, answer(target));
        }
        seen
    }

    #[test]
    fn loopback_is_swept_except_for_our_own_port() {
        let mut plan = plan(&["127.0.0.1/32"], (4565, 4569), "127.0.0.1:4566");
        let seen = run(&mut plan, |_| Answer::Refused);
        assert_eq!(seen.iter().map(SocketAddr::port).collect::<Vec<_>>(), [4565, 4567, 4568, 4569]);
        assert_eq!(plan.progress(), (4, 4));
    }

    #[test]
    fn first_ports_come_first_and_live_hosts_before_silent_ones() {
        let mut plan = plan(&["10.77.0.0/24"], (4565, 4569), "10.77.0.1:4565");
        let live: BTreeSet<IpAddr> = (1..=10u8).map(|n| IpAddr::from([10, 77, 0, n * 20])).collect();
        let seen = run(&mut plan, |t| if live.contains(&t.ip()) { Answer::Refused } else { Answer::Silent });
        let at = |pred: &dyn Fn(&SocketAddr) -> bool| seen.iter().rposition(pred).unwrap();
        let last_live = at(&|t| live.contains(&t.ip()));
        let last_first_port = at(&|t| t.port() == 4565);
        assert!(last_first_port < 253 + 40 && last_live < 253 + 40, "{last_first_port} {last_live}");
        assert_eq!(seen.len(), 254 * 5 - 1);
    }

    #[test]
    fn hosts_count_as_probed_once_their_answer_is_known() {
        let mut plan = plan(&["10.0.0.0/29"], (1, 1), "10.0.0.1:1");
        let first = plan.next_target().unwrap();
        assert_eq!(plan.survey(), Survey::default());
        plan.answered(first, Answer::Silent);
        assert_eq!((plan.survey().hosts, plan.survey().answered.len()), (1, 0));
        run(&mut plan, |_| Answer::Refused);
        assert_eq!((plan.survey().hosts, plan.survey().answered.len(), plan.survey().complete), (5, 4, true));
    }

    #[test]
    fn our_24_of_a_large_network_comes_first() {
        let mut plan = plan(&["10.0.0.0/8"], (4565, 4569), "10.77.3.1:4565");
        let near: IpNetwork = "10.77.3.0/24".parse().unwrap();
        let first: Vec<_> = std::iter::from_fn(|| plan.next_target()).take(255).collect();
        assert!(first.iter().all(|t| near.contains(t.ip()) && t.port() == 4565));
        assert!(!near.contains(plan.next_target().unwrap().ip()));
    }

    proptest! {
        #[test]
        fn every_socket_comes_exactly_once(prefix in 22u8..=32, ports in 1u16..6, live in any::<u64>()) {
            let mut plan = plan(&[&format!("10.77.4.9/{prefix}"), "127.0.0.0/30"], (4565, 4564 + ports), "10.77.4.9:4566");
            let seen = run(&mut plan, |t| {
                let IpAddr::V4(ip) = t.ip() else { unreachable!() };
                if live >> (u32::from(ip) % 64) & 1 == 1 { Answer::Refused } else { Answer::Silent }
            });
            let unique: BTreeSet<_> = seen.iter().collect();
            prop_assert_eq!(unique.len(), seen.len());
            let (given, total) = plan.progress();
            prop_assert_eq!((given, seen.len() as u64), (total, total));
        }
    }
}
