//! Network namespaces of the test's own, joined by a bridge: the only place where anything but loopback is touched.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use super::skip;

/// All names begin so. The process id follows: one of these whose process is gone is a leftover of a killed run.
const PREFIX: &str = "pctest";

/// A segment: a namespace with a bridge, and one namespace per host with a cable to it. All of it goes on drop.
pub(crate) struct Segment {
    name: String,
    hosts: Vec<String>,
    /// One segment at a time on this machine: all namespaces share the kernel's neighbour table of 1,024 entries, each
    /// silent address takes one for three seconds, and when it is full nobody finds anybody.
    _alone: File,
}

impl Segment {
    /// A segment without hosts, or `None` after saying loudly that `test` is skipped.
    pub(crate) fn or_skip(test: &str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if let Err(why) = possible() {
            skip(test, &why);
            return None;
        }
        let alone = File::create(std::env::temp_dir().join(PREFIX)).unwrap();
        alone.lock().unwrap();
        remove_leftovers();
        let name = format!("{PREFIX}{}n{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        ip(&["netns", "add", &name]);
        let segment = Self { name, hosts: Vec::new(), _alone: alone };
        segment.ip(&["link", "add", "br0", "type", "bridge", "forward_delay", "0"]);
        segment.ip(&["link", "set", "br0", "up"]);
        Some(segment)
    }

    /// Adds a host with this address (`10.77.0.1/24`), and returns the name of its namespace.
    pub(crate) fn host(&mut self, address: &str) -> String {
        let (n, host) = (self.hosts.len(), format!("{}h{}", self.name, self.hosts.len()));
        ip(&["netns", "add", &host]);
        self.hosts.push(host.clone());
        let port = format!("port{n}");
        self.ip(&["link", "add", &port, "type", "veth", "peer", "name", "eth0", "netns", &host]);
        self.ip(&["link", "set", &port, "master", "br0", "up"]);
        for interface in ["lo", "eth0"] {
            ip(&["-n", &host, "link", "set", interface, "up"]);
        }
        ip(&["-n", &host, "address", "add", address, "dev", "eth0"]);
        host
    }

    /// Pulls the cable of a host, as numbered from 0, or puts it back.
    pub(crate) fn cable(&self, host: usize, plugged: bool) {
        self.ip(&["link", "set", &format!("port{host}"), if plugged { "up" } else { "down" }]);
    }

    /// Runs `ip` inside the bridge's namespace.
    fn ip(&self, arguments: &[&str]) {
        ip(&[&["-n", &self.name], arguments].concat());
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        for name in self.hosts.iter().chain([&self.name]) {
            remove(name);
        }
    }
}

/// Whether namespaces can be made here; if not, why.
fn possible() -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("network namespaces need root".to_owned());
    }
    let there = Command::new("ip").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.map(|_| ()).map_err(|e| format!("the command `ip` (package iproute2) cannot be run: {e}"))
}

fn ip(arguments: &[&str]) {
    let done = Command::new("ip").args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
}

/// What is gone already needs no removal: nothing here can fail in a way that matters.
fn remove(name: &str) {
    let _ = Command::new("ip").args(["netns", "delete", name]).stderr(Stdio::null()).status();
}

/// Ends the nodes that a killed run left in its namespace. Nothing but that run's children can be in there.
fn end_all_in(name: &str) {
    let Ok(pids) = Command::new("ip").args(["netns", "pids", name]).stderr(Stdio::null()).output() else { return };
    for pid in String::from_utf8_lossy(&pids.stdout).lines().filter_map(|pid| pid.trim().parse().ok()) {
        if let Some(pid) = rustix::process::Pid::from_raw(pid) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

fn remove_leftovers() {
    let Ok(names) = fs::read_dir("/run/netns") else { return };
    for name in names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
        if let Some(pid) = name.strip_prefix(PREFIX).map(digits).filter(|pid| !pid.is_empty())
            && !Path::new("/proc").join(pid).exists()
        {
            end_all_in(&name);
            remove(&name);
        }
    }
}
