//! The name to go by. The profile may remember one too, but it is opened only after the settings are read.

use std::num::NonZeroU32;

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::model::Nick;

/// The name to go by, and how strongly it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    nick: Nick,
    strength: Strength,
}

/// How the source of a name ranks against a name that was given on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// Set by an option: ranks higher, and the profile remembers it.
    Option,
    /// Set by a variable: ranks higher.
    Variable,
    /// Written in the config file: ranks lower.
    File,
    /// Not set; this is the login name.
    Login,
}

impl Name {
    pub(super) const fn new(nick: Nick, strength: Strength) -> Self {
        Self { nick, strength }
    }

    /// The name that the profile should remember: one given by an option, which counts like one given on the screen.
    pub fn to_remember(&self) -> Option<&Nick> {
        (self.strength == Strength::Option).then_some(&self.nick)
    }

    /// The name to go by, and whether anybody chose it. The profile remembers the name `kept` and is the user's
    /// `copy`-th. The login name gets a number in further copies.
    pub fn resolve(&self, kept: Option<&Nick>, copy: NonZeroU32) -> (Nick, bool) {
        match (self.strength, kept) {
            (Strength::Option | Strength::Variable, _) | (Strength::File, None) => (self.nick.clone(), true),
            (Strength::File | Strength::Login, Some(kept)) => (kept.clone(), true),
            (Strength::Login, None) => (numbered(&self.nick, copy), false),
        }
    }
}

/// `root-2` for the second copy. A name that would be too long is cut before the number.
fn numbered(nick: &Nick, copy: NonZeroU32) -> Nick {
    if copy == NonZeroU32::MIN {
        return nick.clone();
    }
    let graphemes: Vec<_> = nick.as_str().graphemes(true).collect();
    let longest_first = (1..=graphemes.len()).rev();
    let cut = |length| Some(graphemes.get(..length)?.concat().trim_end().to_owned());
    let fitting = longest_first.filter_map(cut).find_map(|base| Nick::new(&format!("{base}-{copy}")).ok());
    fitting.unwrap_or_else(|| nick.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nick(name: &str) -> Nick {
        Nick::new(name).unwrap()
    }

    #[test]
    fn a_name_set_on_screen_overrides_file_but_not_variables() {
        let kept = nick("kept");
        let two = NonZeroU32::new(2).unwrap();
        for (strength, kept, name) in [
            (Strength::Option, Some(&kept), ("given", true)),
            (Strength::Option, None, ("given", true)),
            (Strength::Variable, Some(&kept), ("given", true)),
            (Strength::Variable, None, ("given", true)),
            (Strength::File, Some(&kept), ("kept", true)),
            (Strength::File, None, ("given", true)),
            (Strength::Login, Some(&kept), ("kept", true)),
            (Strength::Login, None, ("given-2", false)),
        ] {
            let (resolved, given) = Name::new(nick("given"), strength).resolve(kept, two);
            assert_eq!((resolved.as_str(), given), name, "{strength:?} {kept:?}");
        }
        assert_eq!(Name::new(nick("ada"), Strength::Login).resolve(None, NonZeroU32::MIN), (nick("ada"), false));
    }

    #[test]
    fn only_a_name_given_by_an_option_is_remembered() {
        let strengths = [Strength::Option, Strength::Variable, Strength::File, Strength::Login];
        let remembered = strengths.map(|strength| Name::new(nick("given"), strength).to_remember().is_some());
        assert_eq!(remembered, [true, false, false, false]);
    }

    #[test]
    fn a_number_always_fits() {
        for (name, copy, numbered) in [
            ("ada", 3, "ada-3"),
            ("Zoë 山田", 64, "Zoë 山田-64"),
            ("abcdefghijklmnopqrstuvwx", 2, "abcdefghijklmnopqrstuv-2"),
            ("abcdefghijklmnopqrs uvwx", 1234, "abcdefghijklmnopqrs-1234"),
            ("山田山田山田山田山田山田", 2, "山田山田山田山田山田山-2"),
            ("e\u{301}x", 4_294_967_295, "e\u{301}x-4294967295"),
        ] {
            let copy = NonZeroU32::new(copy).unwrap();
            assert_eq!(super::numbered(&nick(name), copy).as_str(), numbered);
        }
    }
}
