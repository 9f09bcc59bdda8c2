//! Comparing short codes with people (`/verify`): what passes between the user, the links and the rules of
//! [`comparison`].
//!
//! The machine is told when links with nodes come and go, which steps arrive on them, and what the user says. It keeps
//! no timers of its own: each comparison knows when it expires, and [`Verify::next_timer`] asks them.

mod comparison;
mod pace;
mod shown_code;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use bytes::Bytes;
use comparison::{Comparison, Event, Step};
use pace::Pace;
use shown_code::{Meant, ShownCodes};

use super::trust::People;
use crate::{
    core::secrets::Secrets,
    domain::{
        bus::{Failure, Update, VerifyFailure, VerifyStep},
        model::{LinkId, NodeId, PeerId, Who},
    },
    protocol::codec::mesh::{self, Doubt, Frame, Sas},
};

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(super) enum Input<'a> {
    /// A node was linked.
    LinkUp {
        /// On which link.
        link: LinkId,
        /// Its key.
        node: NodeId,
        /// What TLS gives both ends of the link, and nobody else.
        exporter: [u8; 32],
        /// Whether its program can compare codes.
        capable: bool,
    },
    /// A link is gone.
    LinkDown(LinkId),
    /// A node sends a step of a comparison.
    Step {
        /// On which link.
        link: LinkId,
        /// The step.
        step: Sas,
    },
    /// A node says that its user found the codes to differ.
    TheyDiffer(LinkId),
    /// The user wants to compare codes with somebody.
    Begin(&'a Who),
    /// The user says whether the codes were the same.
    Answer {
        /// Whose code: the one shown under exactly that name, or the one of that key.
        who: &'a Who,
        /// Whether the codes were the same.
        same: bool,
    },
    /// The clock moved on, or somebody was renamed.
    Tick,
}

/// What the machine wants done.
#[expect(clippy::large_enum_variant, reason = "a few exist at a time, and only for a moment")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Output {
    /// Send a frame on a link.
    Tell {
        /// Which link.
        link: LinkId,
        /// The frame.
        frame: Bytes,
    },
    /// Tell the front end.
    Update(Update),
    /// The user has compared codes with this node.
    Compared {
        /// Its key.
        node: NodeId,
        /// Whether they were the same.
        same: bool,
    },
    /// The other side of a link broke the rules: end it.
    Misbehaved(LinkId),
}

/// The machine. See the module's documentation.
#[derive(Debug)]
pub(super) struct Verify {
    me: NodeId,
    nonces: Secrets,
    pace: Pace,
    links: BTreeMap<LinkId, Linked>,
    shown: ShownCodes,
    /// Nodes that are to be told, when they are linked again, that the codes differed. Each entry is an answer of the
    /// user.
    untold: BTreeSet<NodeId>,
}

/// A link with a node.
#[derive(Debug)]
struct Linked {
    node: NodeId,
    capable: bool,
    comparison: Comparison,
}

impl Verify {
    /// `secret`: from the operating system, drawn for this run.
    pub(super) fn new(me: NodeId, secret: [u8; 32]) -> Self {
        Self {
            me,
            nonces: Secrets::new(Secrets::NONCES, secret),
            pace: Pace::default(),
            links: BTreeMap::new(),
            shown: ShownCodes::default(),
            untold: BTreeSet::new(),
        }
    }

    /// Handles one input and appends what is to be done to `out`.
    pub(super) fn handle(&mut self, input: Input<'_>, people: People<'_>, now: Instant, out: &mut Vec<Output>) {
        let refused = match input {
            Input::LinkUp { link, node, exporter, capable } => {
                let comparison = Comparison::new(self.me, node, exporter);
                self.links.insert(link, Linked { node, capable, comparison });
                if self.untold.remove(&node) {
                    out.push(Output::Tell { link, frame: codes_differ() });
                }
                Ok(())
            }
            Input::LinkDown(link) => {
                self.link_down(link, out);
                Ok(())
            }
            Input::Step { link, step } => {
                self.step(link, step, people, now, out);
                Ok(())
            }
            Input::TheyDiffer(link) => {
                self.they_differ(link, people, now, out);
                Ok(())
            }
            Input::Begin(who) => self.begin(who, people, now, out),
            Input::Answer { who, same } => self.answer(who, same, people, now, out),
            Input::Tick => {
                self.tick(people, now, out);
                Ok(())
            }
        };
        if let Err(failure) = refused {
            out.push(Output::Update(Update::Failed(failure)));
        }
    }

    /// When [`Input::Tick`] is due next.
    pub(super) fn next_timer(&self) -> Option<Instant> {
        self.links.values().filter_map(|linked| linked.comparison.next_due()).min()
    }

    fn begin(&mut self, who: &Who, people: People<'_>, now: Instant, out: &mut Vec<Output>) -> Result<(), Failure> {
        let id = people.resolve(who).map_err(Failure::Who)?;
        let name = || people.names().name(id);
        let PeerId::Node(node) = id else { return Err(Failure::Verify(VerifyFailure::Guest { name: name() })) };
        let linked = self.links.iter_mut().rfind(|(_, linked)| linked.node == node);
        let Some((&link, linked)) = linked else { return Err(Failure::Verify(VerifyFailure::Absent { name: name() })) };
        if !linked.capable {
            return Err(Failure::Verify(VerifyFailure::Incapable { name: name() }));
        }
        let mut events = Vec::new();
        let begun = linked.comparison.begin(self.nonces.next(), &mut self.pace, now, &mut events);
        self.carry_out(link, node, events, people, now, out);
        begun.map_err(Failure::Verify)
    }

    fn answer(
        &mut self,
        who: &Who,
        same: bool,
        people: People<'_>,
        now: Instant,
        out: &mut Vec<Output>,
    ) -> Result<(), Failure> {
        let no_code = |id| Err(Failure::Verify(VerifyFailure::NoCode { name: people.names().name(id) }));
        let (node, latest) = match self.shown.meant(who, now) {
            Meant::None => return no_code(people.resolve(who).map_err(Failure::Who)?),
            Meant::One { node, latest } => (node, latest),
            Meant::Several(nodes) => {
                let ids: Vec<PeerId> = nodes.into_iter().map(PeerId::Node).collect();
                return Err(Failure::Who(people.several(who, &ids)));
            }
        };
        let id = PeerId::Node(node);
        let linked = self.links.iter_mut().rfind(|(_, linked)| linked.node == node);
        let (link, answered) = match linked {
            Some((link, linked)) => (Some(*link), latest && linked.comparison.answered()),
            None => (None, false),
        };
        // A "no" counts even if the link or the code has ended; otherwise somebody in between could escape it by ending
        // the link in time.
        if !latest || same && !answered {
            return no_code(id);
        }
        if !same {
            match link {
                Some(link) => out.push(Output::Tell { link, frame: codes_differ() }),
                None => drop(self.untold.insert(node)),
            }
        }
        let step = if same { VerifyStep::Verified } else { VerifyStep::Differs };
        out.push(Output::Update(Update::Verify { peer: id, step }));
        out.push(Output::Compared { node, same });
        Ok(())
    }

    /// The other side says that the codes differ. That is believed if a code was shown here: then both users know about
    /// it.
    fn they_differ(&mut self, link: LinkId, people: People<'_>, now: Instant, out: &mut Vec<Output>) {
        let Some(node) = self.links.get(&link).map(|linked| linked.node) else { return };
        if people.here().peer(PeerId::Node(node)).is_none_or(|peer| peer.repute.ignored) {
            return;
        }
        if self.shown.take_shown(node, now) {
            if let Some(linked) = self.links.get_mut(&link) {
                linked.comparison.answered();
            }
            let step = VerifyStep::TheySayDiffers;
            out.push(Output::Update(Update::Verify { peer: PeerId::Node(node), step }));
            out.push(Output::Compared { node, same: false });
        }
    }

    fn step(&mut self, link: LinkId, step: Sas, people: People<'_>, now: Instant, out: &mut Vec<Output>) {
        let Some(linked) = self.links.get_mut(&link) else { return };
        let node = linked.node;
        // An ignored peer cannot show codes either.
        if people.here().peer(PeerId::Node(node)).is_none_or(|peer| peer.repute.ignored) {
            return;
        }
        let step = match step {
            Sas::Commit(hash) => Step::Commit(hash),
            Sas::Reveal(nonce) => Step::Reveal(nonce),
        };
        let mut events = Vec::new();
        let received = linked.comparison.received(step, || self.nonces.next(), &mut self.pace, now, &mut events);
        self.carry_out(link, node, events, people, now, out);
        if received.is_err() {
            out.push(Output::Misbehaved(link));
        }
    }

    /// Ends comparisons that have waited for too long, and those with somebody who has changed their name since.
    fn tick(&mut self, people: People<'_>, now: Instant, out: &mut Vec<Output>) {
        let under_way = |linked: &Linked| linked.comparison.next_due().is_some();
        let links: Vec<LinkId> =
            self.links.iter().filter(|(_, linked)| under_way(linked)).map(|(link, _)| *link).collect();
        for link in links {
            let Some(linked) = self.links.get_mut(&link) else { continue };
            let (node, mut events) = (linked.node, Vec::new());
            linked.comparison.expire(now, &mut events);
            // The user types the name to say which code they mean, so it must not change meanwhile.
            let peer = people.here().peer(PeerId::Node(node));
            let renamed = self.shown.was_renamed(node, peer.and_then(|peer| peer.nick.as_ref()));
            if renamed && linked.comparison.is_shown() {
                linked.comparison.end(&mut events);
            }
            self.carry_out(link, node, events, people, now, out);
        }
    }

    /// A link ends, and with it the comparison on it.
    fn link_down(&mut self, link: LinkId, out: &mut Vec<Output>) {
        let Some(mut linked) = self.links.remove(&link) else { return };
        let mut events = Vec::new();
        linked.comparison.end(&mut events);
        if events.contains(&Event::Ended) {
            out.push(ended(linked.node));
        }
    }

    fn carry_out(
        &mut self,
        link: LinkId,
        node: NodeId,
        events: Vec<Event>,
        people: People<'_>,
        now: Instant,
        out: &mut Vec<Output>,
    ) {
        for event in events {
            out.push(match event {
                Event::Send(step) => {
                    let step = match step {
                        Step::Commit(hash) => Sas::Commit(hash),
                        Step::Reveal(nonce) => Sas::Reveal(nonce),
                    };
                    Output::Tell { link, frame: mesh::encode(&Frame::Sas(step)) }
                }
                Event::Code { code, began } => {
                    let peer = PeerId::Node(node);
                    let nick = people.here().peer(peer).and_then(|peer| peer.nick.clone());
                    self.shown.show(node, nick, now);
                    Output::Update(Update::Verify { peer, step: VerifyStep::Code { code, began } })
                }
                Event::Ended => ended(node),
            });
        }
    }
}

fn codes_differ() -> Bytes {
    mesh::encode(&Frame::Doubt(Doubt::CodesDiffer))
}

fn ended(node: NodeId) -> Output {
    Output::Update(Update::Verify { peer: PeerId::Node(node), step: VerifyStep::Ended })
}
