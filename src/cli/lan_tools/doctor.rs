//! `proximity-chat doctor`: why nobody shows up.

use std::{
    io::{self, Write},
    time::Duration,
};

use serde_json::json;

use super::{Error, Options, Style, evidence::evidence, scan::scan};
use crate::{
    core::diagnosis::diagnose,
    domain::model::{Finding, Severity},
    frontend::words,
    runtime::io::Net,
};

/// The longest scan: the report must come within ten seconds.
const LIMIT: Duration = Duration::from_secs(8);

/// What the doctor found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether something keeps people from meeting.
    pub fn has_fault(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity() == Severity::Fault)
    }

    /// Prints the report.
    ///
    /// # Errors
    /// The error of the output.
    pub fn print(&self, style: Style, output: &mut impl Write) -> io::Result<()> {
        for finding in &self.findings {
            let (what, todo) = (words::findings::what(finding), words::findings::todo(finding));
            if style == Style::Json {
                let finding = json!({
                    "event": "finding",
                    "code": finding.fault().as_str(),
                    "state": finding.severity().as_str(),
                    "text": what,
                    "todo": todo,
                });
                writeln!(output, "{finding}")?;
                continue;
            }
            let mark = match finding.severity() {
                Severity::Fault => "!!",
                Severity::Warning => " !",
                Severity::Fine => "ok",
            };
            writeln!(output, "{mark} {what}")?;
            if !todo.is_empty() {
                writeln!(output, "   {todo}")?;
            }
        }
        if style == Style::Json {
            let worst = self.findings.iter().find(|finding| finding.severity() != Severity::Fine);
            let verdict = json!({
                "event": "verdict",
                "code": worst.map(|finding| finding.fault().as_str()),
                "state": worst.map_or(Severity::Fine, Finding::severity).as_str(),
            });
            writeln!(output, "{verdict}")?;
        }
        output.flush()
    }
}

/// Checks this machine, its network, and the nodes there.
///
/// # Errors
/// [`Error`], whose text says what happened.
pub async fn doctor<N: Net>(net: &N, options: &Options) -> Result<Report, Error> {
    let scan = scan(net, options, true, Some(LIMIT), |_| {}).await?;
    Ok(Report { findings: diagnose(&evidence(&scan, options)) })
}
