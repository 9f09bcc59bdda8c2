//! Turns signs that stand for a letter into that letter. Unicode's table of confusables has most of them; these are the
//! ones that it leaves out.

/// The letters that a sign stands for, or the sign itself.
pub(super) fn fold(c: char) -> impl Iterator<Item = char> {
    let (first, second) = letters(c);
    std::iter::once(first).chain(second)
}

/// Whether it is an enclosed letter or a small capital. These fold to a letter, and no language writes names with them.
pub(super) fn is_disguise(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{24FF}' | '\u{3200}'..='\u{33FF}' | '\u{1F100}'..='\u{1F1E5}' | '\u{1F200}'..='\u{1F2FF}')
        || small_capital(c).is_some()
}

fn letters(c: char) -> (char, Option<char>) {
    if let Some(letter) = small_capital(c).or_else(|| enclosed(c)) {
        return (letter, None);
    }
    let letter = match c {
        'ᶏ' | 'ɐ' | 'ᗩ' | '@' | 'ª' | 'ⱥ' => 'a',
        'ƀ' | 'ɓ' | 'ᵬ' | 'ᶀ' => 'b',
        '¢' | 'ȼ' | 'ƈ' | 'ɕ' | 'ↄ' => 'c',
        'đ' | 'ɖ' | 'ɗ' | 'ᵭ' | 'ᶁ' => 'd',
        'є' | 'Є' | '€' | 'ɛ' | 'ǝ' | 'ə' | 'ɘ' | 'ᶒ' | 'ɇ' | 'ℯ' => 'e',
        'ƒ' | 'ᵮ' | 'ᶂ' => 'f',
        'ǥ' | 'ɠ' | 'ᶃ' => 'g',
        'ħ' | 'ɦ' | 'ɧ' => 'h',
        'ɨ' | 'ᶖ' => 'i',
        'ɉ' | 'ʝ' => 'j',
        'ƙ' | 'ᶄ' => 'k',
        'ⵑ' | 'ł' | 'ƚ' | 'ɫ' | 'ɬ' | 'ɭ' | '£' | 'ᶅ' | 'ǀ' => 'l',
        'ɱ' | 'ᵯ' | 'ɯ' => 'm',
        'ɲ' | 'ɳ' | 'ᵰ' | 'ƞ' => 'n',
        'ø' | 'ɵ' | 'º' => 'o',
        'ƥ' | 'ᵱ' | 'ᶈ' => 'p',
        'ʠ' | 'ɋ' => 'q',
        'ɍ' | 'ɽ' | 'ɾ' | 'ɹ' | 'ᵲ' => 'r',
        '$' | 'ʂ' | 'ᵴ' | 'ᶊ' | 'ȿ' => 's',
        'ŧ' | 'ƭ' | 'ʈ' | 'ᵵ' | 'ʇ' => 't',
        'ʉ' | 'ᵾ' => 'u',
        'ʋ' | 'ᶌ' | 'ʌ' => 'v',
        'ʍ' | 'ⱳ' => 'w',
        'ᶍ' | '×' => 'x',
        'ƴ' | 'ɏ' | '¥' | 'ʎ' => 'y',
        'ƶ' | 'ȥ' | 'ʐ' | 'ʑ' | 'ᵶ' => 'z',
        'æ' => return ('a', Some('e')),
        'œ' => return ('o', Some('e')),
        other => other,
    };
    (letter, None)
}

/// The letter that a small capital stands for. These are not letters of another alphabet.
const fn small_capital(c: char) -> Option<char> {
    Some(match c {
        'ᴀ' => 'a',
        'ʙ' | 'ᴃ' => 'b',
        'ᴄ' => 'c',
        'ᴅ' | 'ᴆ' => 'd',
        'ᴇ' => 'e',
        'ꜰ' => 'f',
        'ɢ' | 'ʛ' => 'g',
        'ʜ' => 'h',
        'ɪ' | 'ᵻ' => 'i',
        'ᴊ' => 'j',
        'ᴋ' => 'k',
        'ʟ' | 'ᴌ' => 'l',
        'ᴍ' => 'm',
        'ɴ' | 'ᴎ' => 'n',
        'ᴏ' | 'ᴑ' => 'o',
        'ᴘ' => 'p',
        'ꞯ' => 'q',
        'ʀ' | 'ᴙ' | 'ʁ' => 'r',
        'ꜱ' => 's',
        'ᴛ' => 't',
        'ᴜ' => 'u',
        'ᴠ' => 'v',
        'ᴡ' => 'w',
        'ʏ' => 'y',
        'ᴢ' => 'z',
        _ => return None,
    })
}

/// The letter inside a box or a dark circle, for those that have no decomposition.
fn enclosed(c: char) -> Option<char> {
    let from = |first: u32| char::from_u32(u32::from(b'a') + u32::from(c) - first);
    match c {
        '\u{1F150}'..='\u{1F169}' => from(0x1F150),
        '\u{1F170}'..='\u{1F189}' => from(0x1F170),
        '\u{1F1E6}'..='\u{1F1FF}' => from(0x1F1E6),
        _ => None,
    }
}
