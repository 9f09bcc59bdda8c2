//! One machine, which is a namespace.

use std::{fs, fs::File, os::fd::AsFd, path::Path, thread};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::{
    super::{Place, Setup},
    commands::{counter, filter, ip, listed},
};

/// A machine of a lab. This is only its name; the machine is removed with the lab.
#[derive(Clone)]
pub(crate) struct Host {
    name: String,
}

impl Host {
    /// A machine with only its loopback interface. Its IPv6 addresses can be used at once: nobody else has them, and
    /// checking that would take the kernel a second.
    pub(super) fn new(name: String) -> Self {
        ip(&["netns", "add", &name]);
        let host = Self { name };
        host.ip(&["link", "set", "lo", "up"]);
        for which in ["all", "default"] {
            host.sysctl(&format!("ipv6/conf/{which}/disable_ipv6"), "0");
            host.sysctl(&format!("ipv6/conf/{which}/accept_dad"), "0");
        }
        host
    }

    /// The name of its namespace.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The number at the end of its name.
    pub(super) fn number(&self) -> &str {
        self.name.rsplit('h').next().unwrap_or_default()
    }

    /// The setup of a node here that is open to the machine's networks, at the program's default ports.
    pub(crate) fn lan(&self, nick: &str, more: &[&str]) -> Setup {
        let more = more.iter().map(ToString::to_string).collect();
        Setup { place: Place::Lan, netns: Some(self.name.clone()), more, ..Setup::new(nick, 4_565..=4_569) }
    }

    /// Runs `ip` here.
    pub(crate) fn ip(&self, arguments: &[&str]) {
        ip(&[&["-n", &self.name], arguments].concat());
    }

    /// Gives an interface one more address (`10.77.0.1/24`).
    pub(crate) fn add_address(&self, interface: &str, address: &str) {
        // IPv6 has no broadcast, and `ip` rejects it there.
        let broadcast: &[&str] = if address.contains(':') { &[] } else { &["broadcast", "+"] };
        self.ip(&[&["address", "add", address, "dev", interface], broadcast].concat());
    }

    /// Removes an address.
    pub(crate) fn remove_address(&self, interface: &str, address: &str) {
        self.ip(&["address", "delete", address, "dev", interface]);
    }

    /// Sets a kernel setting below `/proc/sys/net`.
    pub(crate) fn sysctl(&self, key: &str, value: &str) {
        self.inside(|| fs::write(Path::new("/proc/sys/net").join(key), value).unwrap());
    }

    /// Adds nftables rules.
    pub(crate) fn filter(&self, rules: &str) {
        filter(&self.name, rules);
    }

    /// How many packets a named counter of the table `inet test` has counted.
    pub(crate) fn counter(&self, name: &str) -> u64 {
        counter(&self.name, ["inet", "test", name])
    }

    /// How many elements a named set of the table `inet test` has.
    pub(crate) fn elements(&self, name: &str) -> usize {
        self.elements_of("test", name)
    }

    /// How many elements a named set of a table in the family `inet` has.
    pub(crate) fn elements_of(&self, table: &str, name: &str) -> usize {
        listed(&self.name, "set", ["inet", table, name])["elem"].as_array().map_or(0, Vec::len)
    }

    /// Runs `what` in a thread in this namespace. Its sockets stay in the namespace, whichever thread uses them.
    pub(crate) fn inside<T: Send>(&self, what: impl FnOnce() -> T + Send) -> T {
        let place = File::open(Path::new("/run/netns").join(&self.name)).unwrap();
        let enter = move || {
            move_into_link_name_space(place.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            what()
        };
        thread::scope(|scope| scope.spawn(enter).join().unwrap())
    }
}
