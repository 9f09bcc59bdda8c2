//! What `proximity-chat discover` prints for people.

use std::time::Duration;

use super::lists::counted;
use crate::domain::{bus::SweepProgress, model::group};

/// The labels of a plan.
pub(crate) const NETWORKS: &str = "networks";
pub(crate) const PORTS: &str = "ports";
pub(crate) const HOSTS: &str = "hosts";
pub(crate) const PROBES: &str = "probes";
pub(crate) const TIME: &str = "time";
pub(crate) const ANNOUNCEMENTS: &str = "announcements";
pub(crate) const PEERS: &str = "peers";
pub(crate) const NOTE: &str = "note";

/// The columns of the table.
pub(crate) const HEADINGS: [&str; 6] = ["ADDRESS", "WHO", "KEY", "RELEASE", "TIME", "FOUND BY"];

/// In place of the table.
pub(crate) const NOBODY: &str = "No one answers. To find out why, run: proximity-chat doctor";

/// The release of a node that does not report it.
pub(crate) const OLDER: &str = "older";

/// The key, and the release, of what may be a node of the reference program.
pub(crate) const KEYLESS: &str = "none";
pub(crate) const REFERENCE: &str = "reference, plain text";

/// Why no node of ours answers at an address.
pub(crate) const REFUSED: &str = "refuses the connection";
pub(crate) const SILENT: &str = "does not answer";
pub(crate) const NO_ROUTE: &str = "no route to it";
pub(crate) const ENDED: &str = "closes the connection";
pub(crate) const NOT_A_CHAT: &str = "is not a chat";
pub(crate) const UNPROVEN: &str = "does not prove a key";

/// How far the scan is.
pub(crate) fn progress(progress: &SweepProgress) -> String {
    let SweepProgress { probed, total, left, .. } = progress;
    format!("{} of {}, {} left", group(*probed), counted(*total, "probe"), span(*left))
}

/// How many hosts, or whatever else a plan counts.
pub(crate) fn number(count: u64) -> String {
    group(count)
}

/// How many probes a scan makes, and how fast.
pub(crate) fn pace(probes: u64, per_second: f64) -> String {
    format!("{} at {per_second:.0} per second", group(probes))
}

/// How long a scan takes.
pub(crate) fn times(first_pass: Duration, all: Duration) -> String {
    format!("{} for one port of every host, {} for all ports", span(first_pass), span(all))
}

/// Where the scan asks for announcements.
pub(crate) fn announcements(places: &[String]) -> String {
    if places.is_empty() { "none".to_owned() } else { places.join(", ") }
}

/// How many of the addresses other than our own answered anything.
pub(crate) fn answered(answered: usize, hosts: u64) -> String {
    let addresses = if hosts == 1 { "address" } else { "addresses" };
    let answers = match answered {
        0 => "none answers".to_owned(),
        1 => "1 answers".to_owned(),
        several => format!("{} answer", group(several)),
    };
    format!("Checked {} other {addresses}: {answers}.", group(hosts))
}

/// The name of the user's own copy.
pub(crate) fn own(nick: &str) -> String {
    format!("{nick} (you)")
}

/// A release that speaks another version of the protocol.
pub(crate) fn other_protocol(release: &str) -> String {
    format!("{release} (other protocol)")
}

/// How long an answer took.
pub(crate) fn round_trip(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

/// `0.4 s`, `8.7 s`, `11 min`, `3 h`.
fn span(time: Duration) -> String {
    match time.as_secs() {
        0..100 => format!("{:.1} s", time.as_secs_f32()),
        100..7_200 => format!("{} min", time.as_secs().div_ceil(60)),
        secs => format!("{} h", secs.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bus::SweepState;

    #[test]
    fn counts_and_times_are_worded_correctly() {
        let left = Duration::from_secs(650);
        let scan = SweepProgress {
            state: SweepState::Running,
            probed: 1_200,
            total: 327_675,
            found: 0,
            took: Duration::ZERO,
            left,
        };
        assert_eq!(progress(&scan), "1,200 of 327,675 probes, 11 min left");
        assert_eq!(pace(1_275, 150.0), "1,275 at 150 per second");
        let all = Duration::from_secs(10_000);
        assert_eq!(times(Duration::from_millis(400), all), "0.4 s for one port of every host, 3 h for all ports");
        assert_eq!(answered(0, 1), "Checked 1 other address: none answers.");
        assert_eq!(answered(1, 253), "Checked 253 other addresses: 1 answers.");
        assert_eq!(answered(1_200, 65_534), "Checked 65,534 other addresses: 1,200 answer.");
        assert_eq!(announcements(&[]), "none");
        assert_eq!(round_trip(Duration::from_micros(1_300)), "1.3 ms");
    }
}
