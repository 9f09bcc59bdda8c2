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

/// What matters of a link, here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Who dialled.
    pub(super) dialled_by: Side,
    /// When the dial began, or arrived.
    pub(super) began: Instant,
    /// Names the run of the other side's program.
    pub(super) boot: u64,
}

/// What there is already with the node of a new link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// No link and no dial that matters.
    Nothing,
    /// Our own dial of where it listens, which said Hello and is not answered.
    OurDial,
    /// A link.
    Link {
        /// Who dialled it.
        dialled_by: Side,
        /// Whether the node's program was not started again since.
        same_run: bool,
        /// Whether it began within [`AT_ONCE`] of the new one.
        at_once: bool,
    },
}

impl Existing {
    /// `old`: the link that there is. `new`: the one that may take its place.
    pub(super) fn link(old: Candidate, new: Candidate) -> Self {
        let apart = new.began.max(old.began).saturating_duration_since(new.began.min(old.began));
        Self::Link { dialled_by: old.dialled_by, same_run: new.boot == old.boot, at_once: apart < AT_ONCE }
    }
}

/// Whether a new link stays, and replaces what there is. `smaller`: which side has the smaller key.
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
    fn of_two_dials_at_once_that_of_the_smaller_key_stays_at_both_ends() {
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
    fn a_new_run_a_second_dial_and_a_later_link_replace_the_old_link() {
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
    fn our_dial_on_its_way_stays_if_our_key_is_smaller() {
        assert!(!new_link_stays(Existing::OurDial, Side::Theirs, Side::Ours));
        assert!(new_link_stays(Existing::OurDial, Side::Theirs, Side::Theirs));
    }

    #[test]
    fn dials_at_once_begin_within_five_seconds_in_either_order() {
        let start = Instant::now();
        let candidate =
            |seconds| Candidate { dialled_by: Side::Ours, began: start + Duration::from_secs(seconds), boot: 1 };
        for (old, new, expected) in [(0, 4, true), (4, 0, true), (0, 5, false), (5, 0, false)] {
            let existing = Existing::link(candidate(old), candidate(new));
            assert_eq!(existing, Existing::Link { dialled_by: Side::Ours, same_run: true, at_once: expected });
        }
    }
}
