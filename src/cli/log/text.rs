//! A message for people: only its first line begins with a date, so that nothing said can pass for another message.

use std::io::{self, Write};

use crate::{
    domain::model::Message,
    frontend::{json::Clock, words::messages as words},
};

/// The indent of every line of a message but the first.
const INDENT: &str = "    ";

/// Writes `YYYY-MM-DD HH:MM  nick: text`, or `YYYY-MM-DD HH:MM  * nick text` for an action.
pub(super) fn write(output: &mut impl Write, message: &Message, name: &str, clock: &mut Clock) -> io::Result<()> {
    let (said, is_action) = words::said(message);
    let (before, after) = if is_action { ("* ", " ") } else { ("", ": ") };
    write!(output, "{}  {before}{name}{after}", clock.date(message.sent_at))?;
    for (number, line) in said.split('\n').enumerate() {
        let indent = if number == 0 { "" } else { INDENT };
        writeln!(output, "{indent}{line}")?;
    }
    Ok(())
}
