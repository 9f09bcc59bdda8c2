//! Comparing codes with somebody.

use super::{
    App,
    pane::{Tone, whole},
};
use crate::domain::{bus::VerifyStep, model::PeerId};

impl App {
    /// Says how the comparison with `peer` goes.
    pub(super) fn verification(&mut self, peer: PeerId, step: VerifyStep) {
        let name = self.peers.called(peer).unwrap_or_else(|| match peer {
            PeerId::Node(node) => node.tag(8),
            PeerId::Guest(addr) => addr.to_string(),
        });
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
                    whole(&format!("/verify {name} yes")),
                    whole(&format!("Different?  /verify {name} no")),
                );
                let seq = self.block(Tone::Ask, &text, 0);
                if !began {
                    self.arrived(seq, true);
                }
            }
            VerifyStep::Verified => {
                let text = format!("✓ {name} is verified: you two talk to each other, with nobody in between.");
                self.notice(Tone::Plain, &text);
            }
            VerifyStep::Differs => {
                let text = format!(
                    "!! The codes differ: this is not {name}, or somebody sits between you.\n  \
                       What comes under this name need not be from {name}, and others may read what\x20\
                       you write. Ask in person before you believe any of it.\n  \
                       /ignore {name}   shut it out\n  \
                       /verify {name}   compare again in half a minute, if one of you misread the code"
                );
                self.block(Tone::Alarm, &text, 0);
            }
            VerifyStep::Ended => {
                let text = format!("The comparison with {name} came to nothing. /verify {name} begins another one.");
                self.notice(Tone::Dim, &text);
            }
        }
    }
}
