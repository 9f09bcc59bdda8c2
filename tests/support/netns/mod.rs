//! Network namespaces of the test's own, joined by bridges: the only place where anything but loopback is touched.

mod commands;
mod host;
mod leftovers;

use std::{
    fs::File,
    sync::atomic::{AtomicU32, Ordering},
};

use commands::{counter, filter, ip, possible, run, tunnels_possible};
pub(crate) use host::Host;

use super::skip;

/// All names begin so. The process id follows: one of these whose process is gone is a leftover of a killed run.
const PREFIX: &str = "pctest";

/// Segments, each of which is a bridge, and machines that are plugged into them. All of it goes on drop.
pub(crate) struct Lab {
    /// Of the namespace where the bridges are.
    name: String,
    segments: usize,
    hosts: Vec<Host>,
    /// Held by one lab whose nodes sweep at a time on this machine: all namespaces share the kernel's neighbour table of 1,024
    /// entries, each silent address takes one for three seconds, and when it is full nobody finds anybody.
    _sweeps: Option<File>,
}

impl Lab {
    /// One segment without machines, or `None` after saying loudly that `test` is skipped.
    pub(crate) fn or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, true, || possible("ip"))
    }

    /// The same for a test whose nodes sweep nothing, or next to nothing: it takes no turns with others.
    pub(crate) fn quiet_or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, false, || possible("ip"))
    }

    /// The same for a test that lets packets be dropped or counted.
    pub(crate) fn with_filters_or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, true, || possible("ip").and_then(|()| possible("nft")))
    }

    /// The same for a test whose nodes sweep nothing.
    pub(crate) fn quiet_with_filters_or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, false, || possible("ip").and_then(|()| possible("nft")))
    }

    /// The same for a test that makes tunnels.
    pub(crate) fn with_tunnels_or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, true, || possible("ip").and_then(|()| tunnels_possible()))
    }

    fn if_possible(test: &str, sweeps: bool, possible: impl FnOnce() -> Result<(), String>) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if let Err(why) = possible() {
            skip(test, &why);
            return None;
        }
        let sweeps = sweeps.then(|| {
            let turn = File::create(std::env::temp_dir().join(PREFIX)).unwrap();
            turn.lock().unwrap();
            turn
        });
        leftovers::remove();
        let name = format!("{PREFIX}{}n{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        ip(&["netns", "add", &name]);
        let mut lab = Self { name, segments: 0, hosts: Vec::new(), _sweeps: sweeps };
        lab.segment();
        Some(lab)
    }

    /// Adds a segment, and returns its number; the first is there from the start and has the number 0.
    pub(crate) fn segment(&mut self) -> usize {
        let bridge = format!("br{}", self.segments);
        self.ip(&["link", "add", &bridge, "type", "bridge", "forward_delay", "0"]);
        self.ip(&["link", "set", &bridge, "up"]);
        self.segments += 1;
        self.segments - 1
    }

    /// Adds a machine that is plugged into nothing.
    pub(crate) fn machine(&mut self) -> Host {
        let host = Host::new(format!("{}h{}", self.name, self.hosts.len()));
        self.hosts.push(host.clone());
        host
    }

    /// Adds a machine that is plugged into the first segment, with this address (`10.77.0.1/24`).
    pub(crate) fn host(&mut self, address: &str) -> Host {
        let host = self.machine();
        self.plug(&host, 0, &[address]);
        host
    }

    /// Gives a machine an interface, `eth` and the segment's number, with these addresses. Without any it has that of IPv6
    /// which every interface gives itself.
    pub(crate) fn plug(&self, host: &Host, segment: usize, addresses: &[&str]) {
        let (port, interface) = (Self::port(host, segment), format!("eth{segment}"));
        self.ip(&["link", "add", &port, "type", "veth", "peer", "name", &interface, "netns", host.name()]);
        self.ip(&["link", "set", &port, "master", &format!("br{segment}"), "up"]);
        host.ip(&["link", "set", &interface, "up"]);
        for address in addresses {
            host.add_address(&interface, address);
        }
    }

    /// Adds a router between segments, which has the address given with each. Nothing but unicast passes it.
    pub(crate) fn router(&mut self, between: &[(usize, &str)]) -> Host {
        let router = self.machine();
        router.sysctl("ipv4/ip_forward", "1");
        for (segment, address) in between {
            self.plug(&router, *segment, &[address]);
        }
        router
    }

    /// Pulls the cable of a machine to a segment, or puts it back.
    pub(crate) fn cable(&self, host: &Host, segment: usize, plugged: bool) {
        self.ip(&["link", "set", &Self::port(host, segment), if plugged { "up" } else { "down" }]);
    }

    /// Puts a machine's cable into another segment, and plugs it in.
    pub(crate) fn recable(&self, host: &Host, from: usize, to: usize) {
        self.ip(&["link", "set", &Self::port(host, from), "master", &format!("br{to}"), "up"]);
    }

    /// Keeps a machine apart from all others that are kept apart too, as access points do with their clients.
    pub(crate) fn isolate(&self, host: &Host, segment: usize) {
        run("bridge", &["-n", &self.name, "link", "set", "dev", &Self::port(host, segment), "isolated", "on"]);
    }

    /// From now on so many of a hundred packets are lost on every segment, whatever they are.
    pub(crate) fn lose(&self, percent: u32) {
        let chain = "type filter hook forward priority 0; policy accept;";
        let rule = format!("numgen random mod 100 < {percent} counter name lost drop;");
        filter(&self.name, &format!("table bridge test {{\ncounter lost {{ }}\nchain watch {{ {chain} {rule} }}\n}}"));
    }

    /// How many packets were lost so far, because of [`Self::lose`].
    pub(crate) fn lost(&self) -> u64 {
        counter(&self.name, ["bridge", "test", "lost"])
    }

    /// The bridge's end of a cable.
    fn port(host: &Host, segment: usize) -> String {
        format!("p{}x{segment}", host.number())
    }

    /// Runs `ip` where the bridges are.
    fn ip(&self, arguments: &[&str]) {
        ip(&[&["-n", &self.name], arguments].concat());
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for name in self.hosts.iter().map(Host::name).chain([self.name.as_str()]) {
            leftovers::remove_namespace(name);
        }
    }
}
