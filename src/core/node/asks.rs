//! Addresses that the user named, and what is said when nobody answers there.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use super::{DialFailure, MAX_NODES, Node, Output, book::TRIES_WHEN_ASKED};
use crate::{
    domain::{
        bus::{FailureCode, NoticeCode, Update},
        model::{Now, Target},
    },
    protocol::codec::mesh::Reason,
};

/// `/connect` commands that are waited for at once; older ones lose their closing word, not their dials.
const MAX_ASKS: usize = 16;

/// An address that the user named and that has not answered yet.
#[derive(Debug)]
pub(super) struct Ask {
    target: Target,
    began: Instant,
    /// What has not failed often enough to say so.
    left: BTreeSet<SocketAddr>,
    /// Whether it is tried on for ever.
    configured: bool,
}

impl Node {
    pub(super) fn configured(&mut self, target: Target, now: Now) {
        if !self.location.reaches(target.ip()) {
            return;
        }
        let others = self.others_at(target);
        for addr in &others {
            let busy = self.is_busy(addr);
            self.book.configured(*addr, busy, now.mono);
        }
        if !others.is_empty() {
            self.ask(Ask { target, began: now.mono, left: others, configured: true });
        }
    }

    pub(super) fn connect(&mut self, target: Target, now: Now, out: &mut Vec<Output>) {
        if !self.location.reaches(target.ip()) {
            let text = format!(
                "{target} is beyond this machine, and nothing leaves it now. F2, or /lan on, opens the chat to your network."
            );
            return out.push(Output::Update(Update::Failed { code: FailureCode::Unreachable, text }));
        }
        let others = self.others_at(target);
        let (here, absent): (BTreeSet<_>, BTreeSet<_>) = others.into_iter().partition(|addr| self.is_linked(*addr));
        for addr in &absent {
            let busy = self.is_busy(addr);
            self.book.asked(*addr, busy, now.mono);
        }
        let (code, text) = if let Some(addr) = here.first() {
            // Several people may be at one host: its other ports are tried all the same, but promise nothing.
            (None, format!("{addr} is here already."))
        } else if absent.is_empty() {
            (Some(FailureCode::OwnAddress), format!("{target} is this node itself. Give the address of somebody else."))
        } else if self.nodes_full() {
            (
                Some(FailureCode::RoomFull),
                format!("{MAX_NODES} people are here already; there is no room for {target}."),
            )
        } else {
            self.ask(Ask { target, began: now.mono, left: absent, configured: false });
            (None, format!("Dialling {target}…"))
        };
        out.push(Output::Update(match code {
            Some(code) => Update::Failed { code, text },
            None => Update::Notice { code: NoticeCode::Connect, text },
        }));
    }

    fn others_at(&self, target: Target) -> BTreeSet<SocketAddr> {
        let all: BTreeSet<SocketAddr> = match target {
            Target::Socket(addr) => [addr].into(),
            Target::Host(ip) => self.ports.iter().map(|port| SocketAddr::new(ip, port)).collect(),
        };
        all.into_iter().filter(|addr| !self.location.is_own(addr)).collect()
    }

    fn ask(&mut self, ask: Ask) {
        if self.asks.len() == MAX_ASKS {
            self.asks.remove(0);
        }
        self.asks.push(ask);
    }

    /// Somebody answered: what was asked for is there.
    pub(super) fn somebody_at(&mut self, addr: SocketAddr) {
        self.asks.retain(|ask| match ask.target {
            Target::Host(ip) => ip != addr.ip(),
            Target::Socket(asked) => asked != addr,
        });
    }

    /// Nobody answered: says so once all ports of the target have failed.
    pub(super) fn nobody_at(&mut self, addr: SocketAddr, failure: Failure, now: Now, out: &mut Vec<Output>) {
        let from = self.location.towards(addr.ip()).map_or(addr.ip(), |own| own.ip());
        self.asks.retain_mut(|ask| {
            if !ask.left.remove(&addr) || !ask.left.is_empty() {
                return true;
            }
            out.push(Output::Update(ask.failed(failure, from, now)));
            false
        });
    }
}

/// Why an address that the user named is not linked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Failure {
    Dial(DialFailure),
    Refusal(Option<Reason>),
    /// A reference node, and such are not let in from there.
    Guest,
    /// What was secure speaks plain text now.
    Downgrade,
}

impl Ask {
    fn failed(&self, failure: Failure, from: IpAddr, now: Now) -> Update {
        let target = self.target;
        let took = now.mono.saturating_duration_since(self.began).max(Duration::from_secs(1)).as_secs();
        let tries = format!("({TRIES_WHEN_ASKED} tries, {took} s)");
        let (code, mut text) = match failure {
            Failure::Dial(DialFailure::Unreachable) => (
                FailureCode::Unreachable,
                format!("There is no way from {from} to {target}. Is it on a network that this machine is in?"),
            ),
            Failure::Dial(DialFailure::Protocol) => (
                FailureCode::NoAnswer,
                format!("{target} answers, but not as a chat node {tries}. Is it the right port?"),
            ),
            Failure::Dial(DialFailure::Ended) => (
                FailureCode::NoAnswer,
                format!("{target} ends the connection {tries}. Is it a chat node, and has it room for one more?"),
            ),
            Failure::Dial(DialFailure::Untrusted) => (
                FailureCode::NoAnswer,
                format!("{target} answers, but does not prove who it is {tries}. It is not let in."),
            ),
            Failure::Guest | Failure::Dial(DialFailure::NotTls) => (
                FailureCode::Refused,
                format!(
                    "{target} speaks plain text only, and guests are not let in from there {tries}. --guests network \
                     lets them in, where everybody can read what is said."
                ),
            ),
            Failure::Downgrade => (
                FailureCode::Refused,
                format!(
                    "{target} was secure before and speaks plain text only now {tries}. Somebody else may be there; it \
                     is not let in."
                ),
            ),
            Failure::Dial(DialFailure::Refused | DialFailure::Timeout) => {
                (FailureCode::NoAnswer, format!("No answer from {target} {tries}. Is the program open there?"))
            }
            Failure::Refusal(Some(Reason::Full)) => {
                (FailureCode::Refused, format!("{target} has no room for one more {tries}."))
            }
            Failure::Refusal(Some(Reason::Version)) => (
                FailureCode::Refused,
                format!("{target} speaks another version of the protocol {tries}. The older program needs an update."),
            ),
            Failure::Refusal(_) => (
                FailureCode::Refused,
                format!(
                    "{target} does not let us in {tries}. Perhaps it still knows us from before; Ctrl-R tries again."
                ),
            ),
        };
        if self.configured {
            text.push_str(" It is tried again from time to time.");
        }
        Update::Failed { code, text }
    }
}
