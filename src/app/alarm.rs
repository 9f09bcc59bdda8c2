//! Alarms: a known name under another key, and a name that looks like a known one.

use super::{
    App,
    pane::{Tone, whole},
};
use crate::{
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
        let (known, since) = (&alarm.known_nick, self.since(alarm));
        format!(
            "!! \"{name}\" has a NEW KEY.\n   \
                was  {was}\n   \
                now  {now}\n   \
                {since}\n   \
                A reinstall does this; so does someone pretending to be {known}. Ask in person.\n   \
                /trust {who}    accept the new key\n   \
                /ignore {who}   shut it out",
            was = whole(&alarm.known.short()),
            now = whole(&alarm.node.short()),
        )
    }

    fn look_alike(&self, alarm: &Alarm) -> String {
        // Not by a name that cannot be typed.
        let tag = self.peers.key_tag(alarm.node, alarm.known);
        let who = if tag.len() < DIGITS_ALONE { alarm.node.tag(DIGITS_ALONE) } else { tag };
        let (name, known, since) = (&alarm.nick, &alarm.known_nick, self.since(alarm));
        format!(
            "!! \"{name}\" looks like \"{known}\", whom you know, and is somebody else.\n   \
                known     {was}\n   \
                this one  {now}\n   \
                {since}\n   \
                Somebody of a similar name, or someone pretending to be {known}. Ask in person.\n   \
                /trust {who}    let it have that name\n   \
                /ignore {who}   shut it out",
            was = whole(&alarm.known.short()),
            now = whole(&alarm.node.short()),
        )
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
