//! What the nodes say: lines that are told apart, and some that answer another one.

use proximity_chat::domain::model::{Message, MessageId};

/// Of so many lines of others that come in live, one is answered, so that all answers come to an end with up to 16 nodes.
const ANSWERED: u32 = 16;

/// The words between a line's name and what it answers.
const ANSWERS: &str = " answers ";

/// A line that no other line is like.
pub(crate) fn line(host: usize, boot: u64, number: u64, answers: Option<MessageId>) -> String {
    let name = format!("line {host}.{boot}.{number}");
    match answers {
        Some(question) => format!("{name}{ANSWERS}{question}"),
        None => name,
    }
}

/// The name of what a line answers.
pub(crate) fn question(text: &str) -> Option<&str> {
    text.split_once(ANSWERS).map(|(_, question)| question)
}

/// Whether a node should answer. Answers are answered too, so that chains of causes run through several nodes; at this
/// rate, with up to eight who may answer, they end.
pub(crate) fn invites_answer(message: &Message, random: &mut fastrand::Rng) -> bool {
    !message.is_own() && random.u32(..ANSWERED) == 0
}
