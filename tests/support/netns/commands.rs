//! The system commands that make and change namespaces.

use std::{
    fs,
    fs::OpenOptions,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

/// Whether this command can make namespaces here; if not, why.
pub(super) fn possible(command: &str) -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err("network namespaces need root".to_owned());
    }
    let package = if command == "nft" { "nftables" } else { "iproute2" };
    let there = Command::new(command).arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    there.map(|_| ()).map_err(|e| format!("the command `{command}` (package {package}) cannot be run: {e}"))
}

/// Whether tunnels can be made here; if not, why. Many containers lack the device although their kernel supports it.
/// They get the device that every other system has.
pub(super) fn tunnels_possible() -> Result<(), String> {
    const DEVICE: &str = "/dev/net/tun";
    if !Path::new(DEVICE).exists() {
        let made = fs::create_dir_all("/dev/net").and_then(|()| {
            // The device numbers in Linux (Documentation/admin-guide/devices.txt).
            Command::new("mknod").args(["-m", "666", DEVICE, "c", "10", "200"]).stderr(Stdio::null()).status()
        });
        // Whether that worked shows when the device is opened. Two tests may do this at the same time.
        made.map_err(|e| format!("{DEVICE} is missing and cannot be made: {e}"))?;
    }
    let opened = OpenOptions::new().read(true).write(true).open(DEVICE);
    opened.map(|_| ()).map_err(|e| format!("{DEVICE} cannot be opened: {e}"))
}

pub(super) fn ip(arguments: &[&str]) {
    run("ip", arguments);
}

/// Runs a command that must succeed, and returns what it printed.
pub(super) fn run(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {}: {said}", arguments.join(" "));
    String::from_utf8(done.stdout).unwrap()
}

/// Adds nftables rules in a namespace.
pub(super) fn filter(name: &str, rules: &str) {
    let mut nft = Command::new("ip")
        .args(["netns", "exec", name, "nft", "-f", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    nft.stdin.take().unwrap().write_all(rules.as_bytes()).unwrap();
    let done = nft.wait_with_output().unwrap();
    assert!(done.status.success(), "{rules}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The object with this name in a namespace's nftables: its family, its table and its own name.
pub(super) fn listed(name: &str, kind: &str, what: [&str; 3]) -> Value {
    let [family, table, own] = what;
    let listed = run("ip", &["netns", "exec", name, "nft", "-j", "list", kind, family, table, own]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    // The first entry is about nft itself.
    listed["nftables"][1][kind].clone()
}

/// How many packets a named counter has counted.
pub(super) fn counter(name: &str, what: [&str; 3]) -> u64 {
    listed(name, "counter", what)["packets"].as_u64().unwrap()
}
