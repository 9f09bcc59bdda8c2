//! What may reach a terminal: the character classes of UX.md, "What peers send is never trusted to the terminal".

use unicode_segmentation::UnicodeSegmentation;

/// Combining marks kept per grapheme; the rest is "zalgo" that paints over neighbouring rows (DESIGN.md section 7).
const MAX_MARKS: usize = 4;

/// Characters kept per grapheme: the longest emoji sequences in use have 10, and one that is joined on and on would be a
/// cell of kilobytes.
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

/// Characters without a width of their own that make two different strings look the same.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}'
        | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Cuts every grapheme of `text` to its base and [`MAX_MARKS`] marks, and to [`MAX_CHARS`] characters in all; emoji
/// sequences joined by ZWJ stay whole up to there.
pub(super) fn limit_marks(text: &str) -> String {
    // A grapheme of at most MAX_MARKS + 1 characters cannot be over a limit: nearly every text is such.
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
            if c == '\u{200D}' || unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) > 0 {
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
