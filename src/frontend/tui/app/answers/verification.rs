//! What is said during a comparison of codes.

use crate::{
    domain::bus::VerifyStep,
    frontend::{
        tui::app::{conversation::Tone, wrap::whole},
        words::verification,
    },
};

/// What to say about a step of the comparison with somebody called `name`, who is `typed` in commands.
pub(crate) fn text(name: &str, typed: &str, step: VerifyStep) -> (Tone, String) {
    match step {
        VerifyStep::Code { code, began } => (Tone::Ask, verification::code(name, typed, &code, began, whole)),
        VerifyStep::Verified => (Tone::Plain, verification::verified(name)),
        VerifyStep::Differs => (Tone::Alarm, verification::differs(name, typed)),
        VerifyStep::TheySayDiffers => (Tone::Alarm, verification::they_say_differs(name, typed)),
        VerifyStep::Ended => (Tone::Dim, verification::not_confirmed(name, typed)),
    }
}
