//! Alarms: a known name under another key, and a name that looks like a known one.

use crate::{
    domain::{
        bus::{Alarm, AlarmKind},
        model::PeerId,
        naming::{HANDLE_DIGITS, handle},
    },
    frontend::tui::app::{
        clock::LocalClock,
        conversation::{Geometry, rows_of},
        people::People,
        wrap::whole,
    },
};

/// The alarm, for a user who sees `people` in a pane of this size.
pub(crate) fn text(alarm: &Alarm, people: &People, clock: &LocalClock<'_>, pane: Geometry) -> String {
    let warning = match alarm.kind {
        AlarmKind::KeyChanged => new_key(alarm, people),
        AlarmKind::SameName => same_name(alarm, people),
        AlarmKind::OwnName => own_name(alarm, people),
        AlarmKind::LookAlike => look_alike(alarm, people),
    };
    // The longest form that leaves room for what is said next: one that fills the pane loses its title to it.
    let since = match alarm.kind {
        AlarmKind::OwnName => "Others may take it for you.".to_owned(),
        _ => since(alarm, people, clock),
    };
    let fits = |text: &String| rows_of(text, pane.cols) * 3 <= usize::from(pane.rows) * 2;
    let longer = [warning.text(Some(&since), true), warning.text(Some(&since), false)];
    longer.into_iter().find(fits).unwrap_or_else(|| warning.text(None, false))
}

/// The claimant as commands take it: the name alone could as well mean its owner.
fn tagged(alarm: &Alarm, people: &People) -> String {
    format!("{}#{}", alarm.nick, people.key_tag(alarm.node, alarm.known))
}

fn new_key<'a>(alarm: &'a Alarm, people: &People) -> Warning<'a> {
    let name = &alarm.nick;
    let who = tagged(alarm, people);
    Warning {
        title: format!("!! \"{name}\" has a NEW KEY."),
        labels: ["was", "now"],
        what: format!("A reinstall does this; so does someone pretending to be {}.", alarm.known_nick),
        accept: "accept the new key",
        who,
        alarm,
    }
}

fn same_name<'a>(alarm: &'a Alarm, people: &People) -> Warning<'a> {
    let name = &alarm.nick;
    let who = tagged(alarm, people);
    Warning {
        title: format!("!! \"{name}\" is the name of somebody else who is here. This one is shown as {who}."),
        labels: ["first   ", "this one"],
        what: format!("Somebody of the same name, or someone pretending to be {}.", alarm.known_nick),
        accept: "give the name to this one",
        who,
        alarm,
    }
}

fn own_name<'a>(alarm: &'a Alarm, people: &People) -> Warning<'a> {
    let name = &alarm.nick;
    let who = tagged(alarm, people);
    Warning {
        title: format!("!! Somebody else goes by your own name, \"{name}\", and is shown as {who}."),
        labels: ["you     ", "this one"],
        what: "Somebody of the same name, or someone pretending to be you.".to_owned(),
        accept: "accept that",
        who,
        alarm,
    }
}

fn look_alike<'a>(alarm: &'a Alarm, people: &People) -> Warning<'a> {
    // Not by a name that cannot be typed.
    let tag = people.key_tag(alarm.node, alarm.known);
    let who = if tag.len() < HANDLE_DIGITS { handle(PeerId::Node(alarm.node)) } else { tag };
    let (name, known) = (&alarm.nick, &alarm.known_nick);
    Warning {
        title: format!("!! \"{name}\" looks like \"{known}\", whom you know, and is somebody else."),
        labels: ["known   ", "this one"],
        what: format!("Somebody of a similar name, or someone pretending to be {known}."),
        accept: "let it have that name",
        who,
        alarm,
    }
}

/// What is known about the owner of the name.
fn since(alarm: &Alarm, people: &People, clock: &LocalClock<'_>) -> String {
    let seen = if people.is_here(PeerId::Node(alarm.known)) {
        "is here now".to_owned()
    } else {
        format!("was here last on {}", clock.moment(alarm.known_last_seen))
    };
    let verified = if alarm.known_verified { "verified by you" } else { "never verified" };
    format!("The {} you know {seen}; {verified}.", alarm.known_nick)
}

/// The words of an alarm.
struct Warning<'a> {
    title: String,
    /// Labels of the known key and of the one that claims the name.
    labels: [&'static str; 2],
    what: String,
    /// What `/trust` would mean.
    accept: &'static str,
    /// How commands name the claimant.
    who: String,
    alarm: &'a Alarm,
}

impl Warning<'_> {
    /// All of it, or without what it may mean, or only what happened and the commands.
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
