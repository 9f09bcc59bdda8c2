//! Text from a peer, made safe for a terminal.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// The zero-width joiner: joins the characters before and after it into one sign.
pub(super) const ZWJ: char = '\u{200D}';

/// Combining marks kept per grapheme; the rest is "zalgo" that paints over neighbouring rows.
const MAX_MARKS: usize = 4;

/// Characters kept per grapheme: the longest emoji sequences in use have 10, and without a limit an endlessly joined
/// one would put kilobytes into one cell.
const MAX_CHARS: usize = 16;

/// Characters that change what other characters mean or hide text: never kept anywhere.
///
/// Controls (C0, DEL, C1), the bidi embeddings, overrides and isolates, interlinear annotations, and the tag block
/// that can carry invisible text. Line feeds are the caller's business.
pub(super) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Characters that show nothing. They make two different names look the same, or a name look like none.
///
/// These are the characters of [`is_hidden`], and those that texts need: the braille pattern without dots, which people
/// use in pictures, and the controls of hieroglyphs, shorthand and music.
pub(super) fn is_invisible(c: char) -> bool {
    is_hidden(c)
        || matches!(c,
            '\u{2800}' | '\u{13430}'..='\u{1343F}' | '\u{16FE4}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}'
            | '\u{1D173}'..='\u{1D17A}')
}

/// Invisible characters that are kept out of texts too, where they could only hide something.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// How often what is left of cut graphemes is checked again. Each round removes at least half of them.
const MAX_CUTS: usize = 8;

/// Cuts every grapheme of `text` to its base and [`MAX_MARKS`] marks, and to [`MAX_CHARS`] characters in all; up to
/// that limit, emoji sequences joined by ZWJ stay whole.
pub(super) fn limit_marks(text: &str) -> String {
    let mut cut = cut_once(text);
    let mut length = text.len();
    // What is left of a grapheme may join the next one.
    for _ in 0..MAX_CUTS {
        if cut.len() == length {
            return cut;
        }
        length = cut.len();
        cut = cut_once(&cut);
    }
    if cut.len() != length {
        // Nobody writes this except to mislead.
        cut.retain(|c| c != ZWJ && UnicodeWidthChar::width(c).unwrap_or(0) > 0);
    }
    cut
}

fn cut_once(text: &str) -> String {
    // A grapheme of at most MAX_MARKS + 1 characters cannot be over a limit: nearly every text has only such graphemes.
    let mut out = String::with_capacity(text.len());
    let mut kept = Vec::new();
    for grapheme in text.graphemes(true) {
        if grapheme.chars().nth(MAX_MARKS + 1).is_none() {
            out.push_str(grapheme);
            continue;
        }
        kept.clear();
        let mut marks = 0;
        for c in grapheme.chars() {
            if c == ZWJ || UnicodeWidthChar::width(c).unwrap_or(0) > 0 {
                marks = 0;
                kept.push(c);
            } else if marks < MAX_MARKS {
                marks += 1;
                kept.push(c);
            }
        }
        // The last one stays: without it, what comes before could join the next grapheme.
        let last = kept.len().checked_sub(1).filter(|&last| last >= MAX_CHARS);
        out.extend(kept.iter().take(last.map_or(MAX_CHARS, |_| MAX_CHARS - 1)));
        out.extend(last.and_then(|last| kept.get(last)));
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::domain::model::{Nick, Text};

    #[test]
    fn invisible_characters_are_never_part_of_a_name() {
        let hidden =
            "\u{2800}\u{3164}\u{115F}\u{1160}\u{FFA0}\u{00AD}\u{034F}\u{17B4}\u{17B5}\u{180E}\u{16FE4}\u{1D159}";
        for c in hidden.chars() {
            for empty in [c.to_string(), c.to_string().repeat(5), format!("{c} {c}"), format!(" {c}\u{200B}")] {
                assert_eq!(Nick::clean(&empty), None, "{empty:?}");
            }
            let clean = |name: &str| Nick::clean(name).map(|nick| nick.to_string());
            for name in [format!("bob{c}"), format!("{c}bob"), format!("b{c}ob"), format!("bob {c}")] {
                assert_eq!(clean(&name).as_deref(), Some("bob"), "{name:?}");
                assert!(Nick::new(&name).is_err(), "{name:?}");
            }
        }
    }

    #[test]
    fn what_is_left_of_a_grapheme_is_cut_again() {
        use unicode_segmentation::UnicodeSegmentation;
        for family in ["👩\u{200D}", "👩👩\u{200D}\u{301}\u{301}\u{301}", "a\u{301}\u{200D}👩"] {
            let text = Text::new(&format!("{}x", family.repeat(500))).unwrap();
            let longest = text.as_str().graphemes(true).map(|grapheme| grapheme.chars().count()).max();
            assert!(longest <= Some(super::MAX_CHARS), "{longest:?} of {family:?}");
        }
        let whole = "👨\u{200D}👩\u{200D}👧\u{200D}👦";
        assert_eq!(Text::new(whole).unwrap().as_str(), whole);
    }

    #[test]
    fn a_braille_picture_stays_whole_in_a_text() {
        let picture = "⣿\u{2800}⣿";
        assert_eq!(Text::new(picture).map(|text| text.to_string()).as_deref(), Ok(picture));
        assert!(Text::new("\u{2800}\u{2800}").is_err(), "nothing to see");
    }
}
