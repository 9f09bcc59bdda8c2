//! What the nodes say: lines that can be told apart, some of which answer another one.

use proximity_chat::domain::model::{Message, MessageId};

/// One in this many lines of others that arrive live is answered, so that chains of answers end with up to 16 nodes.
const ANSWERED: u32 = 16;

/// The words between a line's name and the line that it answers.
const ANSWERS: &str = " answers ";

/// What every line between two begins with, before the numbers of the two.
pub(crate) const SECRET: &str = "between ";

/// What a line from one of these two to the other begins with.
pub(crate) fn between(one: usize, other: usize) -> String {
    format!("{SECRET}{} and {}: ", one.min(other), one.max(other))
}

/// What every line in a private room begins with.
pub(crate) const MEMBERS: &str = "between members: ";

/// A line that is unlike any other. `between` is what a line to one person alone begins with.
pub(crate) fn line(between: &str, (host, boot, number): (usize, u64, u64), answers: Option<MessageId>) -> String {
    let name = format!("{between}line {host}.{boot}.{number}");
    match answers {
        Some(question) => format!("{name}{ANSWERS}{question}"),
        None => name,
    }
}

/// The name of the line that a line answers.
pub(crate) fn question(text: &str) -> Option<&str> {
    text.split_once(ANSWERS).map(|(_, question)| question)
}

/// Whether a node should answer. Answers are answered too, so that chains of causes run through several nodes. At this
/// rate they end with up to 16 nodes.
pub(crate) fn invites_answer(message: &Message, random: &mut fastrand::Rng) -> bool {
    !message.is_own() && random.u32(..ANSWERED) == 0
}
