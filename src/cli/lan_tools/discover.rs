//! `proximity-chat discover`: a table of what answers.

use std::io::{self, IsTerminal as _, Write};

use serde_json::{Value, json};

use super::{
    Error, Options,
    found::FoundBy,
    people::{Entry, Kind, entries, why},
    plan::{Outline, outline},
    scan::scan,
};
use crate::{
    domain::bus::SweepState,
    frontend::words::{self, discover as text},
    runtime::io::Net,
};

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A table, for people.
    Table,
    /// One JSON object per line.
    Json,
}

/// Prints what would be scanned, and sends nothing.
///
/// # Errors
/// [`Error::Output`].
pub fn dry_run(options: &Options, style: Style, output: &mut impl Write) -> Result<(), Error> {
    print_plan(&outline(options), options, style, output)
}

/// Scans and prints what answers.
///
/// # Errors
/// [`Error`], whose text says what happened.
pub async fn discover<N: Net>(net: &N, options: &Options, style: Style, output: &mut impl Write) -> Result<(), Error> {
    let plan = outline(options);
    if style == Style::Json {
        print_plan(&plan, options, style, output)?;
    }
    // Progress is only for someone who waits at a terminal.
    let shows = style == Style::Table && io::stderr().is_terminal();
    let scan = scan(net, options, false, None, |progress| {
        if shows {
            let done = progress.state == SweepState::Done;
            let line = if done { String::new() } else { text::progress(progress) };
            // If the standard error cannot be written, nobody is waiting for progress.
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
        }
    })
    .await?;
    let entries = entries(&scan, options);
    match style {
        Style::Table => table(&entries, &scan.survey, output)?,
        Style::Json => {
            for entry in &entries {
                writeln!(output, "{}", found(entry))?;
            }
            let progress = scan.progress.map(|progress| (progress.probed, progress.took));
            let (probed, took) = progress.unwrap_or_default();
            let done = json!({
                "event": "done",
                "probed": probed,
                "hosts": scan.survey.hosts,
                "found": entries.iter().filter(|entry| matches!(entry.kind, Kind::Node { .. })).count(),
                "took_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            });
            writeln!(output, "{done}")?;
        }
    }
    Ok(output.flush()?)
}

fn print_plan(plan: &Outline, options: &Options, style: Style, output: &mut impl Write) -> Result<(), Error> {
    let Outline { networks, hosts, probes, rate, first_pass, all, announcements, peers } = plan;
    let ms = |time: &std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    if style == Style::Json {
        let plan = json!({
            "event": "plan",
            "networks": networks,
            "ports": [options.ports.min(), options.ports.max()],
            "hosts": hosts,
            "probes": probes,
            "rate": rate.round(),
            "first_pass_ms": ms(first_pass),
            "all_ms": ms(all),
            "announcements": announcements,
            "peers": peers,
        });
        writeln!(output, "{plan}")?;
    } else {
        let mut rows = vec![
            (text::NETWORKS, networks.join(", ")),
            (text::PORTS, options.ports.to_string()),
            (text::HOSTS, text::number(*hosts)),
            (text::PROBES, text::pace(*probes, *rate)),
            (text::TIME, text::times(*first_pass, *all)),
            (text::ANNOUNCEMENTS, text::announcements(announcements)),
        ];
        if !peers.is_empty() {
            rows.push((text::PEERS, peers.join(", ")));
        }
        rows.extend(options.site.remarks.iter().map(|remark| (text::NOTE, words::listening::remark(remark))));
        rows.extend(options.no_network.iter().map(|why| (text::NOTE, words::listening::no_network(why))));
        let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, value) in rows {
            writeln!(output, "{label:width$}  {value}")?;
        }
    }
    Ok(output.flush()?)
}

fn table(entries: &[Entry], survey: &crate::core::discovery::sweep::Survey, output: &mut impl Write) -> io::Result<()> {
    let mut rows = vec![text::HEADINGS.map(str::to_owned)];
    rows.extend(entries.iter().map(row));
    if entries.is_empty() {
        writeln!(output, "{}", text::NOBODY)?;
    } else {
        let width =
            |column: usize| rows.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max().unwrap_or(0);
        let widths: Vec<usize> = (0..6).map(width).collect();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            writeln!(output, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
    }
    let hosts = survey.hosts;
    if hosts > 0 {
        writeln!(output, "{}", text::answered(survey.answered.len(), hosts))?;
    }
    Ok(())
}

fn row(entry: &Entry) -> [String; 6] {
    let addrs = entry.addrs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let by = entry.by.iter().copied().map(FoundBy::as_str).collect::<Vec<_>>().join(", ");
    match &entry.kind {
        Kind::Node { node, reply, round_trip, own } => {
            let nick = reply.as_ref().and_then(|reply| reply.nick.as_ref()).map_or("?".to_owned(), ToString::to_string);
            let nick = if *own { text::own(&nick) } else { nick };
            let release = reply.as_ref().map_or(text::OLDER.to_owned(), |reply| {
                if reply.agrees() { reply.version.to_string() } else { text::other_protocol(&reply.version) }
            });
            [addrs, nick, node.tag(8), release, text::round_trip(*round_trip), by]
        }
        Kind::Reference => [addrs, "?".into(), text::KEYLESS.into(), text::REFERENCE.into(), String::new(), by],
        Kind::Other(failure) => [addrs, "-".into(), String::new(), why(*failure).into(), String::new(), by],
    }
}

fn found(entry: &Entry) -> Value {
    let by: Vec<_> = entry.by.iter().copied().map(FoundBy::as_str).collect();
    let mut found = json!({ "event": "found", "addrs": entry.addrs, "by": by });
    let more = match &entry.kind {
        Kind::Node { node, reply, round_trip, own } => json!({
            "protocol": "mesh",
            "peer": node.to_string(),
            "nick": reply.as_ref().and_then(|reply| reply.nick.as_ref()).map(ToString::to_string),
            "version": reply.as_ref().map(|reply| reply.version.to_string()),
            "compatible": reply.as_ref().map(crate::protocol::codec::mesh::ProbeReply::agrees),
            "people": reply.as_ref().map(|reply| reply.people),
            "round_trip_us": u64::try_from(round_trip.as_micros()).unwrap_or(u64::MAX),
            "own": own,
        }),
        Kind::Reference => json!({ "protocol": "reference" }),
        Kind::Other(failure) => json!({ "protocol": null, "why": why(*failure) }),
    };
    if let (Some(found), Value::Object(more)) = (found.as_object_mut(), more) {
        found.extend(more);
    }
    found
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use super::*;
    use crate::{
        core::node::DialFailure,
        domain::model::NodeId,
        schema::{self, Tool},
    };

    /// The keys are a contract. The other tests check it only with nodes of this version.
    #[test]
    fn every_kind_of_answer_fits_the_schema() {
        let old =
            Kind::Node { node: NodeId::numbered(1), reply: None, round_trip: Duration::from_millis(2), own: true };
        let by = BTreeSet::from([FoundBy::Sweep, FoundBy::Announcement, FoundBy::Name]);
        for kind in [old, Kind::Reference, Kind::Other(DialFailure::Timeout)] {
            let addrs = vec!["192.168.1.20:4565".parse().unwrap(), "[fe80::20%2]:4565".parse().unwrap()];
            let printed = found(&Entry { kind, addrs, by: by.clone() });
            assert_eq!(schema::check(Tool::Discover, &printed), Ok(()));
        }
    }
}
