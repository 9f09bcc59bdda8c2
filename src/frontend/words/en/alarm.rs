//! Alarms: a known name under another key, and a name that looks like a known one.

use crate::domain::bus::{Alarm, AlarmKind};

/// The parts of an alarm.
struct Warning {
    title: String,
    /// Labels, equally wide, of the known key and of the one that claims the name.
    labels: [&'static str; 2],
    /// What it may mean.
    meaning: String,
    /// What `/trust` does.
    accept: &'static str,
}

/// What is known about the owner of the name, who was here `last_seen`, or is here now.
pub(crate) fn owner(alarm: &Alarm, last_seen: Option<&str>) -> String {
    if alarm.kind == AlarmKind::OwnName {
        return "Others may mistake it for you.".to_owned();
    }
    let seen = last_seen.map_or_else(|| "is here now".to_owned(), |when| format!("was last here on {when}"));
    let verified = if alarm.known_verified { "verified by you" } else { "never verified" };
    format!("The {} you know {seen}; {verified}.", alarm.known_nick)
}

/// An alarm about someone whom commands know as `who`, with the known key and the other one. What is known about the
/// owner and what it may mean are left out if there is no room.
pub(crate) fn text(
    alarm: &Alarm,
    who: &str,
    [known, claimant]: [&str; 2],
    owner: Option<&str>,
    meaning: bool,
) -> String {
    let warning = warning(alarm, who);
    let (title, [before, after]) = (warning.title, warning.labels);
    let keys = format!("{before}  {known}\n   {after}  {claimant}");
    let Some(owner) = owner else {
        return format!("{title} Ask in person.\n   {keys}\n   /trust {who}\n   /ignore {who}");
    };
    let meaning = if meaning { format!("{} ", warning.meaning) } else { String::new() };
    format!(
        "{title}\n   {keys}\n   {owner}\n   {meaning}Ask in person.\n   \
            /trust {who}    {}\n   \
            /ignore {who}   hide their messages",
        warning.accept
    )
}

fn warning(alarm: &Alarm, who: &str) -> Warning {
    let (name, known) = (&alarm.nick, &alarm.known_nick);
    match alarm.kind {
        AlarmKind::KeyChanged => Warning {
            title: format!("!! \"{name}\" has a NEW KEY."),
            labels: ["was", "now"],
            meaning: format!("Either {known} has reinstalled, or someone is pretending to be {known}."),
            accept: "accept the new key",
        },
        AlarmKind::SameName => Warning {
            title: format!("!! Someone else here is already called \"{name}\". The new one is shown as {who}."),
            labels: ["first   ", "new one "],
            meaning: format!("Either two people have the same name, or someone is pretending to be {known}."),
            accept: "give the name to the new one",
        },
        AlarmKind::OwnName => Warning {
            title: format!("!! Someone else uses your name, \"{name}\", and is shown as {who}."),
            labels: ["you     ", "this one"],
            meaning: "Either two people have the same name, or someone is pretending to be you.".to_owned(),
            accept: "let them use your name",
        },
        AlarmKind::LookAlike => Warning {
            title: format!("!! \"{name}\" looks like \"{known}\", whom you know, but is someone else."),
            labels: ["known   ", "this one"],
            meaning: format!("Either the names are similar by chance, or someone is pretending to be {known}."),
            accept: "let them use that name",
        },
    }
}
