//! Which of two links with the same node stays. Both ends apply the same table and come to the same answer.
//!
//! ```text
//! what there is already                          | the node dialled us     | the node answers our dial
//! -----------------------------------------------+-------------------------+--------------------------
//! nothing                                        | the new link            | the new link
//! our own dial of where it listens, said Hello   | the smaller key's dial  | (it is that dial)
//! a link of another run of its program           | the new link            | the new link
//! a link that the same side dialled              | the new link            | the new link
//! a link that began 5 s before or earlier        | the new link            | the new link
//! a link that the other side dialled, at once    | the smaller key's dial  | the smaller key's dial
//! ```

use std::time::{Duration, Instant};

use crate::core::mutant;

/// Two dials in opposite directions that began within this time of each other are dials at once.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Which side dialled, or has the smaller key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// We.
    Ours,
    /// The other node.
    Theirs,
}

/// What matters about a link for this choice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Who dialled.
    pub(super) dialled_by: Side,
    /// When the dial began, or arrived.
    pub(super) began: Instant,
    /// Identifies the run of the other side's program.
    pub(super) boot: u64,
}

/// What exists already with the node of a new link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// No link and no dial that matters.
    Nothing,
    /// Our own dial of where it listens. Our Hello was sent and is not answered yet.
    OurDial,
    /// A link.
    Link {
        /// Who dialled it.
        dialled_by: Side,
        /// Whether the node's program has not been restarted since.
        same_run: bool,
        /// Whether it began within [`AT_ONCE`] of the new one.
        at_once: bool,
    },
}

impl Existing {
    /// `old` is the existing link, and `new` the one that may take its place.
    pub(super) fn link(old: Candidate, new: Candidate) -> Self {
        let apart = new.began.max(old.began).saturating_duration_since(new.began.min(old.began));
        Self::Link { dialled_by: old.dialled_by, same_run: new.boot == old.boot, at_once: apart < AT_ONCE }
    }
}

/// Whether a new link stays and replaces what exists already. `smaller` is the side with the smaller key.
pub(super) fn new_link_stays(existing: Existing, new_dialled_by: Side, smaller: Side) -> bool {
    if mutant::keeps_both_links() {
        return true;
    }
    match (existing, new_dialled_by) {
        (Existing::OurDial, Side::Theirs) => smaller == Side::Theirs,
        (Existing::Link { dialled_by, same_run: true, at_once: true }, new) if dialled_by != new => smaller == new,
        (Existing::Nothing | Existing::OurDial | Existing::Link { .. }, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDES: [Side; 2] = [Side::Ours, Side::Theirs];

    fn other(side: Side) -> Side {
        if side == Side::Ours { Side::Theirs } else { Side::Ours }
    }

    #[test]
    fn both_ends_keep_the_smaller_keys_dial() {
        for smaller in SIDES {
            for new in SIDES {
                let existing = Existing::Link { dialled_by: other(new), same_run: true, at_once: true };
                assert_eq!(new_link_stays(existing, new, smaller), new == smaller);
                // The other end sees it mirrored: the same link is the one that stays.
                let mirrored = Existing::Link { dialled_by: new, same_run: true, at_once: true };
                assert_eq!(new_link_stays(mirrored, other(new), other(smaller)), new == smaller);
            }
        }
    }

    #[test]
    fn a_restart_redial_or_later_link_replaces_the_old_one() {
        for new in SIDES {
            for smaller in SIDES {
                for existing in [
                    Existing::Link { dialled_by: other(new), same_run: false, at_once: true },
                    Existing::Link { dialled_by: new, same_run: true, at_once: true },
                    Existing::Link { dialled_by: other(new), same_run: true, at_once: false },
                    Existing::Nothing,
                ] {
                    assert!(new_link_stays(existing, new, smaller), "{existing:?} {new:?} {smaller:?}");
                }
            }
        }
    }

    #[test]
    fn our_pending_dial_stays_if_our_key_is_smaller() {
        assert!(!new_link_stays(Existing::OurDial, Side::Theirs, Side::Ours));
        assert!(new_link_stays(Existing::OurDial, Side::Theirs, Side::Theirs));
    }

    #[test]
    fn simultaneous_dials_begin_within_five_seconds_in_either_order() {
        let start = Instant::now();
        let candidate =
            |seconds| Candidate { dialled_by: Side::Ours, began: start + Duration::from_secs(seconds), boot: 1 };
        for (old, new, expected) in [(0, 4, true), (4, 0, true), (0, 5, false), (5, 0, false)] {
            let existing = Existing::link(candidate(old), candidate(new));
            assert_eq!(existing, Existing::Link { dialled_by: Side::Ours, same_run: true, at_once: expected });
        }
    }
}
