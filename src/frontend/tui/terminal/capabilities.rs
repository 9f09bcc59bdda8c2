//! What this terminal may be asked for, judged by its environment alone. Asking the terminal itself would take a round
//! trip, and two seconds if nothing answers.

/// Values of `TERM` whose terminals speak the kitty keyboard protocol.
const KEYBOARD_TERMS: [&str; 8] =
    ["xterm-kitty", "xterm-ghostty", "ghostty", "foot", "foot-extra", "alacritty", "wezterm", "rio"];

/// Values of `TERM_PROGRAM` of terminals that speak it and call themselves `xterm-256color`.
const KEYBOARD_PROGRAMS: [&str; 5] = ["kitty", "ghostty", "WezTerm", "iTerm.app", "rio"];

/// Values of `TERM` that are known to answer nothing, or to print what they do not know.
const MUTE_TERMS: [&str; 3] = ["", "dumb", "linux"];

/// What may be asked of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Keyboard enhancement flags (kitty's protocol, level 1): Shift-Enter and a lone Escape become unambiguous.
    /// Terminals that do not know them ignore them, so a wrong guess costs nothing.
    pub keyboard_flags: bool,
    /// Whether OSC 11 may be sent: a terminal that does not know it ignores it, except for the mute ones.
    pub background: bool,
    /// Whether OSC 52 may be sent, which copies a text to the clipboard. It is ignored where it is not known or not
    /// allowed, except by the mute ones, which would print it.
    pub clipboard: bool,
}

impl Capabilities {
    /// What `variables` say; production passes `|name| std::env::var(name).ok()`.
    pub fn from_variables(variables: impl Fn(&str) -> Option<String>) -> Self {
        let term = variables("TERM").unwrap_or_default();
        let program = variables("TERM_PROGRAM").unwrap_or_default();
        let mute = cfg!(unix) && MUTE_TERMS.contains(&term.as_str());
        Self {
            keyboard_flags: !mute
                && (KEYBOARD_TERMS.contains(&term.as_str()) || KEYBOARD_PROGRAMS.contains(&program.as_str())),
            // crossterm's Windows source reads key records, not bytes: the answer would never come back whole.
            background: cfg!(unix) && !mute,
            clipboard: !mute,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(variables: &[(&str, &str)]) -> Capabilities {
        Capabilities::from_variables(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn flags_go_only_to_terminals_known_to_support_them() {
        assert!(given(&[("TERM", "xterm-kitty")]).keyboard_flags);
        assert!(given(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]).keyboard_flags);
        assert!(!given(&[("TERM", "xterm-256color")]).keyboard_flags);
        assert!(!given(&[("TERM", "linux"), ("TERM_PROGRAM", "kitty")]).keyboard_flags);
    }

    #[cfg(unix)]
    #[test]
    fn a_mute_terminal_is_asked_nothing() {
        let known = given(&[("TERM", "xterm-256color")]);
        assert!(known.background && known.clipboard);
        for mute in [&[("TERM", "dumb")][..], &[("TERM", "linux")], &[]] {
            assert!(!given(mute).background && !given(mute).clipboard, "{mute:?}");
        }
    }
}
