//! The test's own network namespaces, joined by bridges: the only place where tests touch anything but loopback.

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

/// All names begin with this, followed by the process id. A name whose process is gone is left over from a killed run.
const PREFIX: &str = "pctest";

/// Segments, each of which is a bridge, and machines that are plugged into them. Dropping it removes them all.
pub(crate) struct Lab {
    /// The namespace with the bridges.
    name: String,
    segments: usize,
    hosts: Vec<Host>,
    /// A lock for one lab at a time whose nodes sweep on this machine. All namespaces share the kernel's neighbour
    /// table of 1,024 entries. Each silent address takes an entry for three seconds, and when the table is full nobody
    /// finds anybody.
    _sweeps: Option<File>,
}

impl Lab {
    /// A lab with one segment and no machines, or `None` after reporting loudly that `test` is skipped.
    pub(crate) fn or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, true, || possible("ip"))
    }

    /// The same for a test whose nodes sweep next to nothing. It does not wait for other labs.
    pub(crate) fn quiet_or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, false, || possible("ip"))
    }

    /// The same for a test that drops or counts packets.
    pub(crate) fn with_filters_or_skip(test: &str) -> Option<Self> {
        Self::if_possible(test, true, || possible("ip").and_then(|()| possible("nft")))
    }

    /// The same for a test that drops or counts packets, and whose nodes sweep next to nothing.
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

    /// Adds a segment and returns its number. Segment 0 exists from the start.
    pub(crate) fn segment(&mut self) -> usize {
        let bridge = format!("br{}", self.segments);
        self.ip(&["link", "add", &bridge, "type", "bridge", "forward_delay", "0"]);
        self.ip(&["link", "set", &bridge, "up"]);
        self.segments += 1;
        self.segments - 1
    }

    /// Adds a machine that is not plugged in.
    pub(crate) fn machine(&mut self) -> Host {
        let host = Host::new(format!("{}h{}", self.name, self.hosts.len()));
        self.hosts.push(host.clone());
        host
    }

    /// Adds a machine on the first segment, with this address (`10.77.0.1/24`).
    pub(crate) fn host(&mut self, address: &str) -> Host {
        let host = self.machine();
        self.plug(&host, 0, &[address]);
        host
    }

    /// Gives a machine an interface with these addresses, named `eth` and the segment's number. Without any, it has
    /// only the IPv6 address that every interface gives itself.
    pub(crate) fn plug(&self, host: &Host, segment: usize, addresses: &[&str]) {
        let (port, interface) = (Self::port(host, segment), format!("eth{segment}"));
        self.ip(&["link", "add", &port, "type", "veth", "peer", "name", &interface, "netns", host.name()]);
        self.ip(&["link", "set", &port, "master", &format!("br{segment}"), "up"]);
        host.ip(&["link", "set", &interface, "up"]);
        for address in addresses {
            host.add_address(&interface, address);
        }
    }

    /// Adds a router between segments, with the address given for each. It forwards only unicast.
    pub(crate) fn router(&mut self, between: &[(usize, &str)]) -> Host {
        let router = self.machine();
        router.sysctl("ipv4/ip_forward", "1");
        for (segment, address) in between {
            self.plug(&router, *segment, &[address]);
        }
        router
    }

    /// Pulls the cable between a machine and a segment, or plugs it back in.
    pub(crate) fn cable(&self, host: &Host, segment: usize, plugged: bool) {
        self.ip(&["link", "set", &Self::port(host, segment), if plugged { "up" } else { "down" }]);
    }

    /// Moves a machine's cable to another segment, and plugs it in.
    pub(crate) fn recable(&self, host: &Host, from: usize, to: usize) {
        self.ip(&["link", "set", &Self::port(host, from), "master", &format!("br{to}"), "up"]);
    }

    /// Isolates a machine from all other isolated ones, as access points do with their clients.
    pub(crate) fn isolate(&self, host: &Host, segment: usize) {
        run("bridge", &["-n", &self.name, "link", "set", "dev", &Self::port(host, segment), "isolated", "on"]);
    }

    /// From now on, every segment loses this percentage of all packets.
    pub(crate) fn lose(&self, percent: u32) {
        let chain = "type filter hook forward priority 0; policy accept;";
        let rule = format!("numgen random mod 100 < {percent} counter name lost drop;");
        filter(&self.name, &format!("table bridge test {{\ncounter lost {{ }}\nchain watch {{ {chain} {rule} }}\n}}"));
    }

    /// How many packets [`Self::lose`] has lost so far.
    pub(crate) fn lost(&self) -> u64 {
        counter(&self.name, ["bridge", "test", "lost"])
    }

    /// The bridge's end of a cable.
    fn port(host: &Host, segment: usize) -> String {
        format!("p{}x{segment}", host.number())
    }

    /// Runs `ip` in the namespace with the bridges.
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
