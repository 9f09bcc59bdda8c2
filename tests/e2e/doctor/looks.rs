//! `proximity-chat discover`.

use super::{tool, two};
use crate::support::Lab;

#[test]
#[ignore = "long: a whole sweep"]
fn discover_finds_a_node_both_ways_without_joining() {
    let Some(mut lab) = Lab::or_skip("discover_finds_a_node_both_ways_without_joining") else { return };
    let (here, _there, bob) = two(&mut lab);
    let printed = tool(&here, &["discover"]);
    let found: Vec<_> = printed.lines.iter().filter(|line| line["event"] == "found").collect();
    assert_eq!(found.len(), 1, "{:#?}", printed.lines);
    assert_eq!((&found[0]["nick"], &found[0]["addrs"][0]), (&"bob".into(), &"10.77.0.30:4565".into()));
    assert_eq!(found[0]["by"], serde_json::json!(["sweep", "announcement"]));
    assert_eq!(found[0]["peer"].as_str(), Some(bob.id().as_str()));
    let done = printed.lines.last().unwrap();
    assert_eq!((done["event"].as_str(), done["probed"].as_u64()), (Some("done"), Some(255 * 5)));
    assert!(bob.peer_changes().is_empty(), "nobody joined: {:?}", bob.peer_changes());
}

#[test]
fn a_dry_run_says_its_plan_and_does_nothing() {
    let test = "a_dry_run_says_its_plan_and_does_nothing";
    let Some(mut lab) = Lab::with_filters_or_skip(test) else { return };
    let here = lab.host("10.77.0.1/24");
    // The system itself sends other kinds of packets.
    here.filter(
        "table inet test {\ncounter sent { }\nchain door {\ntype filter hook output priority 0\n\
         meta l4proto { tcp, udp } counter name sent\n}\n}\n",
    );
    let printed = tool(&here, &["discover", "--dry-run"]);
    assert_eq!(here.counter("sent"), 0, "packets left");
    let plan = &printed.lines[0];
    assert_eq!((plan["event"].as_str(), plan["hosts"].as_u64()), (Some("plan"), Some(255)));
    assert_eq!((plan["probes"].as_u64(), plan["rate"].as_f64()), (Some(1_275), Some(150.0)));
    assert!(matches!(plan["first_pass_ms"].as_u64(), Some(1_699..=1_700)), "{plan}");
    assert_eq!(printed.lines.len(), 1);
}
