//! Names that people mistake for one another.

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton as confusable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Nick, fold::fold};

/// A name in which characters that look the same are made the same. Names with equal skeletons are look-alikes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Skeleton(Box<str>);

/// How many columns of a name remain where there is least room: the narrowest column for names has 9, of which the star
/// of an action, a mark and the sign of the cut take four. Longer names that are equal up to here can be cut to the
/// same cells.
const CUT_COLUMNS: usize = 5;

/// The skeleton of a name.
///
/// It applies Unicode's table of confusables (UTS 39, section 4) before and after lower-casing, so that neither "аlice"
/// in Cyrillic nor `AIice` passes for "alice". Before that, it removes what the table leaves out: accents, circles and
/// the like, small capitals, punctuation and symbols around the name, and anything in brackets after it. Each of these
/// made a name that people took for "alice".
pub fn skeleton(nick: &Nick) -> Skeleton {
    of(nick.as_str())
}

/// The skeleton of what a cut leaves of a name, which is equal for names that are cut to the same cells; `None` if the
/// name is never cut.
pub fn cut_skeleton(nick: &Nick) -> Option<Skeleton> {
    let name = nick.as_str();
    if name.width() <= CUT_COLUMNS {
        return None;
    }
    let mut columns = 0;
    let begin = name.chars().take_while(|c| {
        columns += c.width().unwrap_or(0);
        columns <= CUT_COLUMNS
    });
    Some(of(&begin.collect::<String>()))
}

fn of(name: &str) -> Skeleton {
    // Marks and selectors have no width; one alone hardly shows.
    let visible = |c: &char| c.width().unwrap_or(0) > 0 && !is_modifier(*c);
    let plain: String =
        name.chars().flat_map(apart).flat_map(fold).filter(visible).map(one_space).map(small_capital).collect();
    // An exclamation mark passes for a letter only inside a name.
    let inside = core_of(&plain).replace(['!', 'ǃ', '¡'], "l");
    let once: String = confusable(&inside).flat_map(fold).collect();
    let lower: String = once.chars().flat_map(char::to_lowercase).map(|c| if c == 'i' { 'l' } else { c }).collect();
    let twice: String = confusable(&lower).collect();
    // A second word without a width leaves a space that nobody sees.
    Skeleton(core_of(&twice).into())
}

/// Takes a sign apart from what is around or on it: `é` becomes an `e` and a mark. Hangul syllables and kana stay
/// whole, because their parts are not decoration.
fn apart(c: char) -> impl Iterator<Item = char> {
    let whole = matches!(c, '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7A3}');
    let parts = std::iter::once(c).filter(move |_| !whole).nfkd();
    std::iter::once(c).filter(move |_| whole).chain(parts)
}

/// A skin colour, or another sign that only changes the one before it.
const fn is_modifier(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}' | '\u{2B0}'..='\u{2FF}' | '\u{37A}' | '\u{1FBD}'..='\u{1FC1}')
}

/// The part of a name that people remember: without brackets after it (`bob (lunch)`), a lone sign that looks like the
/// mark of a verified person, or punctuation and symbols around it. The name itself if nothing else is left.
fn core_of(name: &str) -> &str {
    let name = name.trim();
    let mut core = name;
    if let Some((before, inside)) = core.split_once('(').filter(|(_, inside)| inside.trim_end().ends_with(')'))
        && !inside.is_empty()
        && before.chars().any(char::is_alphanumeric)
    {
        core = before;
    }
    if let Some((before, last)) = core.trim_end().rsplit_once(' ')
        && (matches!(last, "v" | "V") || !last.chars().any(char::is_alphanumeric))
    {
        core = before;
    }
    core = core.trim_matches(|c: char| !c.is_alphanumeric());
    if core.is_empty() { name } else { core }
}

/// Makes every space a plain one.
const fn one_space(c: char) -> char {
    if c.is_whitespace() { ' ' } else { c }
}

/// The Latin letter whose capital looks like the capital of `c`, if there is one and no Latin letter looks like `c`
/// itself: to the eye, a small в is a small B.
fn small_capital(c: char) -> char {
    let ascii = |c: char| {
        let mut looks = confusable(c.encode_utf8(&mut [0; 4])).collect::<Vec<_>>().into_iter();
        looks.next().filter(|first| first.is_ascii_alphabetic() && looks.next().is_none())
    };
    if c.is_ascii() || ascii(c).is_some() {
        return c;
    }
    let mut capital = c.to_uppercase();
    let single = capital.next().filter(|&upper| upper != c && capital.next().is_none());
    single.and_then(ascii).map_or(c, |latin| latin.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(name: &str) -> Skeleton {
        skeleton(&Nick::clean(name).unwrap())
    }

    #[test]
    fn look_alikes_have_equal_skeletons() {
        let alike = |one: &str, other: &str| looks(one) == looks(other);
        for other in ["alice", "Alice", "ALICE", "аlice", "a1ice", "aIice", "alіce", "ａｌｉｃｅ", "alice\u{FE0F}"]
        {
            assert!(alike("alice", other), "{other}");
        }
        assert!(alike("bob", "bοb") && alike("bob", "b0b") && alike("Zoë 山田", "zoë 山田"));
        assert!(alike("bob", "bob \u{FE0F}") && alike("bob", "\u{FE0F} bob"));
        assert!(
            alike("rnary", "mary") && alike("BOB", "вов"),
            "several letters for one, and capitals of another script"
        );
        for other in ["alicia", "malice", "alice b", "alice 2", "alice2", "bob"] {
            assert!(!alike("alice", other), "{other}");
        }
    }

    /// Names that passed for "alice" and "victor" in release 0.4.
    #[test]
    fn accents_symbols_and_brackets_do_not_change_a_skeleton() {
        let alices = "alíce alicẹ aḷice ạlice ᶏlice alicė ⓐⓛⓘⓒⓔ ᴀʟɪᴄᴇ ᗩlice ɐlice ali¢e alicє aⵑice alἰce a!ice alice. .alice \
                      alice' alice_ -alice alice· alice~ |alice ‹alice› <alice> alice🏻 aliceͺ alice﹒";
        let alices = alices.split_whitespace().chain(["alice !", "alice v", "alice ν", "alice 🆗", "alice (2)"]);
        for name in alices {
            assert_eq!(looks(name), looks("alice"), "{name}");
        }
        for name in ["vіctor", "victоr", "ⅴictor"] {
            assert_eq!(looks(name), looks("victor"), "{name}");
        }
    }

    #[test]
    fn names_made_only_of_symbols_stay_distinct() {
        for (one, other) in [("!!", "??"), ("🦀", "🐙"), ("_", "-")] {
            assert_ne!(looks(one), looks(other), "{one} {other}");
        }
        assert_ne!(looks("山田"), looks("田山"));
        assert_ne!(looks("김"), looks("강"), "syllables are no letters with decoration");
        assert_ne!(looks("かき"), looks("がき"));
    }

    #[test]
    fn names_cut_to_the_same_cells_share_a_prefix() {
        let cut = |name: &str| cut_skeleton(&Nick::new(name).unwrap());
        assert_eq!(cut("christopher"), cut("Christine"));
        assert_eq!(cut("Alexandra"), cut("alexander"));
        assert_eq!(cut("christopher lee"), cut("christopher"));
        assert_ne!(cut("christopher"), cut("catherine"));
        assert_eq!([cut("chris"), cut("山田")], [None, None], "these are never cut");
        assert!(cut("山田太").is_some());
    }
}
