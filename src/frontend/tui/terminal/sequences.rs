//! The escape sequences that switch the terminal over and back, as bytes, in order.

use super::Capabilities;

/// Begins a synchronized update: the terminal shows the frame only when it is whole. Ignored where unknown.
pub(super) const FRAME_BEGIN: &[u8] = b"\x1b[?2026h";

/// Ends a synchronized update.
pub(super) const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Asks for the background colour (OSC 11); the answer arrives among the keys.
pub(super) const ASK_BACKGROUND: &[u8] = b"\x1b]11;?\x07";

/// Rings the bell.
pub(super) const BELL: &[u8] = b"\x07";

/// Title on xterm's stack; alternate screen; bracketed paste; focus events; the wheel as arrows.
///
/// Mode 1007 is saved first: some terminals have it on from the start (VTE, kitty, alacritty), others off (xterm), so
/// that giving it back means restoring, not resetting. The few that can do neither keep it on.
const ENTER: &[u8] = b"\x1b[22;2t\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?1007s\x1b[?1007h";

/// Pushes level 1 of the kitty keyboard protocol.
const PUSH_KEYBOARD: &[u8] = b"\x1b[>1u";

/// Pops it.
const POP_KEYBOARD: &[u8] = b"\x1b[<1u";

/// The inverse of [`ENTER`] in reverse order, and whatever a frame that was cut short may have left: an unfinished
/// synchronized update, colours, a hidden cursor. Mouse reporting is never switched on here, yet a mode that was left
/// over from a program that crashed before is switched off just as cheaply.
const LEAVE: &[u8] =
    b"\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?1007r\x1b[?1004l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[23;2t";

/// What to write to switch the terminal over.
pub(super) fn enter(capabilities: Capabilities) -> Vec<u8> {
    let mut bytes = ENTER.to_vec();
    if capabilities.keyboard_flags {
        // After the switch to the alternate screen: kitty keeps one stack of flags per screen.
        bytes.extend_from_slice(PUSH_KEYBOARD);
    }
    bytes
}

/// What to write to give it back.
pub(super) fn leave(capabilities: Capabilities) -> Vec<u8> {
    let mut bytes = Vec::new();
    if capabilities.keyboard_flags {
        bytes.extend_from_slice(POP_KEYBOARD);
    }
    bytes.extend_from_slice(LEAVE);
    bytes
}

/// What to write to set the window's title. Control characters, which would end the sequence early, are left out.
pub(super) fn title(title: &str) -> Vec<u8> {
    let clean: String = title.chars().filter(|c| !c.is_control()).collect();
    format!("\x1b]2;{clean}\x07").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Modes that `bytes` set or save (`true`), and reset or restore (`false`).
    fn modes(bytes: &[u8]) -> Vec<(String, bool)> {
        String::from_utf8(bytes.to_vec())
            .unwrap()
            .split('\x1b')
            .filter_map(|sequence| {
                let rest = sequence.strip_prefix("[?")?;
                let (number, action) = rest.split_at(rest.len() - 1);
                Some((number.to_owned(), matches!(action, "h" | "s")))
            })
            .collect()
    }

    #[test]
    fn every_mode_that_is_set_is_given_back() {
        for keyboard_flags in [false, true] {
            let capabilities = Capabilities { keyboard_flags, background: true, clipboard: true };
            let back = modes(&leave(capabilities));
            for (mode, on) in modes(&enter(capabilities)) {
                assert!(on);
                assert!(back.contains(&(mode.clone(), false)), "mode {mode} stays set");
            }
            let text = String::from_utf8(leave(capabilities)).unwrap();
            assert_eq!(text.contains("\x1b[<1u"), keyboard_flags);
            assert!(text.contains("\x1b[?25h"), "the cursor stays hidden");
        }
    }

    #[test]
    fn a_title_cannot_carry_an_escape() {
        assert_eq!(title("a\x1b]0;b\x07c\u{9b}d"), b"\x1b]2;a]0;bcd\x07");
    }
}
