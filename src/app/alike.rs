//! Names that people take for one another.

use unicode_width::UnicodeWidthChar;

use crate::model::Nick;

/// Whether the names look the same at a glance: whatever the case, and with letters of other scripts in the place of
/// Latin ones.
pub(super) fn alike(one: &Nick, other: &Nick) -> bool {
    skeleton(one).eq(skeleton(other))
}

/// What is left of a name when all that looks the same is made the same.
fn skeleton(nick: &Nick) -> impl Iterator<Item = char> + '_ {
    // Marks and selectors have no width; one alone hardly shows.
    let seen = nick.as_str().chars().filter(|c| c.width().unwrap_or(0) > 0);
    seen.map(half_width).flat_map(char::to_lowercase).map(latin)
}

/// The ASCII character of a full-width one.
fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// The Latin letter that a lower-case character looks like. Not the whole table of Unicode (UTS 39): those that are on
/// keyboards. What is taken for alike needlessly only gets its port shown.
const fn latin(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ё' => 'e',
        'һ' | 'н' => 'h',
        // A capital I looks like an l, and is an i.
        'i' | 'ı' | 'і' | 'ї' | 'ι' | 'ӏ' | '1' | '|' => 'l',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        '0' | 'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_alike() {
        let alike = |one: &str, other: &str| alike(&Nick::new(one).unwrap(), &Nick::new(other).unwrap());
        for other in ["alice", "Alice", "ALICE", "аlice", "a1ice", "aIice", "alіce", "ａｌｉｃｅ", "alice\u{FE0F}"]
        {
            assert!(alike("alice", other), "{other}");
        }
        assert!(alike("bob", "bοb") && alike("bob", "b0b") && alike("Zoë 山田", "zoë 山田"));
        for other in ["alicia", "malice", "alice_", "bob"] {
            assert!(!alike("alice", other), "{other}");
        }
    }
}
