//! Notices about the history, and about the clock that dates it.

use super::{
    disk::store_failure,
    lists::{counted, list, were},
};
use crate::domain::bus::{HistoryNotice, NotTaken};

/// The most people named in one sentence; further ones are counted.
const MAX_NAMES: usize = 3;

/// What happened, and what the user can do.
pub(super) fn history_notice(notice: &HistoryNotice<String>) -> String {
    match notice {
        HistoryNotice::Forked(author) => format!(
            "{author} has signed two different messages under the same number, so people may have seen different \
             ones. Their messages from that number on are marked."
        ),
        HistoryNotice::OwnForked => "Two different lines with the same number carry your signature: a copy of your \
             profile is in use elsewhere, or this one was restored to an older state. What you write from now on goes \
             into a new log."
            .to_owned(),
        HistoryNotice::NewLog => "Others have lines of yours that are newer than the history on this machine. They \
             are being fetched, and what you write from now on goes into a new log."
            .to_owned(),
        HistoryNotice::OtherCopy => "Others have lines under your key that this copy of the program never wrote. They are being \
             fetched. If you did not erase or restore your history, another machine uses a copy of your profile: close one \
             of the two programs, or give one of them its own key: proximity-chat identity --new."
            .to_owned(),
        HistoryNotice::Unreadable(failure) => store_failure(failure),
        HistoryNotice::LeftOut { lines, disk_full: true } => format!(
            "The disk is nearly full. {} not stored. You still see what strangers here say, and your lines and those \
             of people you know are still stored. Free some space.",
            were(*lines, "line from strangers", "lines from strangers"),
        ),
        HistoryNotice::LeftOut { lines, .. } => format!(
            "Strangers send more than this program accepts from them. {} left out. People you know are not affected. To \
             silence someone, type /ignore and the name.",
            were(*lines, "line", "lines"),
        ),
        HistoryNotice::GivenUp { logs } => format!(
            "More strangers have written here than this program stores. {} removed from your disk. To keep someone's \
             lines, type /trust and the name.",
            were(*logs as u64, "stranger's history", "strangers' histories"),
        ),
        HistoryNotice::DiskAgain { lines: 0 } => "The disk works again.".to_owned(),
        HistoryNotice::DiskAgain { lines } => format!(
            "The disk works again. {} only shown until now, and {} now stored.",
            were(*lines as u64, "line", "lines"),
            if *lines == 1 { "is" } else { "are" },
        ),
        HistoryNotice::ClockOff { ahead_ms, of } => clock_off(*ahead_ms, of),
        HistoryNotice::NothingForgotten => "Your clock has jumped, or disagrees with the clocks of others, so no old lines are removed for \
             now. If your clock is wrong, set it. If it is right, removal resumes by itself in a few days."
            .to_owned(),
        HistoryNotice::NotTaken { by, why: NotTaken::TooFast } => format!(
            "You are new to {by} and have sent a lot, so your last lines were refused there. They are sent again in a \
             minute. There is no limit once you two have compared codes (/verify)."
        ),
        HistoryNotice::NotTaken { by, why: NotTaken::DiskFull } => format!(
            "{by}'s disk is nearly full, so your last lines were refused there. They are sent again every minute. {by} \
             can help by freeing some space."
        ),
        HistoryNotice::NotTaken { by, why: NotTaken::NoRoom } => format!(
            "You are new to {by}, who has no room for your lines now. They are sent again in an hour. There is room once \
             you two have compared codes (/verify)."
        ),
        HistoryNotice::Recovered { lines, aside } => format!(
            "The history on disk was damaged. {} Lines that others have are fetched from them. The damaged file is now {aside}.",
            match lines {
                0 => "Nothing could be recovered.".to_owned(),
                lines => format!("{} recovered.", were(*lines, "line", "lines")),
            },
        ),
        HistoryNotice::Emptied(path) => format!(
            "The history on disk was emptied: {path} had nothing in it. A power loss or another program can do that. A new \
             history begins, and lines that others have are fetched from them. If you have a copy of the file, quit, put \
             it back, and start again."
        ),
    }
}

/// How far off the user's clock is, and what to do about it.
fn clock_off(ahead_ms: i64, of: &[String]) -> String {
    let way = if ahead_ms > 0 { "ahead of" } else { "behind" };
    let mut names: Vec<String> = of.iter().take(MAX_NAMES).cloned().collect();
    match of.len().saturating_sub(MAX_NAMES) {
        0 => {}
        more => names.push(counted(more, "other")),
    }
    let advice = match of {
        [one] => format!("One of the two clocks is wrong. If it is yours, set it; if not, tell {one}."),
        _ => "Set your clock, so that your lines appear in the right place.".to_owned(),
    };
    format!("Your clock is {} {way} {}. {advice}", span(ahead_ms), list(&names, "and"))
}

/// `5 minutes`, `3 hours`, `2 days`, `10 years`.
fn span(ms: i64) -> String {
    let minutes = ms.unsigned_abs() / 60_000;
    let (count, unit) = match minutes {
        0..120 => (minutes, "minute"),
        120..2_880 => (minutes / 60, "hour"),
        2_880..1_051_200 => (minutes / 1_440, "day"),
        _ => (minutes / 525_600, "year"),
    };
    counted(count, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_reported_with_what_survived_and_the_file() {
        let text =
            |lines| history_notice(&HistoryNotice::Recovered { lines, aside: "/home/a/history.db.damaged".into() });
        assert_eq!(
            text(12),
            "The history on disk was damaged. 12 lines were recovered. Lines that others have are fetched from them. The \
             damaged file is now /home/a/history.db.damaged."
        );
        assert!(text(0).contains("Nothing could be recovered.") && text(1).contains("1 line was recovered."));
    }

    #[test]
    fn a_notice_about_the_clock_names_whom_it_disagrees_with() {
        let said = |ahead_ms, names: &[&str]| {
            clock_off(ahead_ms, &names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
        };
        assert!(said(-300_000, &["bob"]).starts_with("Your clock is 5 minutes behind bob. One of the two"));
        assert!(
            said(86_400_000 * 3, &["a", "b", "c", "d"])
                .starts_with("Your clock is 3 days ahead of a, b, c and 1 other.")
        );
    }
}
