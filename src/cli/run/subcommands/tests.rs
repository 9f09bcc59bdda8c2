//! Over in-memory pipes, with whole nodes where there should be somebody to find.

use std::net::SocketAddr;

use crate::{
    cli::lan_tools::{Options, Style, discover, doctor, dry_run},
    core::discovery::listen_plan::ListenPlan,
    domain::model::{Fault, Finding},
    protocol::identity::Identity,
    runtime::{
        actor::tests::start,
        io::{MemoryNet, Net as _},
    },
    schema::{self, Tool},
};

fn options() -> Options {
    let site = ListenPlan::machine([127, 0, 0, 1].into(), &["127.0.0.1/32".parse().unwrap()], &[]);
    Options { site, identity: Identity::from_secret(&[9; 32]), seed: 7, ..Options::example() }
}

#[tokio::test(start_paused = true)]
async fn discover_lists_a_node_without_joining_it() {
    let net = MemoryNet::default();
    let mut alice = start(&net, "alice", 1).await;
    let mut text = Vec::new();
    discover(&net, &options(), Style::Table, &mut text).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.lines().next().unwrap().starts_with("ADDRESS") && text.contains("alice"), "{text}");
    let mut json = Vec::new();
    discover(&net, &options(), Style::Json, &mut json).await.unwrap();
    let lines: Vec<_> =
        String::from_utf8(json).unwrap().lines().map(|line| schema::event(Tool::Discover, line)).collect();
    assert_eq!((lines[0]["event"].as_str(), lines[0]["probes"].as_u64()), (Some("plan"), Some(5)));
    assert_eq!((lines[1]["event"].as_str(), lines[1]["nick"].as_str()), (Some("found"), Some("alice")));
    assert_eq!(lines[1]["peer"], alice.node.to_string());
    assert_eq!((lines[1]["compatible"].as_bool(), lines[1]["people"].as_u64()), (Some(true), Some(0)));
    assert_eq!((lines[2]["event"].as_str(), lines[2]["found"].as_u64()), (Some("done"), Some(1)));
    assert!(!alice.was_joined());
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_only_estimates_the_time() {
    let mut options = options();
    options.site.sweep = vec!["10.0.0.0/24".parse().unwrap()];
    let mut text = Vec::new();
    dry_run(&options, Style::Table, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("probes         1,270 at 150 per second"), "{text}");
    assert!(text.contains("1.7 s for one port of every host, 10.8 s for all ports"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_doctor_reports_a_closed_node_and_taken_ports() {
    let net = MemoryNet::default();
    let _alice = start(&net, "alice", 1).await;
    let report = doctor(&net, &options()).await.unwrap();
    assert_eq!(report.findings[0], Finding::Closed);
    let mut taken = Vec::new();
    for port in 4566..=4569 {
        taken.push(net.bind(SocketAddr::from(([127, 0, 0, 1], port))).await.unwrap());
    }
    let report = doctor(&net, &options()).await.unwrap();
    assert_eq!(report.findings[0].fault(), Fault::PortTaken);
    assert!(report.has_fault());
    let mut json = Vec::new();
    report.print(Style::Json, &mut json).unwrap();
    let lines = String::from_utf8(json).unwrap();
    lines.lines().for_each(|line| drop(schema::event(Tool::Doctor, line)));
    assert_eq!(lines.lines().count(), report.findings.len() + 1);
}
