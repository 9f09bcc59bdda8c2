//! Faults that are put into the program on purpose, to check that `tests/simulation` notices them. Without the feature
//! `simulation` there are none, and the program contains no trace of them.

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// An event that is already held is accepted again.
    NoDedupe,
    /// An event is accepted although one of its causes is missing.
    NoDependencyCheck,
    /// An event is accepted although its predecessor in the log is missing.
    NoPredecessorCheck,
    /// Our clock ignores the clocks of the events that we have seen.
    NoClockMerge,
    /// Others are sent only what is new, never what they missed.
    NoBackfill,
    /// Lines of others are never passed on.
    NoForwarding,
    /// Our own event is sent before it is on disk.
    SendBeforeCommit,
    /// Events are shown before they are on disk.
    ShowBeforeCommit,
    /// Others are told of events that are not on disk yet.
    TellUncommitted,
    /// Two nodes that dialled each other keep both links.
    KeepBothLinks,
    /// Every log of a stranger has a place.
    HoldEveryLog,
    /// Strangers' lines are kept, however many bytes they take.
    KeepEveryByte,
    /// Refused events are asked for again at once.
    ForgetRefusals,
    /// Places go to those that come first, even if all of them are at one address.
    FirstComeFirstServed,
    /// When there are too many keys, those seen longest ago are forgotten, even known people.
    ForgetWhoIsKnown,
    /// Addresses that a peer passes on are dialled at any port.
    DialAnyPort,
    /// All writes wait in one queue, in the order in which they came.
    OneLane,
    /// A link that accepts nothing is sent everything as often as one that does.
    NeverSendLess,
    /// What was said earlier on a network is offered to everybody.
    OfferEverything,
    /// Lines that others can never accept are not said again.
    NeverSayAgain,
    /// Others are told of lines that the disk did not take.
    AcknowledgeUnkept,
    /// Lines that the disk did not take are not shown.
    HideUnkept,
    /// Lines that the disk did not take are not written once it takes writes again.
    ForgetUnkept,
    /// Every line stands where its author's clock says, however wrong that is.
    PlaceByAuthorsClock,
    /// Every clock that we see moves ours, however far ahead it is.
    MergeEveryClock,
    /// Every link may know of every room that our user is in.
    KnowEveryRoom,
    /// Everybody is told of private rooms, and gets their decisions.
    HandToAnybody,
    /// A link may know of a room for ever once it was in it, and is not told of it again when it comes back.
    NeverExclude,
    /// Who joins a room does not see those who are in it already.
    OverlookMembers,
    /// What others than the two write in a room of two is taken.
    TakeAnyWriter,
    /// What is said in a room is sent to all links.
    SendRoomsToAll,
    /// What removed members of a private room write still counts.
    LetRemovedWrite,
    /// What does not count any more stays where it is.
    KeepVoid,
    /// Who was removed from a private room may still know of it.
    AdmitRemoved,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 34] = [
        Self::NoDedupe,
        Self::NoDependencyCheck,
        Self::NoPredecessorCheck,
        Self::NoClockMerge,
        Self::NoBackfill,
        Self::NoForwarding,
        Self::SendBeforeCommit,
        Self::ShowBeforeCommit,
        Self::TellUncommitted,
        Self::KeepBothLinks,
        Self::HoldEveryLog,
        Self::KeepEveryByte,
        Self::ForgetRefusals,
        Self::FirstComeFirstServed,
        Self::ForgetWhoIsKnown,
        Self::DialAnyPort,
        Self::OneLane,
        Self::NeverSendLess,
        Self::OfferEverything,
        Self::NeverSayAgain,
        Self::AcknowledgeUnkept,
        Self::HideUnkept,
        Self::ForgetUnkept,
        Self::PlaceByAuthorsClock,
        Self::MergeEveryClock,
        Self::KnowEveryRoom,
        Self::HandToAnybody,
        Self::NeverExclude,
        Self::OverlookMembers,
        Self::TakeAnyWriter,
        Self::SendRoomsToAll,
        Self::LetRemovedWrite,
        Self::KeepVoid,
        Self::AdmitRemoved,
    ];
}

#[cfg(feature = "simulation")]
static CHOSEN: std::sync::OnceLock<Mutant> = std::sync::OnceLock::new();

/// Puts a fault into this process. Only the first call counts.
#[cfg(feature = "simulation")]
pub fn choose(mutant: Mutant) {
    let _ = CHOSEN.set(mutant);
}

/// Whether this process has the fault.
#[cfg(feature = "simulation")]
fn is(mutant: Mutant) -> bool {
    CHOSEN.get() == Some(&mutant)
}

/// Whether this process has the fault: never.
#[cfg(not(feature = "simulation"))]
const fn is(_: Mutant) -> bool {
    false
}

/// Whether an event that is already held is accepted again.
pub(crate) fn takes_duplicates() -> bool {
    is(Mutant::NoDedupe)
}

/// Whether an event is accepted although one of its causes is missing.
pub(crate) fn ignores_causes() -> bool {
    is(Mutant::NoDependencyCheck)
}

/// Whether an event is accepted although its predecessor in the log is missing.
pub(crate) fn ignores_predecessors() -> bool {
    is(Mutant::NoPredecessorCheck)
}

/// Whether our clock ignores the clocks of the events that we have seen.
pub(crate) fn ignores_clocks() -> bool {
    is(Mutant::NoClockMerge)
}

/// Whether others are sent only what is new, never what they missed.
pub(crate) fn never_backfills() -> bool {
    is(Mutant::NoBackfill)
}

/// Whether lines of others are never passed on.
pub(crate) fn never_forwards() -> bool {
    is(Mutant::NoForwarding)
}

/// Whether our own event is sent before it is on disk.
pub(crate) fn sends_before_commit() -> bool {
    is(Mutant::SendBeforeCommit)
}

/// Whether events are shown before they are on disk.
pub(crate) fn shows_before_commit() -> bool {
    is(Mutant::ShowBeforeCommit)
}

/// Whether others are told of events that are not on disk yet.
pub(crate) fn tells_uncommitted() -> bool {
    is(Mutant::TellUncommitted)
}

/// Whether two nodes that dialled each other keep both links.
pub(crate) fn keeps_both_links() -> bool {
    is(Mutant::KeepBothLinks)
}

/// Whether every log of a stranger has a place.
pub(crate) fn holds_every_log() -> bool {
    is(Mutant::HoldEveryLog)
}

/// Whether strangers' lines are kept, however many bytes they take.
pub(crate) fn keeps_every_byte() -> bool {
    is(Mutant::KeepEveryByte)
}

/// Whether refused events are asked for again at once.
pub(crate) fn forgets_refusals() -> bool {
    is(Mutant::ForgetRefusals)
}

/// Whether places go to those that come first.
pub(crate) fn serves_who_comes_first() -> bool {
    is(Mutant::FirstComeFirstServed)
}

/// Whether known people are forgotten like anybody else.
pub(crate) fn forgets_who_is_known() -> bool {
    is(Mutant::ForgetWhoIsKnown)
}

/// Whether addresses that a peer passes on are dialled at any port.
pub(crate) fn dials_any_port() -> bool {
    is(Mutant::DialAnyPort)
}

/// Whether all writes wait in one queue.
pub(crate) fn has_one_lane() -> bool {
    is(Mutant::OneLane)
}

/// Whether a link that accepts nothing is sent everything as often as one that does.
pub(crate) fn never_sends_less() -> bool {
    is(Mutant::NeverSendLess)
}

/// Whether what was said earlier on a network is offered to everybody.
pub(crate) fn offers_everything() -> bool {
    is(Mutant::OfferEverything)
}

/// Whether lines that others can never accept are not said again.
pub(crate) fn never_says_again() -> bool {
    is(Mutant::NeverSayAgain)
}

/// Whether others are told of lines that the disk did not take.
pub(crate) fn acknowledges_unkept() -> bool {
    is(Mutant::AcknowledgeUnkept)
}

/// Whether lines that the disk did not take are not shown.
pub(crate) fn hides_unkept() -> bool {
    is(Mutant::HideUnkept)
}

/// Whether lines that the disk did not take are not written later either.
pub(crate) fn forgets_unkept() -> bool {
    is(Mutant::ForgetUnkept)
}

/// Whether every line stands where its author's clock says.
pub(crate) fn places_by_authors_clock() -> bool {
    is(Mutant::PlaceByAuthorsClock)
}

/// Whether every clock that we see moves ours.
pub(crate) fn merges_every_clock() -> bool {
    is(Mutant::MergeEveryClock)
}

/// Whether every link may know of every room that our user is in.
pub(crate) fn knows_every_room() -> bool {
    is(Mutant::KnowEveryRoom)
}

/// Whether everybody is told of private rooms, and gets their decisions.
pub(crate) fn hands_to_anybody() -> bool {
    is(Mutant::HandToAnybody)
}

/// Whether a link may know of a room for ever once it was in it.
pub(crate) fn never_excludes() -> bool {
    is(Mutant::NeverExclude)
}

/// Whether who joins a room does not see those who are in it already.
pub(crate) fn overlooks_members() -> bool {
    is(Mutant::OverlookMembers)
}

/// Whether what others than the two write in a room of two is taken.
pub(crate) fn takes_any_writer() -> bool {
    is(Mutant::TakeAnyWriter)
}

/// Whether what is said in a room is sent to all links.
pub(crate) fn sends_rooms_to_all() -> bool {
    is(Mutant::SendRoomsToAll)
}

/// Whether what removed members of a private room write still counts.
pub(crate) fn lets_removed_write() -> bool {
    is(Mutant::LetRemovedWrite)
}

/// Whether what does not count any more stays where it is.
pub(crate) fn keeps_void() -> bool {
    is(Mutant::KeepVoid)
}

/// Whether who was removed from a private room may still know of it.
pub(crate) fn admits_removed() -> bool {
    is(Mutant::AdmitRemoved)
}
