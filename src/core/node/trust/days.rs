//! On how many days a key was met. Keys cost nothing and clocks jump, so a new date alone makes no new day.
//!
//! - **The program counts days itself.** A day may begin when the program starts, and each time it has run for
//!   [`UPTIME`] since the last one began. It begins only if the date has changed. So a clock that jumps makes no key
//!   known, and neither do many restarts on one day.
//! - **A key gets each day once**, by its date. Several runs on one date are one day.
//! - **Few keys of one host get their first day on the same day**: see [`NEW_KEYS_PER_HOST`]. The others are linked as
//!   usual, and may get their first day later.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{
    core::budgets::{MAX_NEW_HOSTS_A_DAY, NEW_KEYS_PER_HOST},
    domain::model::{Date, Host, Met, Now},
};

/// How long the program must run before another day may begin. This is less than a working day, so a machine that
/// sleeps at night counts every day. It is far more than a clock needs to be set right after the start.
const UPTIME: Duration = Duration::from_hours(6);

/// The current day.
#[derive(Debug, Default)]
pub(super) struct Days {
    /// Its date, and when it began; none before the first input.
    today: Option<(Date, Instant)>,
    /// How many keys of each host had their first day on it.
    new_keys: BTreeMap<Host, usize>,
}

impl Days {
    /// Whether another day begins.
    pub(super) fn turn(&mut self, now: Now) -> bool {
        let date = Date::of(now.wall);
        let begins = self
            .today
            .is_none_or(|(today, began)| today != date && now.mono.saturating_duration_since(began) >= UPTIME);
        if begins {
            self.today = Some((date, now.mono));
            self.new_keys.clear();
        }
        begins
    }

    /// Counts a record from an earlier run, which may have got its first day today.
    pub(super) fn recall(&mut self, met: &Met) {
        let is_new = self.today.is_some_and(|(today, _)| met.days == 1 && met.last_day == today);
        if let Some(host) = met.host.filter(|_| is_new) {
            self.admit(host);
        }
    }

    /// A key is linked. It gets this day, unless it has it already or its host has too many new keys.
    pub(super) fn earn(&mut self, met: &mut Met) {
        let Some((today, _)) = self.today else { return };
        let is_new = met.days == 0;
        if (is_new || met.last_day != today) && (!is_new || met.host.is_none_or(|host| self.admit(host))) {
            met.days = met.days.saturating_add(1);
            met.last_day = today;
        }
    }

    /// Whether one more key of `host` may have its first day.
    fn admit(&mut self, host: Host) -> bool {
        if host.is_loopback() {
            return true;
        }
        if self.new_keys.len() >= MAX_NEW_HOSTS_A_DAY && !self.new_keys.contains_key(&host) {
            return false;
        }
        let keys = self.new_keys.entry(host).or_default();
        let admits = *keys < NEW_KEYS_PER_HOST;
        *keys += usize::from(admits);
        admits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Timestamp;

    const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

    fn host(n: u8) -> Host {
        Host::of([10, 0, 0, n].into())
    }

    /// A run that starts on a date.
    fn run(date: i64) -> (Days, Now) {
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(date * DAY_MS) };
        let mut days = Days::default();
        assert!(days.turn(now));
        (days, now)
    }

    #[test]
    fn a_clock_jump_during_a_run_starts_no_day() {
        let (mut days, now) = run(100);
        let mut met = Met::default();
        days.earn(&mut met);
        for jump in [1, 30, 10_000, -50] {
            let jumped = Now { wall: Timestamp::from_millis((100 + jump) * DAY_MS), ..now };
            assert!(!days.turn(jumped));
            days.earn(&mut met);
        }
        assert_eq!((met.days, met.last_day), (1, Date::from_days(100)));
    }

    #[test]
    fn a_day_needs_six_hours_and_a_new_date() {
        let (mut days, now) = run(100);
        let at = |hours: u64, date: i64| Now {
            mono: now.mono + Duration::from_hours(hours),
            wall: Timestamp::from_millis(date * DAY_MS),
        };
        assert!(!days.turn(at(20, 100)), "the same date");
        assert!(!days.turn(at(5, 101)), "five hours");
        assert!(days.turn(at(6, 101)) && !days.turn(at(11, 102)) && days.turn(at(12, 102)));
    }

    #[test]
    fn runs_on_the_same_date_count_as_one_day() {
        let mut met = Met::default();
        for (date, expected) in [(100, 1), (100, 1), (101, 2), (101, 2), (102, 3)] {
            run(date).0.earn(&mut met);
            assert_eq!(met.days, expected);
        }
        assert!(met.is_known());
    }

    #[test]
    fn few_keys_per_host_get_their_first_day_each_day() {
        let (mut days, _) = run(100);
        let earns = |days: &mut Days, host| {
            let mut met = Met { host: Some(host), ..Met::default() };
            days.earn(&mut met);
            met
        };
        let begun: Vec<Met> = (0..100).map(|_| earns(&mut days, host(1))).filter(|met| met.days == 1).collect();
        assert_eq!(begun.len(), NEW_KEYS_PER_HOST);
        assert_eq!(earns(&mut days, host(2)).days, 1, "another host");
        let own = Host::of([127, 0, 0, 1].into());
        assert!((0..100).all(|_| earns(&mut days, own).days == 1), "everybody here may be somebody else");
        let (mut again, _) = run(100);
        for met in &begun {
            again.recall(met);
        }
        assert_eq!((earns(&mut again, host(1)).days, earns(&mut again, host(2)).days), (0, 1));
        let mut late = earns(&mut days, host(1));
        run(101).0.earn(&mut late);
        assert_eq!(late.days, 1, "its first day is the next");
    }

    #[test]
    fn the_list_of_hosts_is_bounded() {
        let (mut days, _) = run(100);
        for n in 0..10_000_u32 {
            let [_, a, b, c] = n.to_be_bytes();
            days.earn(&mut Met { host: Some(Host::of([10, a, b, c].into())), ..Met::default() });
        }
        assert_eq!(days.new_keys.len(), MAX_NEW_HOSTS_A_DAY);
    }
}
