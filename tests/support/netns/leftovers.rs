//! Removes namespaces: our own, and those of runs that were killed.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use super::PREFIX;

/// Removes what killed runs have left behind.
pub(super) fn remove() {
    let Ok(names) = fs::read_dir("/run/netns") else { return };
    for name in names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
        if let Some(pid) = name.strip_prefix(PREFIX).map(digits).filter(|pid| !pid.is_empty())
            && !Path::new("/proc").join(pid).exists()
        {
            end_all_in(&name);
            remove_namespace(&name);
        }
    }
}

/// Removes a namespace. Errors do not matter: it may already be gone.
pub(super) fn remove_namespace(name: &str) {
    let _ = Command::new("ip").args(["netns", "delete", name]).stderr(Stdio::null()).status();
}

/// Ends the nodes that a killed run left in its namespace, which only has that run's children.
fn end_all_in(name: &str) {
    let Ok(pids) = Command::new("ip").args(["netns", "pids", name]).stderr(Stdio::null()).output() else { return };
    for pid in String::from_utf8_lossy(&pids.stdout).lines().filter_map(|pid| pid.trim().parse().ok()) {
        if let Some(pid) = rustix::process::Pid::from_raw(pid) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}
