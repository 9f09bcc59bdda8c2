//! Alarms: a known name under another key, and a name that looks like a known one.

use super::{
    App,
    pane::{Tone, rows_of, whole},
};
use crate::domain::{
    bus::{Alarm, AlarmKind},
    model::PeerId,
};

/// Digits of a key that name somebody alone, without a name: 32 bits cost more to find than an alarm is worth.
const DIGITS_ALONE: usize = 8;

impl App {
    /// Says that somebody may pretend to be somebody else; as worth seeing as a message that names the user.
    pub(super) fn alarm(&mut self, alarm: &Alarm) {
        let text = match alarm.kind {
            AlarmKind::KeyChanged => self.new_key(alarm),
            AlarmKind::LookAlike => self.look_alike(alarm),
        };
        let seq = self.block(Tone::Alarm, &text, 0);
        self.arrived(seq, true);
    }

    fn new_key(&self, alarm: &Alarm) -> String {
        let name = &alarm.nick;
        // The name alone could as well mean the one whose it is.
        let who = format!("{name}#{}", self.peers.key_tag(alarm.node, alarm.known));
        self.fitting(&Warning {
            title: format!("!! \"{name}\" has a NEW KEY."),
            labels: ["was", "now"],
            what: format!("A reinstall does this; so does someone pretending to be {}.", alarm.known_nick),
            accept: "accept the new key",
            who,
            alarm,
        })
    }

    fn look_alike(&self, alarm: &Alarm) -> String {
        // Not by a name that cannot be typed.
        let tag = self.peers.key_tag(alarm.node, alarm.known);
        let who = if tag.len() < DIGITS_ALONE { alarm.node.tag(DIGITS_ALONE) } else { tag };
        let (name, known) = (&alarm.nick, &alarm.known_nick);
        self.fitting(&Warning {
            title: format!("!! \"{name}\" looks like \"{known}\", whom you know, and is somebody else."),
            labels: ["known   ", "this one"],
            what: format!("Somebody of a similar name, or someone pretending to be {known}."),
            accept: "let it have that name",
            who,
            alarm,
        })
    }

    /// The longest form that leaves room for what is said next: one that fills the pane loses its title to it.
    fn fitting(&self, warning: &Warning<'_>) -> String {
        let since = self.since(warning.alarm);
        let pane = self.pane.geometry();
        let fits = |text: &String| rows_of(text, pane.cols) * 3 <= usize::from(pane.rows) * 2;
        let longer = [warning.text(Some(&since), true), warning.text(Some(&since), false)];
        longer.into_iter().find(fits).unwrap_or_else(|| warning.text(None, false))
    }

    /// What is known of the one whose name it is.
    fn since(&self, alarm: &Alarm) -> String {
        let seen = if self.peers.is_here(PeerId::Node(alarm.known)) {
            "is here now".to_owned()
        } else {
            format!("was here last on {}", self.moment(alarm.known_last_seen))
        };
        let verified = if alarm.known_verified { "verified by you" } else { "never verified" };
        format!("The {} you know {seen}; {verified}.", alarm.known_nick)
    }
}

/// The words of an alarm.
struct Warning<'a> {
    title: String,
    /// What stands before the known key and before the one that claims the name.
    labels: [&'static str; 2],
    what: String,
    /// What `/trust` would mean.
    accept: &'static str,
    /// How commands name who claims the name.
    who: String,
    alarm: &'a Alarm,
}

impl Warning<'_> {
    /// The whole of it, or without what it may mean, or only what happened and the commands.
    fn text(&self, since: Option<&str>, explained: bool) -> String {
        let Self { title, labels: [known, this], what, accept, who, alarm } = self;
        let keys = format!("{known}  {}\n   {this}  {}", whole(&alarm.known.short()), whole(&alarm.node.short()));
        let Some(since) = since else {
            return format!("{title} Ask in person.\n   {keys}\n   /trust {who}\n   /ignore {who}");
        };
        let what = if explained { format!("{what} ") } else { String::new() };
        format!(
            "{title}\n   {keys}\n   {since}\n   {what}Ask in person.\n   \
                /trust {who}    {accept}\n   \
                /ignore {who}   shut it out"
        )
    }
}
