//! What the kernel knows about one of our processes.

use std::{collections::HashSet, fs, time::Duration};

/// Memory in use, in KiB.
pub(crate) fn memory_kib(pid: u32) -> u64 {
    status_kib(pid, "VmRSS:")
}

/// Memory in use that belongs to no file, in KiB: what a process has taken, without the parts of its program that the
/// kernel happens to have loaded or dropped.
pub(crate) fn own_memory_kib(pid: u32) -> u64 {
    status_kib(pid, "RssAnon:")
}

fn status_kib(pid: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with(what)).expect("a process has memory");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number of KiB")
}

/// Open file descriptors.
pub(crate) fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).expect("the process runs").count()
}

/// Processor time of all threads of a process.
pub(crate) fn busy(pid: u32) -> Duration {
    /// The kernel's unit for this (`USER_HZ`), whatever it measures with.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // The name may contain spaces and brackets; nothing after it does.
    let (_, rest) = stat.rsplit_once(") ").expect("a process has a name");
    let ticks: u32 = rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u32>().expect("ticks")).sum();
    TICK * ticks
}

/// Established TCP connections of a process, in any network namespace.
pub(crate) fn connections(pid: u32) -> usize {
    const ESTABLISHED: &str = "01";
    let table = |name| fs::read_to_string(format!("/proc/{pid}/net/{name}")).expect("the process runs");
    let established: HashSet<_> = [table("tcp"), table("tcp6")]
        .iter()
        .flat_map(|table| table.lines().skip(1))
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|columns| columns.get(3) == Some(&ESTABLISHED))
        .filter_map(|columns| columns.get(9).map(|inode| format!("socket:[{inode}]")))
        .collect();
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).expect("the process runs");
    descriptors
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter(|link| link.to_str().is_some_and(|link| established.contains(link)))
        .count()
}

/// What has been sent over IPv4 from the network namespace of a process, in bytes with all headers from IP on.
pub(crate) fn ipv4_bytes_sent(pid: u32) -> u64 {
    let table = fs::read_to_string(format!("/proc/{pid}/net/netstat")).expect("the process runs");
    let mut lines = table.lines().filter(|line| line.starts_with("IpExt:")).map(str::split_whitespace);
    let (names, values) = (lines.next().expect("names"), lines.next().expect("values"));
    let sent = names.zip(values).find(|(name, _)| *name == "OutOctets").expect("a count of bytes");
    sent.1.parse().expect("a number of bytes")
}
