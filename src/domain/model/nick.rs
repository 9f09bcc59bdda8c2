//! Nicknames: claims, never identities.

use std::{fmt, sync::Arc};

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton as confusable;
use unicode_width::UnicodeWidthStr;

use super::{
    clean::{ZWJ, is_forbidden, is_invisible, limit_marks},
    fold::{fold, is_disguise},
};

/// The widest nickname, in terminal columns: twice the widest nick column, so that a cut name is still recognised.
pub const MAX_NICK_COLUMNS: usize = 24;

/// The most words in a nickname ("Zoë 山田"): with more, an ordinary sentence before a colon would pass for one.
const MAX_NICK_WORDS: usize = 2;

/// A name of this many hexadecimal digits or more could be a key prefix, so it is refused. It is the number that the
/// program writes in commands for people to copy (`/trust 7f3a91c0`). A lower limit would forbid real names (`fee`,
/// `decade`).
const KEY_DIGITS: usize = 8;

/// A nickname that is safe to show: one line of 1 to 24 columns and at most two words, without controls and invisible
/// characters. It contains nothing that looks like the frame that front ends draw around names, and does not look like
/// a key prefix. A colon is also the reference protocol's separator.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nick(Arc<str>);

/// Why a string is not a nickname. The text is meant for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NickError {
    /// Nothing is left after trimming.
    #[error("A name needs at least one visible character.")]
    Empty,
    /// Wider than [`MAX_NICK_COLUMNS`].
    #[error("The name is {0} columns wide; the limit is {MAX_NICK_COLUMNS}. Choose a shorter one.")]
    TooWide(usize),
    /// More than two words, or several spaces in a row.
    #[error("A name has at most {MAX_NICK_WORDS} words, with a single space between them. Choose a shorter one.")]
    TooManyWords,
    /// A visible character that cannot be part of a name.
    #[error("A name cannot contain {0:?}. Choose a name without it.")]
    Forbidden(char),
    /// The character that joins several emoji into one.
    #[error("A name cannot contain emoji joined from several. Choose a simple one.")]
    Joined,
    /// A control character, or one that shows nothing.
    #[error("A name cannot contain invisible characters. Type it again instead of pasting it.")]
    Invisible,
    /// A first character that means something else in this program.
    #[error("A name cannot begin with {0:?}. Begin with a letter.")]
    ForbiddenStart(char),
    /// A dot at its beginning or end, which gets lost in the text around it.
    #[error("A name cannot begin or end with a dot. Leave it out.")]
    Dot,
    /// It looks like a key.
    #[error("A name of {KEY_DIGITS} or more digits 0-9 and a-f looks like a key. Add a letter from g to z.")]
    LooksLikeKey,
}

impl Nick {
    /// Checks `name`, which must already be as it is to be shown, except for space around it.
    ///
    /// # Errors
    /// [`NickError`], with a text for the person who chose the name.
    pub fn new(name: &str) -> Result<Self, NickError> {
        let name = cut_marks(name.trim());
        if let Some(c) = name.chars().next().filter(|c| matches!(c, '/' | '#' | '@' | '*' | '&')) {
            return Err(NickError::ForbiddenStart(c));
        }
        let is_bad = |c: char| is_forbidden(c) || is_invisible(c) || is_ours(c) || is_frame(c) || is_disguise(c);
        if let Some(c) = name.chars().find(|&c| is_bad(c)) {
            return Err(match c {
                ZWJ => NickError::Joined,
                c if is_forbidden(c) || is_invisible(c) => NickError::Invisible,
                c => NickError::Forbidden(c),
            });
        }
        if name.starts_with(is_dot) || name.ends_with(is_dot) {
            return Err(NickError::Dot);
        }
        if name.split(char::is_whitespace).any(str::is_empty) && !name.is_empty()
            || name.split(char::is_whitespace).count() > MAX_NICK_WORDS
        {
            return Err(NickError::TooManyWords);
        }
        if is_key(&name) {
            return Err(NickError::LooksLikeKey);
        }
        match name.width() {
            0 => Err(NickError::Empty),
            width if width > MAX_NICK_COLUMNS => Err(NickError::TooWide(width)),
            _ => Ok(Self(name.into())),
        }
    }

    /// Makes a nickname from what somebody else calls themselves: drops the characters that no name has, and turns
    /// letters in disguise into plain ones.
    pub fn clean(name: &str) -> Option<Self> {
        let name: String = name.chars().filter(|&c| !is_forbidden(c) && !is_invisible(c)).collect();
        // A leading `#` means something else, so then it is not a name.
        let start = name.trim().chars().next();
        let kept = |c: &char| !is_frame(*c) && (!is_ours(*c) || Some(*c) == start && *c == '#');
        let name: String = name.chars().filter(kept).flat_map(undisguised).collect();
        let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::new(words.trim_matches(|c: char| is_dot(c) || c.is_whitespace())).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cuts graphemes that are too long for one place on the screen, until none is: what is left after a cut forms other
/// graphemes.
fn cut_marks(name: &str) -> String {
    let mut name = name.to_owned();
    loop {
        let cut = limit_marks(&name);
        // Each round is shorter than the one before.
        if cut.len() >= name.len() {
            return name;
        }
        cut.trim().clone_into(&mut name);
    }
}

/// Whether the name looks like a key prefix, however its digits are grouped.
fn is_key(name: &str) -> bool {
    let mut digits = name.chars().filter(|c| !c.is_whitespace());
    digits.clone().count() >= KEY_DIGITS && digits.all(|c| c.is_ascii_hexdigit())
}

/// What looks like the frame that front ends draw around a name: `<bob>`, `bob:`, `bob │`. Unicode's table of
/// confusables knows most colons and angle brackets, but it turns bars into an l.
fn is_frame(c: char) -> bool {
    let mut looks = confusable(c.encode_utf8(&mut [0; 4])).collect::<Vec<_>>().into_iter();
    FRAME.contains(c) || matches!((looks.next(), looks.next()), (Some(':' | '<' | '>'), None))
}

/// Frame characters that the table does not have.
const FRAME: &str = "<>|:¦ǀǁː˸׃։܃܄፡᛬‖‹›«»⁚∣∥∶≪≫≺≻⋖⋗⎮⎸⎹⏐⏽│┃┆┇┊┋║╎╏╵╷╹╻▏▎▍▌▐▕❘❙❚❬❭❮\
    ❯❰❱⟨⟩⟪⟫⦁⦙⦂⦑⦒⧼⧽⫶⫿〈〉《》꞉︓︰︿﹀﹕﹤﹥：＜＞｜￤￨׀⎢⎥⎜⎟├┤╠╣╽╿▋▊▉█︱︳丨ㅣ᠄᠉᠃";

/// A dot, or what looks like one.
const fn is_dot(c: char) -> bool {
    matches!(
        c,
        '.' | '۰'
            | 'ꓸ'
            | '・'
            | '∙'
            | '⋅'
            | '․'
            | '‧'
            | '·'
            | '。'
            | '｡'
            | '．'
            | '﹒'
            | '…'
            | '‥'
            | '٠'
            | '۔'
            | '܁'
            | '܂'
    )
}

/// The letters of a character in disguise; nothing if it disguises no letter.
fn undisguised(c: char) -> Vec<char> {
    if !is_disguise(c) {
        return vec![c];
    }
    let letters: Vec<char> =
        std::iter::once(c).nfkd().flat_map(fold).filter(|&c| !is_disguise(c) && !is_frame(c)).collect();
    letters.into_iter().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a character looks like a sign that the screens write beside names: the mark of a verified person, or the `#`
/// before a key prefix (`bob#c04e`).
const fn is_ours(c: char) -> bool {
    matches!(c, '√' | '☑' | '✅' | '✓' | '✔' | '🗸' | '🗹' | '#' | '♯' | '﹟' | '＃')
}

impl fmt::Display for Nick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Nick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nick({:?})", &self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_people_really_have_are_accepted() {
        for name in ["alice", "Zoë 山田", "o'brien", "x", " bob ", "Ünïcödé_99", "🦀"] {
            assert_eq!(Nick::new(name).map(|n| n.to_string()), Ok(name.trim().to_owned()));
        }
    }

    #[test]
    fn names_that_would_mislead_are_refused() {
        assert_eq!(Nick::new("  "), Err(NickError::Empty));
        assert_eq!(Nick::new("a:b"), Err(NickError::Forbidden(':')));
        for name in ["a\u{202E}b", "a\nb", "a\u{200B}b"] {
            assert_eq!(Nick::new(name), Err(NickError::Invisible), "{name:?}");
        }
        assert_eq!(Nick::new("\u{1F469}\u{200D}\u{1F680}"), Err(NickError::Joined));
        for c in "<>|│┃❘:∶：＜".chars() {
            assert_eq!(Nick::new(&format!("alice{c} yes")), Err(NickError::Forbidden(c)));
        }
        for c in "ꓽᐸᐳ˂׃┤".chars() {
            assert_eq!(Nick::new(&format!("alice{c} yes")), Err(NickError::Forbidden(c)), "{c}");
        }
        for name in [".alice", "alice.", "alice…", "·alice", "..", "alice﹒"] {
            assert_eq!(Nick::new(name), Err(NickError::Dot), "{name}");
        }
        assert_eq!(Nick::new("ⓐlice"), Err(NickError::Forbidden('ⓐ')));
        assert_eq!(Nick::new("ᴀlice"), Err(NickError::Forbidden('ᴀ')));
        assert_eq!(Nick::new("bob#c04e"), Err(NickError::Forbidden('#')));
        assert_eq!(Nick::new("bob ✓"), Err(NickError::Forbidden('✓')));
        assert_eq!(Nick::new("/quit"), Err(NickError::ForbiddenStart('/')));
        assert_eq!(Nick::new("who has the key"), Err(NickError::TooManyWords));
        assert_eq!(Nick::new("a  b"), Err(NickError::TooManyWords));
        assert_eq!(Nick::new(&"w".repeat(25)), Err(NickError::TooWide(25)));
        assert_eq!(Nick::new("\u{301}"), Err(NickError::Empty));
    }

    #[test]
    fn a_key_prefix_is_not_a_name() {
        for name in ["7f3a91c0", "7F3A 91C0", "deadbeef", "12345678", "7f3a91c022de48b17f3a91c0"] {
            assert_eq!(Nick::new(name), Err(NickError::LooksLikeKey), "{name}");
            assert_eq!(Nick::clean(name), None);
        }
        for name in ["facade", "1234567", "7f3a-91c0", "deadbeefs", "Ada Abbadeg"] {
            assert!(Nick::new(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_name_is_measured_after_it_is_cut() {
        // A letter below another one takes no column, until what joins the two is cut.
        let name = format!("\u{1F44D}\u{301}{}{}", "\u{17D2}\u{1780}".repeat(9), "a".repeat(22));
        assert_eq!(Nick::new(&name), Err(NickError::TooWide(25)));
    }

    /// Pieces of graphemes that are longer or wider than they look.
    fn piece() -> impl Strategy<Value = String> {
        let of = |from: &'static [&'static str]| proptest::sample::select(from).prop_map(str::to_owned);
        let emoji = of(&[
            "\u{1F44D}",
            "\u{1F3FB}",
            "\u{1F1E9}",
            "\u{1F1EA}",
            "\u{2764}",
            "\u{FE0F}",
            "\u{FE0E}",
            "\u{20E3}",
            "1",
        ]);
        let marks =
            of(&["a", " ", "\u{301}", "\u{0E33}", "\u{0915}\u{094D}", "\u{0903}", "\u{1100}", "\u{1161}", "\u{0600}"]);
        // Characters that are narrower beside a neighbour than alone.
        let joined = of(&[
            "\u{1F3FB}\u{FE0E}",
            "\u{1780}",
            "\u{17D2}\u{1780}",
            "\u{2D31}\u{2D7F}",
            "\u{A4F8}\u{A4FC}",
            "\u{0644}\u{0627}",
            "\u{1A15}\u{1A17}",
            "\u{10C32}\u{10C03}",
        ]);
        prop_oneof![emoji, marks, joined, any::<char>().prop_map(String::from)]
    }

    fn name() -> impl Strategy<Value = String> {
        let run = (piece(), 1usize..30).prop_map(|(piece, times)| piece.repeat(times));
        proptest::collection::vec(prop_oneof![run, piece()], 1..12).prop_map(|runs| runs.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// What is kept of a name is itself a name, and stays the same.
        #[test]
        fn an_accepted_name_stays_the_same(name in name()) {
            for nick in [Nick::new(&name).ok(), Nick::clean(&name)].into_iter().flatten() {
                prop_assert!((1..=MAX_NICK_COLUMNS).contains(&nick.as_str().width()), "{nick:?}");
                prop_assert_eq!(Nick::new(nick.as_str()), Ok(nick));
            }
        }
    }

    #[test]
    fn a_peers_name_is_cleaned_before_it_is_checked() {
        assert_eq!(Nick::clean("b\u{1b}[31mob\u{200B}").map(|n| n.to_string()), Some("b[31mob".to_owned()));
        assert_eq!(Nick::clean("\u{1b}\u{7}"), None);
        assert_eq!(Nick::clean("bob#c04e").map(|n| n.to_string()), Some("bobc04e".to_owned()));
        assert_eq!(Nick::clean("#lab"), None);
        assert_eq!(Nick::clean("bob ✔").map(|n| n.to_string()), Some("bob".to_owned()));
        for (name, cleaned) in [
            ("alice> yes", "alice yes"),
            ("alice │yes", "alice yes"),
            ("alice ❘", "alice"),
            ("<alice>", "alice"),
            ("alice∶ yes", "alice yes"),
            ("...alice.", "alice"),
            ("ⓐⓛⓘⓒⓔ", "alice"),
            ("ᴀʟɪᴄᴇ", "alice"),
            ("🅰lice", "alice"),
            ("alice 🆗", "alice"),
        ] {
            assert_eq!(Nick::clean(name).map(|nick| nick.to_string()).as_deref(), Some(cleaned), "{name}");
        }
        assert_eq!([Nick::clean("<>"), Nick::clean(". ."), Nick::clean("│")], [None, None, None]);
        let zalgo = format!("a{}", "\u{301}".repeat(40));
        assert_eq!(Nick::clean(&zalgo).map(|n| n.as_str().chars().count()), Some(5));
    }
}
