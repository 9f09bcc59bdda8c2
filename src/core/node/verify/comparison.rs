//! Comparing short codes over one link: who sends what, and when.
//!
//! ```text
//! the side that begins    the side that is asked
//! commit ───────────────►
//!        ◄─────────────── commit
//! reveal ───────────────►
//!                         checks it, shows the code
//!        ◄─────────────── reveal
//! checks it, shows the code
//! ```
//! A side whose user has not asked for anything reveals its nonce only after it has received and checked the other's,
//! and shows the code at that moment: nobody learns a code from it that its user does not see. A side whose user has
//! asked reveals its nonce to anyone who is bound to one, and its user is told the outcome: a code, or that nothing
//! came of it. Two sides that start at once both reveal; an answer looks the same as a start, and the two need not be
//! told apart. So an attacker in between has one try for each comparison that a user sees, with nonces that it had to
//! choose before it knew ours. [`Pace`] says how many comparisons others may start.
//!
//! The commitment includes its sender's key, so our own commitment is useless when somebody sends it back to us. Nonces
//! are never used twice, and the code also depends on the link's TLS session: what was heard on another link is worth
//! nothing.
//!
//! What happens in each state:
//! ```text
//! state     | our user asks       | their commitment  | their nonce            | time is up, or the link ends
//! Idle      | send ours: Committed| send ours: Bound  | ignore                 |
//! Committed | not now             | reveal: Revealed  | broken                 | Idle, user is told
//! Revealed  | not now             | broken            | check, code: Shown     | Idle, user is told
//! Bound     | not now, remember   | broken            | check, reveal: Shown   | Idle, told if they asked
//! Shown     | show the code again | remember          | broken                 | Idle, user is told
//! ```

use std::time::{Duration, Instant};

use super::pace::{Pace, remaining};
use crate::{
    domain::{bus::VerifyFailure, model::NodeId},
    protocol::identity::short_code::{self, COMMIT_BYTES, NONCE_BYTES, Side},
};

/// How long the other side may take to answer, and then how long the user may take to compare: two people who talk to
/// each other need seconds.
pub(super) const EXPIRY: Duration = Duration::from_mins(2);

/// The longest time that a frame takes: no link survives a longer delay. If a commitment that we have not answered has
/// no more time left than this, the other side may give up before our answer arrives.
const MAX_DELAY: Duration = Duration::from_secs(10);

/// A message of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Binds the sender to its nonce.
    Commit([u8; COMMIT_BYTES]),
    /// The nonce.
    Reveal([u8; NONCE_BYTES]),
}

/// What the comparison wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// Send this to the other side.
    Send(Step),
    /// Show the code to the user, who says whether the other side has the same.
    Code {
        /// Digits in groups.
        code: String,
        /// Whether we started it, alone or together with the other side.
        began: bool,
    },
    /// The comparison came to nothing. The user is not told about the end of one that they never heard of.
    Ended,
}

/// The other side broke the rules; the comparison has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    /// A message that no program of the protocol sends at this point.
    #[error("a step of comparing codes came out of order")]
    Order,
    /// The revealed nonce does not match the commitment: the sender wanted to choose its nonce after seeing ours.
    #[error("the revealed nonce does not fit its commitment")]
    Mismatch,
}

/// The comparisons of one link, one at a time. See the module's documentation.
#[derive(Debug)]
pub(super) struct Comparison {
    ours: NodeId,
    theirs: NodeId,
    exporter: [u8; 32],
    state: State,
    /// A commitment that was not answered because it came too soon, and when it came. The other side waits for our
    /// answer.
    unanswered: Option<([u8; COMMIT_BYTES], Instant)>,
}

#[derive(Debug)]
enum State {
    Idle,
    /// We began, and wait for their commitment.
    Committed {
        nonce: [u8; NONCE_BYTES],
        until: Instant,
    },
    /// We began, both are bound, our nonce is out, and we wait for theirs.
    Revealed {
        nonce: [u8; NONCE_BYTES],
        bound: [u8; COMMIT_BYTES],
        until: Instant,
    },
    /// They began, both are bound, and we wait for their nonce.
    Bound {
        nonce: [u8; NONCE_BYTES],
        bound: [u8; COMMIT_BYTES],
        /// Whether our user has asked for a comparison meanwhile, and must be told if nothing comes of this one.
        wanted: bool,
        until: Instant,
    },
    /// The user compares.
    Shown {
        code: String,
        began: bool,
        until: Instant,
    },
}

impl Comparison {
    /// The comparisons of a link between `ours` and `theirs`; `exporter` is what TLS gives both ends of it, and nobody
    /// else.
    pub(super) fn new(ours: NodeId, theirs: NodeId, exporter: [u8; 32]) -> Self {
        Self { ours, theirs, exporter, state: State::Idle, unanswered: None }
    }

    /// The user wants to compare. A code that waits for their answer is shown once more.
    ///
    /// # Errors
    /// [`VerifyFailure::UnderWay`] or [`VerifyFailure::TooSoon`].
    pub(super) fn begin(
        &mut self,
        nonce: [u8; NONCE_BYTES],
        pace: &mut Pace,
        now: Instant,
        out: &mut Vec<Event>,
    ) -> Result<(), VerifyFailure> {
        self.expire(now, out);
        match &mut self.state {
            State::Shown { code, began, .. } => {
                out.push(Event::Code { code: code.clone(), began: *began });
                return Ok(());
            }
            State::Bound { wanted, .. } => {
                *wanted = true;
                return Err(VerifyFailure::UnderWay);
            }
            State::Committed { .. } | State::Revealed { .. } => return Err(VerifyFailure::UnderWay),
            State::Idle => {}
        }
        if let Some(wait) = pace.wait(&self.theirs, now) {
            return Err(VerifyFailure::TooSoon(wait));
        }
        let unanswered = self.unanswered.and_then(|(bound, came)| Some((bound, remaining(Some(came), EXPIRY, now)?)));
        if let Some((_, wait)) = unanswered.filter(|(_, left)| *left <= MAX_DELAY) {
            return Err(VerifyFailure::TooSoon(wait));
        }
        self.unanswered = None;
        pace.we_begin(self.theirs, now);
        let until = now + EXPIRY;
        out.push(self.commit(&nonce));
        self.state = match unanswered {
            None => State::Committed { nonce, until },
            Some((bound, _)) => reveal(nonce, bound, until, out),
        };
        Ok(())
    }

    /// The other side sent `step`; `nonce` gives our nonce if a comparison starts with it.
    ///
    /// # Errors
    /// [`Broken`] if it broke the rules.
    pub(super) fn received(
        &mut self,
        step: Step,
        nonce: impl FnOnce() -> [u8; NONCE_BYTES],
        pace: &mut Pace,
        now: Instant,
        out: &mut Vec<Event>,
    ) -> Result<(), Broken> {
        self.expire(now, out);
        match (step, &self.state) {
            (Step::Commit(bound), State::Idle) => self.answer(bound, nonce, pace, now, out),
            (Step::Commit(bound), State::Committed { nonce, until }) => {
                self.state = reveal(*nonce, bound, *until, out);
            }
            // They are done with this comparison and want another one; our user has not said anything yet.
            (Step::Commit(bound), State::Shown { .. }) => self.unanswered = Some((bound, now)),
            (Step::Reveal(theirs), State::Revealed { nonce, bound, .. } | State::Bound { nonce, bound, .. }) => {
                if short_code::commitment(&theirs, &self.theirs) != *bound {
                    self.end(out);
                    return Err(Broken::Mismatch);
                }
                let began = matches!(self.state, State::Revealed { .. });
                if !began {
                    out.push(Event::Send(Step::Reveal(*nonce)));
                }
                let (one, other) = (Side { node: &self.ours, nonce }, Side { node: &self.theirs, nonce: &theirs });
                let code = short_code::code(&self.exporter, one, other);
                out.push(Event::Code { code: code.clone(), began });
                self.state = State::Shown { code, began, until: now + EXPIRY };
            }
            // An answer to a comparison that has expired here.
            (Step::Reveal(_), State::Idle) => {}
            (Step::Commit(_), State::Revealed { .. } | State::Bound { .. })
            | (Step::Reveal(_), State::Committed { .. } | State::Shown { .. }) => {
                self.end(out);
                return Err(Broken::Order);
            }
        }
        Ok(())
    }

    /// Whether a code waits for the user's answer.
    pub(super) fn is_shown(&self) -> bool {
        matches!(self.state, State::Shown { .. })
    }

    /// The user said whether the codes are the same. Returns whether there was one to compare.
    pub(super) fn answered(&mut self) -> bool {
        let shown = self.is_shown();
        if shown {
            self.state = State::Idle;
        }
        shown
    }

    /// When [`Self::expire`] is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match self.state {
            State::Idle => None,
            State::Committed { until, .. }
            | State::Revealed { until, .. }
            | State::Bound { until, .. }
            | State::Shown { until, .. } => Some(until),
        }
    }

    /// Ends a comparison that has waited for too long.
    pub(super) fn expire(&mut self, now: Instant, out: &mut Vec<Event>) {
        if self.next_due().is_some_and(|due| due <= now) {
            self.end(out);
        }
    }

    /// Ends the comparison that is under way, if there is one.
    pub(super) fn end(&mut self, out: &mut Vec<Event>) {
        let told = match self.state {
            State::Idle => false,
            State::Bound { wanted, .. } => wanted,
            State::Committed { .. } | State::Revealed { .. } | State::Shown { .. } => true,
        };
        self.state = State::Idle;
        if told {
            out.push(Event::Ended);
        }
    }

    /// The other side starts a comparison.
    fn answer(
        &mut self,
        bound: [u8; COMMIT_BYTES],
        nonce: impl FnOnce() -> [u8; NONCE_BYTES],
        pace: &mut Pace,
        now: Instant,
        out: &mut Vec<Event>,
    ) {
        if !pace.they_begin(self.theirs, now) {
            self.unanswered = Some((bound, now));
            return;
        }
        self.unanswered = None;
        let nonce = nonce();
        out.push(self.commit(&nonce));
        self.state = State::Bound { nonce, bound, wanted: false, until: now + EXPIRY };
    }

    fn commit(&self, nonce: &[u8; NONCE_BYTES]) -> Event {
        Event::Send(Step::Commit(short_code::commitment(nonce, &self.ours)))
    }
}

/// Sends our nonce, since our user asked, to the other side, which is bound to its own.
fn reveal(nonce: [u8; NONCE_BYTES], bound: [u8; COMMIT_BYTES], until: Instant, out: &mut Vec<Event>) -> State {
    out.push(Event::Send(Step::Reveal(nonce)));
    State::Revealed { nonce, bound, until }
}

#[cfg(test)]
mod tests;
