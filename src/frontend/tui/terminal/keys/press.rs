//! One key, translated from crossterm's terms to the screen's.

use crossterm::event::{KeyCode as Code, KeyEvent, KeyModifiers as Modifiers};

use crate::frontend::tui::app::{Key, KeyCode};

/// What `key` means to the screen; `None` for keys it does not know.
pub(super) fn key(key: KeyEvent) -> Option<Key> {
    translate(key, cfg!(windows))
}

/// `alt_gr_is_ctrl_alt`: the Windows console reports the key that types `@` and `{` on many keyboards as Ctrl and Alt.
fn translate(key: KeyEvent, alt_gr_is_ctrl_alt: bool) -> Option<Key> {
    if key.modifiers.intersects(Modifiers::SUPER | Modifiers::HYPER) {
        return None; // a shortcut of the desktop, not text
    }
    let ctrl = key.modifiers.contains(Modifiers::CONTROL);
    let alt = key.modifiers.intersects(Modifiers::ALT | Modifiers::META);
    let shift = key.modifiers.contains(Modifiers::SHIFT);
    let code = match key.code {
        Code::Char(c) if c.is_control() => return None,
        Code::Char(c) if ctrl && alt && alt_gr_is_ctrl_alt && !c.is_ascii_alphanumeric() && c != ' ' => {
            return Some(Key::plain(KeyCode::Char(c)));
        }
        // The byte that Backspace sends on some terminals, and Ctrl-Backspace on others.
        Code::Char('h') if ctrl && !alt => return Some(Key::plain(KeyCode::Backspace)),
        Code::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
        Code::Char(c) => KeyCode::Char(c),
        Code::BackTab => return Some(Key { code: KeyCode::Tab, ctrl, alt, shift: true }),
        Code::Enter => KeyCode::Enter,
        Code::Tab => KeyCode::Tab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::Esc => KeyCode::Esc,
        Code::F(n) => KeyCode::F(n),
        _ => return None,
    };
    Some(Key { code, ctrl, alt, shift })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: Code, modifiers: Modifiers) -> Option<Key> {
        translate(KeyEvent::new(code, modifiers), false)
    }

    #[test]
    fn alt_and_meta_are_one_key() {
        for modifier in [Modifiers::ALT, Modifiers::META] {
            assert_eq!(pressed(Code::Char('b'), modifier), Some(Key::alt('b')));
        }
    }

    #[test]
    fn letters_carry_their_case_except_with_ctrl() {
        assert_eq!(
            pressed(Code::Char('A'), Modifiers::SHIFT),
            Some(Key { shift: true, ..Key::plain(KeyCode::Char('A')) })
        );
        assert_eq!(pressed(Code::Char('R'), Modifiers::CONTROL), Some(Key::ctrl('r')));
    }

    #[test]
    fn shift_tab_is_tab() {
        let shift_tab = Key { shift: true, ..Key::plain(KeyCode::Tab) };
        assert_eq!(pressed(Code::BackTab, Modifiers::SHIFT), Some(shift_tab));
        assert_eq!(pressed(Code::BackTab, Modifiers::NONE), Some(shift_tab));
    }

    #[test]
    fn both_backspace_bytes_delete() {
        assert_eq!(pressed(Code::Backspace, Modifiers::NONE), Some(Key::plain(KeyCode::Backspace)));
        assert_eq!(pressed(Code::Char('h'), Modifiers::CONTROL), Some(Key::plain(KeyCode::Backspace)));
    }

    #[test]
    fn alt_gr_types_on_windows_and_only_there() {
        let at = KeyEvent::new(Code::Char('@'), Modifiers::CONTROL | Modifiers::ALT);
        assert_eq!(translate(at, true), Some(Key::plain(KeyCode::Char('@'))));
        assert_eq!(translate(at, false), Some(Key { ctrl: true, ..Key::alt('@') }));
        let letter = KeyEvent::new(Code::Char('x'), Modifiers::CONTROL | Modifiers::ALT);
        assert_eq!(translate(letter, true), Some(Key { ctrl: true, ..Key::alt('x') }), "Ctrl-Alt-X must not type");
    }

    #[test]
    fn shortcuts_of_the_desktop_and_unknown_keys_do_nothing() {
        assert_eq!(pressed(Code::Char('c'), Modifiers::SUPER), None);
        assert_eq!(pressed(Code::CapsLock, Modifiers::NONE), None);
        assert_eq!(pressed(Code::Char('\u{1b}'), Modifiers::NONE), None);
    }
}
