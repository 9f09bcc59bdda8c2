//! How a comparison of codes goes.

use crate::{
    domain::bus::VerifyStep,
    frontend::tui::app::{conversation::Tone, wrap::whole},
};

/// What to say about a step of the comparison with somebody called `name`, who is `typed` so in commands.
pub(crate) fn text(name: &str, typed: &str, step: VerifyStep) -> (Tone, String) {
    match step {
        VerifyStep::Code { code, began } => {
            let what = if began {
                format!("Compare this code with {name}")
            } else {
                format!("{name} asks you to compare codes")
            };
            let text = format!(
                "{what}, by voice or in person:  {}\n\
                 Same code there?  {}   {}",
                whole(&code),
                whole(&format!("/verify {typed} yes")),
                whole(&format!("Different?  /verify {typed} no")),
            );
            (Tone::Ask, text)
        }
        VerifyStep::Verified => {
            let text = format!("✓ {name} is verified: you two talk to each other, with nobody in between.");
            (Tone::Plain, text)
        }
        VerifyStep::Differs => {
            let text = format!(
                "!! The codes differ: this is not {name}, or somebody sits between you.\n  \
                   What comes under this name need not be from {name}, and others may read what\x20\
                   you write. Ask in person before you believe any of it.\n  \
                   /ignore {typed}   shut it out\n  \
                   /verify {typed}   compare again in half a minute, if one of you misread the code"
            );
            (Tone::Alarm, text)
        }
        VerifyStep::TheySayDiffers => {
            let text = format!(
                "!! {name} says that the codes differ: this is not {name}, or somebody sits between you.\n  \
                   What comes under this name need not be from {name}, and others may read what\x20\
                   you write. Ask in person before you believe any of it.\n  \
                   /ignore {typed}   shut it out\n  \
                   /verify {typed}   compare again in half a minute, if one of you misread the code"
            );
            (Tone::Alarm, text)
        }
        VerifyStep::Ended => {
            let text = format!("The comparison with {name} came to nothing. /verify {typed} begins another one.");
            (Tone::Dim, text)
        }
    }
}
