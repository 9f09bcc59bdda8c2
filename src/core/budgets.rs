//! What each class of people may cost this node, in one table.
//!
//! Keys cost nothing, the lobby is open, and what one stranger sends to one node spreads to all others. So strangers
//! get only a share of every resource. When it is used up, what strangers hold goes first, beginning with the stranger
//! who has the highest charge. Nothing that belongs to known people is given up for a stranger.
//!
//! | Resource | known, verified | present stranger | absent stranger | all strangers | When it is used up |
//! |---|---|---|---|---|---|
//! | logs | 64 each, 4,096 in all | 4 each | [`ABSENT_LOGS`] in all | [`STRANGERS_LOGS`] | older logs of an author with a newer one go, then logs of absent strangers; the newest log of a present author stays |
//! | bytes on disk | no limit | [`STRANGER_BYTES`] | [`STRANGER_BYTES`] | [`STRANGERS_BYTES`], and [`STRANGERS_BYTES_A_DAY`] more each day | the oldest lines of the host or key with the highest charge |
//! | free space | all of it | down to [`FREE_SPACE_FLOOR`] | down to [`FREE_SPACE_FLOOR`] | | refused; the sender is told |
//! | bytes of events a second | no limit | [`STRANGER_RATE`] | [`STRANGER_RATE`] | [`STRANGERS_RATE`], beyond [`SMALL_TALK`] each | refused; the sender is told and tries again later |
//! | way to the disk | our own lines first, then the authors in turn; each link may use a quarter of what is free | the same | the same | 4,096 events, 8 MiB | the links are not read |
//! | places | a quarter is kept for them | [`MAX_NODES_PER_HOST`] for each address | | [`STRANGERS_PLACES`] | the newest stranger of the fullest machine gives way to a known person, or to a newcomer from a machine or network with clearly fewer; others are told "full" |
//! | trust records | go last; never if verified, trusted or ignored by the user | stay while they are linked | the newest unproven go first | [`MAX_KEYS`] | the newest of the host that has most |
//! | receipts | never go | stay while they are present | go first | [`MAX_READERS`] | the newest |
//! | dials on a peer's word | [`ANNOUNCED_BURST`] at one host, at ports of the range | the same | the same | [`PASSED_BURST_OF_ALL`] | not dialled |
//! | direct rooms that they open and the user has not looked at | no limit | [`DIRECT_ROOMS_OF_HOST`] for each host | the same | [`DIRECT_ROOMS_OF_STRANGERS`] | the oldest of the host, or of the host with most, is no longer shown |
//! | guests | | | | [`MAX_GUESTS`]; [`GUEST_LINES`] each at once, then [`GUEST_RATE`] a second | counted, not kept |
//!
//! A log is charged to its author's host while the author is linked, otherwise to the link that brought it. Logs of
//! others that a link brings are charged separately from the log of its own node. On this machine each key counts as a
//! host of its own, because it may be another user.

/// Logs of strangers that are held at once. Each takes a few hundred bytes of memory on every link.
pub const STRANGERS_LOGS: usize = 1_024;

/// Of these, logs of absent strangers: enough for the people of a meeting that lasts a few days.
pub const ABSENT_LOGS: usize = 256;

/// Logs of one stranger: one, and a few more in case a history is lost or a profile is restored from a backup.
pub const LOGS_PER_STRANGER: usize = 4;

/// Logs that are held at once, those of known people included. Each takes a few hundred bytes of memory.
pub const MAX_LOGS: usize = 4_096;

/// Logs of one known author that are held at once: one for each network and each lost history.
pub const MAX_LOGS_PER_AUTHOR: usize = 64;

/// Bytes of one stranger's lines on disk: a ring of about 28,000 usual lines. It is less when others share the day's
/// growth.
pub const STRANGER_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes of all strangers' lines on disk. A busy conference of a week stays below it.
pub const STRANGERS_BYTES: u64 = 256 * 1024 * 1024;

/// Bytes by which all strangers' lines may grow in one day, shared fairly. With the search index, the rows of the file
/// and its journal, this takes up to 20 MB on disk.
pub const STRANGERS_BYTES_A_DAY: u64 = 8 * 1024 * 1024;

/// Free space in bytes below which strangers' lines are refused. The system needs some space, and so do the lines of
/// the user and of known people.
pub const FREE_SPACE_FLOOR: u64 = 256 * 1024 * 1024;

/// A small file system has a lower floor: its size divided by this, if that is less than [`FREE_SPACE_FLOOR`]. Small
/// file systems are often nearly full on purpose.
pub const FREE_SPACE_PART: u64 = 16;

/// Bytes of events that one host or key may send at once, and per second in the long run. A person types a few hundred
/// bytes a second. A program that sends 20 MB at once is heard to its end.
pub const STRANGER_BURST: u32 = 32 * 1024 * 1024;
/// See [`STRANGER_BURST`].
pub const STRANGER_RATE: f64 = 256.0 * 1024.0;

/// The same for all strangers together.
pub const STRANGERS_BURST: u32 = 64 * 1024 * 1024;
/// See [`STRANGERS_BURST`].
pub const STRANGERS_RATE: f64 = 1024.0 * 1024.0;

/// Bytes that each stranger may use before the limit of all strangers counts: what a person says in a few minutes. This
/// way the noise of others never silences a quiet person.
pub const SMALL_TALK: u32 = 128 * 1024;

/// Nodes that may be linked at once. A link in use costs up to 130 KiB, so all of them together stay below 33 MiB.
pub const MAX_NODES: usize = 256;

/// Of these, strangers: a quarter of the places is kept for known people.
pub const STRANGERS_PLACES: usize = MAX_NODES / 4 * 3;

/// Nodes at one address that may be linked at once: six times the usual range of ports. Addresses of this machine are
/// exempt, because each port there may be another user.
pub const MAX_NODES_PER_HOST: usize = 32;

/// Links that a key may start at once, and per second in the long run. A person's program needs one, and a few more
/// when both sides dial and lose each other.
pub const LINK_BURST: u32 = 10;
/// See [`LINK_BURST`].
pub const LINK_RATE: f64 = 1.0;

/// The same for all keys of one host, an IPv4 address or a /64. It is enough for a whole room to link at once when this
/// node restarts. Addresses of this machine are exempt.
pub const HOST_LINK_BURST: u32 = 256;
/// See [`HOST_LINK_BURST`].
pub const HOST_LINK_RATE: f64 = 8.0;

/// Keys or hosts with an allowance of their own. When another one comes, the one that has used the least is forgotten.
pub const MAX_TOLD_APART: usize = 1_024;

/// Addresses that a key may pass on at once, and per second in the long run. Each may cost us a dial.
pub const PASSED_BURST: u32 = 256;
/// See [`PASSED_BURST`].
pub const PASSED_RATE: f64 = 1.0;

/// The same for all keys together, because keys cost nothing.
pub const PASSED_BURST_OF_ALL: u32 = 1_024;
/// See [`PASSED_BURST_OF_ALL`].
pub const PASSED_RATE_OF_ALL: f64 = 8.0;

/// Dials that the announcements of one host may cause at once, and per second in the long run: three times the usual
/// range of ports. Addresses that peers pass on may cause as many dials at one host. Addresses of this machine are
/// exempt, because each port there may be another user.
pub const ANNOUNCED_BURST: u32 = 16;
/// See [`ANNOUNCED_BURST`].
pub const ANNOUNCED_RATE: f64 = 0.25;

/// The same for the announcements of all hosts together. The burst is enough for a room whose nodes all start at once,
/// and it is the most that forged announcements can cause.
pub const ANNOUNCED_BURST_OF_ALL: u32 = 64;
/// See [`ANNOUNCED_BURST_OF_ALL`].
pub const ANNOUNCED_RATE_OF_ALL: f64 = 2.0;

/// Guests that may be linked at once.
pub const MAX_GUESTS: usize = 64;

/// Lines that a guest may send at once, and per second in the long run. A person pastes a page, and types a few lines a
/// second.
pub const GUEST_LINES: u32 = 100;
/// See [`GUEST_LINES`].
pub const GUEST_RATE: f64 = 10.0;

/// The same for all guests together: ten guests may paste a page at once, and all of them may use their rate.
pub const GUESTS_LINES: u32 = 1_000;
/// See [`GUESTS_LINES`].
pub const GUESTS_RATE: f64 = 640.0;

/// Keys that are remembered: everyone in a large office, for years, in about 2 MB.
pub const MAX_KEYS: usize = 4_096;

/// Unproven keys (linked for moments only, and silent) that are kept across runs: people who come and go by chance.
pub const MAX_UNPROVEN_KEPT: usize = 256;

/// Keys of one host, an IPv4 address or a /64, that may have their first day on the same date: a household, or the
/// people behind a small router. Further keys get their first day later, or become known because the user says so.
pub const NEW_KEYS_PER_HOST: usize = 8;

/// Hosts whose new keys are counted on one day. New keys of further hosts get their first day later.
pub const MAX_NEW_HOSTS_A_DAY: usize = 1_024;

/// Direct rooms that strangers of one host may have opened while our user has neither looked at them nor written there:
/// one each for two people behind a small router.
pub const DIRECT_ROOMS_OF_HOST: usize = 2;

/// The same for all strangers: more than anybody reads in one go, and few enough tabs to find one's own.
pub const DIRECT_ROOMS_OF_STRANGERS: usize = 32;

/// Peers whose acknowledgements of our lines are remembered.
pub const MAX_READERS: usize = 1_024;

/// How much room there is on the file system of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes that the user may still write.
    pub free: u64,
    /// Size of the file system in bytes.
    pub size: u64,
}

impl Space {
    /// Whether strangers' lines have to wait. `was` is the last answer. Once they wait, they do so until a quarter more
    /// than the floor is free, so that the answer does not change with every line.
    pub const fn is_scarce(self, was: bool) -> bool {
        let part = self.size / FREE_SPACE_PART;
        let floor = if part < FREE_SPACE_FLOOR { part } else { FREE_SPACE_FLOOR };
        self.free < if was { floor + floor / 4 } else { floor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_stays_scarce_until_a_quarter_above_the_floor() {
        let (floor, size) = (FREE_SPACE_FLOOR, 1 << 40);
        let scarce = |free, was| Space { free, size }.is_scarce(was);
        assert!(scarce(floor - 1, false) && !scarce(floor, false));
        assert!(scarce(floor / 4 * 5 - 1, true) && !scarce(floor / 4 * 5, true));
        // A memory stick or a small partition.
        let small = |free| Space { free, size: 16 << 20 }.is_scarce(false);
        assert!(small((1 << 20) - 1) && !small(1 << 20));
        assert!(!Space { free: 0, size: 0 }.is_scarce(true), "a system that does not know");
    }
}
