//! Comparing codes with somebody.

use super::{
    App,
    pane::{Tone, whole},
};
use crate::{bus::VerifyStep, model::PeerId};

impl App {
    /// Says how the comparison with `peer` goes.
    pub(super) fn verification(&mut self, peer: PeerId, step: VerifyStep) {
        let name = self.peers.called(peer).unwrap_or_else(|| match peer {
            PeerId::Node(node) => node.tag(8),
            PeerId::Guest(addr) => addr.to_string(),
        });
        match step {
            VerifyStep::Code { code, began } => {
                let asked = if began { String::new() } else { format!("{name} asks you to compare codes.\n") };
                let text = format!(
                    "{asked}Compare this code with {name}, by voice or in person:  {}\n\
                     Same code there?  /verify {name} yes   Different?  /verify {name} no",
                    whole(&code)
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
                       Whoever it is can read what you write here, and say things in the name of {name}.\n  \
                       Believe nothing that comes under this name before you have met {name} in person.\n  \
                       /ignore {name}   shut it out\n  \
                       /verify {name}   compare again, if one of you misread the code"
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
