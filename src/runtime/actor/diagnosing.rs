//! Explains why nobody shows up, while nobody does. It judges what the node itself has seen, as `proximity-chat doctor`
//! does.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{Actor, Stop};
use crate::{
    core::{
        diagnosis::{Evidence, Person, Proximity, Reached, diagnose},
        discovery::{listen_plan::ListenPlan, sweep::Survey},
        node::Trouble,
    },
    domain::{
        bus::Update,
        model::{Fault, Finding, Severity},
    },
    runtime::{
        discovery::Observation,
        io::{self, Net},
    },
};

/// Time between diagnoses while there is something new. Each one reads tables of the system, which takes a millisecond.
const EVERY: Duration = Duration::from_secs(2);

/// Time between diagnoses while there is nothing new. Routes, and who announces themselves, change without notice.
const AGAIN: Duration = Duration::from_secs(10);

/// How many announcements from elsewhere are remembered, and how many silent interfaces.
const MAX_KEPT: usize = 16;

/// What was seen since the node came to its present site.
#[derive(Debug, Default)]
pub(super) struct Diagnosing {
    /// Whether there is a machine whose tables can be read.
    wanted: bool,
    survey: Option<Survey>,
    off_link: BTreeSet<(Arc<str>, IpAddr)>,
    mute: BTreeMap<Arc<str>, String>,
    /// Whether there is something new to judge, and when the last diagnosis was made.
    fresh: bool,
    last: Option<Instant>,
    told: Vec<Finding>,
}

impl Diagnosing {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Keeps an observation for the next diagnosis.
    pub(super) fn keep(&mut self, observation: Observation) {
        match observation {
            Observation::Surveyed(survey) => self.survey = Some(survey),
            Observation::OffLink { addr, interface } => {
                if self.off_link.len() >= MAX_KEPT {
                    return;
                }
                self.off_link.insert((interface, addr.ip()));
            }
            Observation::Mute { interface, error } => {
                if self.mute.len() >= MAX_KEPT {
                    return;
                }
                self.mute.insert(interface, error.to_string());
            }
            Observation::Audible { interface } => drop(self.mute.remove(&interface)),
        }
        self.fresh = true;
    }

    /// Forgets what was seen, because the node is at another site.
    pub(super) fn forget(&mut self) {
        *self = Self { told: std::mem::take(&mut self.told), ..Self::new(self.wanted) };
    }
}

impl<N: Net> Actor<N> {
    /// Says why nobody shows up, if nobody does and the reason has changed.
    pub(super) async fn diagnose(&mut self) -> Result<(), Stop> {
        if !self.diagnosing.wanted {
            return Ok(());
        }
        // Another update says that there is no network.
        let open = self.network.now().site.open && self.network.now().lost.is_none();
        let asks = open && self.node.linked_peers().next().is_none();
        let pause = if self.diagnosing.fresh { EVERY } else { AGAIN };
        if asks && self.diagnosing.last.is_some_and(|at| at.elapsed() < pause) {
            return Ok(());
        }
        let findings = if asks { self.judge() } else { Vec::new() };
        if findings == self.diagnosing.told {
            return Ok(());
        }
        tracing::info!(findings = ?findings.iter().map(|finding| finding.fault().as_str()).collect::<Vec<_>>(), "diagnosis");
        self.diagnosing.told.clone_from(&findings);
        self.front_end.tell(Update::Diagnosis(findings)).await
    }

    fn judge(&mut self) -> Vec<Finding> {
        (self.diagnosing.fresh, self.diagnosing.last) = (false, Some(Instant::now()));
        let ListenPlan { spots, sweep, open, .. } = &self.network.now().site;
        let interfaces = io::interfaces().unwrap_or_default();
        let now = self.clock.now();
        let people = self.node.unreachable(now).map(|(addr, trouble)| Person {
            addr,
            place: Proximity::of(addr.ip(), spots),
            announced: trouble != Trouble::OtherVersion,
            reached: match trouble {
                Trouble::Silent => Reached::Silent,
                Trouble::Refused => Reached::Refused,
                Trouble::OtherVersion => Reached::OtherVersion,
            },
        });
        let said: Vec<IpAddr> = self.node.unreachable(now).map(|(addr, _)| addr.ip()).collect();
        let evidence = Evidence {
            captured: io::captured(spots, &interfaces, &said),
            interfaces,
            open: *open,
            spots: spots.clone(),
            swept: self.diagnosing.survey.as_ref().map(|survey| io::swept(survey, sweep)),
            mute: self.diagnosing.mute.iter().map(|(name, why)| (name.clone(), why.clone())).collect(),
            off_link: self.diagnosing.off_link.clone(),
            announces: self.discovery.announces(),
            people: people.collect(),
            ..Evidence::default()
        };
        // Other updates say that nobody is here.
        let said = |finding: &Finding| matches!(finding.fault(), Fault::NobodyFound | Fault::NoNetwork | Fault::Closed);
        diagnose(&evidence).into_iter().filter(|one| one.severity() != Severity::Fine && !said(one)).collect()
    }
}
