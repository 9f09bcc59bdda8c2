//! What a node costs while nobody says anything.

use crate::report;

#[cfg(target_os = "linux")]
pub(crate) fn measure() {
    use std::{thread, time::Duration};

    use crate::{
        child::Child,
        support::{Ports, proc},
    };

    /// Nodes in the full mesh. Each has one peer less than that.
    const NODES: u16 = 21;
    const SETTLE: Duration = Duration::from_secs(5);
    const WATCH: Duration = Duration::from_secs(10);

    let binary = std::fs::metadata(env!("CARGO_BIN_EXE_proximity-chat")).unwrap().len();
    report::line("size of the binary", format_args!("{:.1} MB", binary as f64 / 1e6));

    for count in [1, NODES] {
        let ports = Ports::take();
        let range = ports.port(0)..=ports.port(count.max(5) - 1);
        let mut nodes: Vec<_> = (0..count).map(|n| Child::node(&format!("node{n}"), range.clone(), true)).collect();
        for node in &mut nodes {
            for _ in 1..count {
                node.wait_line("\"joined\"");
            }
        }
        // This waits for no condition: the passing of time is what is measured.
        thread::park_timeout(SETTLE);
        let before: Vec<_> = nodes.iter().map(|node| cpu_nanos(node.pid())).collect();
        thread::park_timeout(WATCH);
        let cpu: Vec<_> = nodes
            .iter()
            .zip(before)
            .map(|(node, before)| (cpu_nanos(node.pid()) - before) as f64 / WATCH.as_nanos() as f64 * 100.0)
            .collect();
        let memory: Vec<_> = nodes.iter().map(|node| proc::memory_kib(node.pid()) as f64 / 1_000.0).collect();
        let mean = |figures: &[f64]| figures.iter().sum::<f64>() / figures.len() as f64;
        let most = |figures: &[f64]| figures.iter().copied().fold(0.0, f64::max);
        report::line(
            &format!("idle with {} peers, processor", count - 1),
            format_args!("mean {:.2} %   most {:.2} %   (target: below 0.5 %)", mean(&cpu), most(&cpu)),
        );
        report::line(
            &format!("idle with {} peers, memory", count - 1),
            format_args!("mean {:.1} MB   most {:.1} MB   (target: below 20 MB)", mean(&memory), most(&memory)),
        );
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn measure() {
    report::line("idle", "measured on Linux only");
}

/// Processor time of all threads so far, in nanoseconds.
#[cfg(target_os = "linux")]
fn cpu_nanos(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|stat| stat.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}
