//! The time from a line on one node's standard input to that line on the other's standard output.

use std::time::{Duration, Instant};

use crate::{
    bare::{self, Role},
    child::Child,
    plain,
    report::{self, Times},
    support::Ports,
};

/// Lines per turn, after [`WARM_UP`] more that do not count.
const LINES: u32 = 1_000;
const WARM_UP: u32 = 100;

/// How often the streams without pipes are measured in each turn, each time in a new process.
const PINGS: u32 = 5;

/// Turns of each kind, one after the other.
const TURNS: u32 = 4;

pub(crate) fn measure() {
    let ports = Ports::take();
    let range = |first: u16| ports.port(first)..=ports.port(first + 1);
    let mut text = pair(range(0), false);
    let mut json = pair(range(2), true);
    let mut bare = [bare::listening(&Role::Server(ports.addr(4))), bare::start(&Role::Client(ports.addr(4)))];
    bare[1].wait_line("joined");
    let _echo = bare::listening(&Role::Echo(ports.addr(5)));
    let _tls_echo = bare::listening(&Role::TlsEcho(ports.addr(6)));
    let (mut from, to) = plain::link(&ports, 7, 1);
    from.discard_output();
    let [to] = <[Child; 1]>::try_from(to).ok().unwrap();
    let mut plain = [from, to];

    let [mut text_times, mut json_times, mut bare_times, mut plain_times] = [(); 4].map(|()| Times::default());
    let [mut without_pipes, mut in_tls] = [const { Vec::new() }; 2];
    for turn in 0..TURNS {
        turn_of(&mut text, turn, &mut text_times);
        turn_of(&mut plain, turn, &mut plain_times);
        turn_of(&mut bare, turn, &mut bare_times);
        turn_of(&mut json, turn, &mut json_times);
        for _ in 0..PINGS {
            without_pipes.push(ping(&Role::Ping(ports.addr(5), LINES)));
            in_tls.push(ping(&Role::TlsPing(ports.addr(6), LINES)));
        }
    }
    // The best of many. Whether both ends share a processor core is luck, and matters three times as much as TLS.
    let [(p50, p99), (tls_p50, tls_p99)] = [without_pipes, in_tls].map(|turns| turns.into_iter().min().unwrap());
    // A line is on disk before it is sent, and there before it is shown: two commits.
    report::line("line to line, text", format_args!("{text_times} (target: p50 3 ms)"));
    report::line("line to line, JSON", &json_times);
    report::line(&format!("line to line, {}", plain::name()), &plain_times);
    report::line("line to line, bare stream", &bare_times);
    report::line("bare stream without pipes, one way", format_args!("p50 {p50:>9.1?}   p99 {p99:>9.1?}"));
    report::line("bare TLS stream without pipes, one way", format_args!("p50 {tls_p50:>9.1?}   p99 {tls_p99:>9.1?}"));
    report::ratio(&format!("text / {}", plain::name()), &text_times, &plain_times);
    let times = tls_p50.as_secs_f64() / p50.as_secs_f64();
    report::line("bare TLS stream / bare stream", format_args!("{times:.2}"));
    report::ratio("text / bare stream", &text_times, &bare_times);
    report::ratio("JSON / bare stream", &json_times, &bare_times);
    let times = text_times.percentile(50).as_secs_f64() / p50.as_secs_f64();
    report::line("text / bare stream without pipes", format_args!("{times:.2}"));
}

/// Two linked nodes, of which the second prints in the measured format.
fn pair(ports: std::ops::RangeInclusive<u16>, json: bool) -> [Child; 2] {
    let mut first = Child::node("first", ports.clone(), true);
    first.wait_line("\"listening\"");
    let second = Child::node("second", ports, json);
    first.wait_line("\"joined\"");
    first.discard_output();
    [first, second]
}

/// Says lines to the first node, and waits for each at the second.
fn turn_of([from, to]: &mut [Child; 2], turn: u32, times: &mut Times) {
    for n in 0..WARM_UP + LINES {
        let text = format!("{turn} {n} a line of about the length that people write");
        let begun = Instant::now();
        from.say(&text);
        to.wait_line(&text);
        if n >= WARM_UP {
            times.add(begun.elapsed());
        }
    }
}

/// The p50 and p99 that a process in this role reports.
fn ping(role: &Role) -> (Duration, Duration) {
    let mut child = bare::start(role);
    let report = child.wait_line("oneway");
    let mut nanos = report.split_whitespace().skip(1).map(|n| Duration::from_nanos(n.parse().unwrap()));
    (nanos.next().unwrap(), nanos.next().unwrap())
}
