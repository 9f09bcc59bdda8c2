//! Alarms: a known name under another key, and a name that looks like a known one.

use crate::{
    domain::{
        bus::{Alarm, AlarmKind},
        model::PeerId,
        naming::{HANDLE_DIGITS, handle},
    },
    frontend::{
        tui::app::{
            clock::LocalClock,
            conversation::{Geometry, rows_of},
            people::People,
            wrap::whole,
        },
        words,
    },
};

/// The alarm, for a user who sees `people` in a pane of this size.
pub(crate) fn text(alarm: &Alarm, people: &People, clock: &LocalClock<'_>, pane: Geometry) -> String {
    let who = if alarm.kind == AlarmKind::LookAlike { key_of(alarm, people) } else { tagged(alarm, people) };
    let [known, claimant] = [alarm.known, alarm.node].map(|key| whole(&key.short()));
    let is_here = people.is_here(PeerId::Node(alarm.known));
    let last_seen = (!is_here).then(|| clock.moment(alarm.known_last_seen));
    let owner = words::alarm::owner(alarm, last_seen.as_deref());
    let text = |owner, meaning| words::alarm::text(alarm, &who, [known.as_str(), claimant.as_str()], owner, meaning);
    // The longest form that leaves room for what comes next. A form that fills the pane would push its own title out of
    // it.
    let fits = |text: &String| rows_of(text, pane.cols) * 3 <= usize::from(pane.rows) * 2;
    let longer = [text(Some(owner.as_str()), true), text(Some(owner.as_str()), false)];
    longer.into_iter().find(fits).unwrap_or_else(|| text(None, false))
}

/// The claimant as commands take it. The name alone could just as well mean its owner.
fn tagged(alarm: &Alarm, people: &People) -> String {
    format!("{}#{}", alarm.nick, people.key_tag(alarm.node, alarm.known))
}

/// The claimant by its key, for a name that cannot be typed.
fn key_of(alarm: &Alarm, people: &People) -> String {
    let tag = people.key_tag(alarm.node, alarm.known);
    if tag.len() < HANDLE_DIGITS { handle(PeerId::Node(alarm.node)) } else { tag }
}
