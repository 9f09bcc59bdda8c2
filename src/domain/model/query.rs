//! What the user searches for.

/// How many words and phrases of a query count: more than a person types.
const MAX_TERMS: usize = 32;

/// How many names of a query count.
const MAX_NAMES: usize = 8;

/// What comes before a name.
const FROM: &str = "from:";

/// The option that searches every room.
const ALL: &str = "--all";

/// The marks that begin and end a phrase. Many keyboards write quotes that are not straight.
const QUOTES: [char; 4] = ['"', '“', '”', '„'];

/// What a message must have to be found: all of the terms, and one of the names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What must be in the message.
    pub terms: Vec<Term>,
    /// What its author must be called: one of these, if there are any.
    pub from: Vec<String>,
}

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What was typed.
    pub text: String,
    /// Whether it was in quotes: then its words must be in the message whole, and next to one another. Otherwise it may
    /// also be a part of a word.
    pub phrase: bool,
}

/// Why nothing can be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryError {
    /// There is no name after `from:`.
    NoName,
}

impl Query {
    /// Reads what was typed: words, `"a phrase"`, and `from:NAME`. A quote that is not closed ends with the line.
    ///
    /// # Errors
    /// [`QueryError`] if it is not clear what was meant.
    pub fn new(typed: &str) -> Result<Self, QueryError> {
        let mut query = Self::default();
        let mut parts = Parts(typed);
        while let Some(part) = parts.next() {
            let Some(name) = part.after_from() else {
                query.add(part.text, part.quoted);
                continue;
            };
            // `from: bob` and `from:"bob b"` mean what they seem to.
            let name = if name.is_empty() { parts.next().map_or("", |part| part.text) } else { name };
            let name = name.trim_matches(QUOTES).trim();
            let name = name.strip_prefix('@').unwrap_or(name).trim();
            if name.is_empty() {
                return Err(QueryError::NoName);
            }
            if query.from.len() < MAX_NAMES {
                query.from.push(name.to_owned());
            }
        }
        Ok(query)
    }

    fn add(&mut self, text: &str, phrase: bool) {
        if self.terms.len() < MAX_TERMS && !text.trim().is_empty() {
            self.terms.push(Term { text: text.to_owned(), phrase });
        }
    }
}

/// Takes the option `--all` out of what was typed. Returns what is left, and whether it was there. In quotes, it is a
/// text like any other.
pub fn without_all(typed: &str) -> (String, bool) {
    let (mut left, mut kept, mut all) = (String::new(), 0, false);
    let mut parts = Parts(typed);
    while let Some(part) = parts.next() {
        if !part.quoted && part.text == ALL {
            let end = typed.len() - parts.0.len();
            left.push_str(typed.get(kept..end - ALL.len()).unwrap_or_default().trim_end());
            left.push(' ');
            (kept, all) = (end, true);
        }
    }
    left.push_str(typed.get(kept..).unwrap_or_default().trim_start());
    (left.trim().to_owned(), all)
}

/// What is left to read.
struct Parts<'a>(&'a str);

/// A word, or what is between two quotes.
struct Part<'a> {
    text: &'a str,
    quoted: bool,
}

impl<'a> Part<'a> {
    /// What follows `from:`, if it begins with that.
    fn after_from(&self) -> Option<&'a str> {
        let (head, name) = self.text.split_at_checked(FROM.len())?;
        (!self.quoted && head.eq_ignore_ascii_case(FROM)).then_some(name)
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let text = self.0.trim_start();
        if let Some(rest) = text.strip_prefix(QUOTES) {
            let end = rest.find(QUOTES).unwrap_or(rest.len());
            let (inner, after) = rest.split_at_checked(end)?;
            self.0 = after.strip_prefix(QUOTES).unwrap_or(after);
            return Some(Part { text: inner, quoted: true });
        }
        let blank = |text: &str| text.find(char::is_whitespace).unwrap_or(text.len());
        let mut end = blank(text);
        // A name of two words is in quotes.
        let quote = text.get(FROM.len()..).and_then(|name| name.strip_prefix(QUOTES));
        if let Some(name) = quote.filter(|_| Part { text, quoted: false }.after_from().is_some()) {
            end = name.find(QUOTES).map_or(text.len(), |at| {
                let closing = name.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                text.len() - name.len() + at + closing
            });
        }
        let (word, after) = text.split_at_checked(end)?;
        self.0 = after;
        (!word.is_empty()).then_some(Part { text: word, quoted: false })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str) -> String {
        match Query::new(typed) {
            Ok(Query { terms, from }) => {
                let terms =
                    terms.iter().map(|term| if term.phrase { format!("[{}]", term.text) } else { term.text.clone() });
                terms.chain(from.iter().map(|name| format!("@{name}"))).collect::<Vec<_>>().join("|")
            }
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn words_phrases_and_names_are_told_apart() {
        for (typed, meant) in [
            ("lab  key", "lab|key"),
            ("\"lab key\" now", "[lab key]|now"),
            ("„lab key“ “two”", "[lab key]|[two]"),
            ("from:bob key", "key|@bob"),
            ("key FROM:@Bob", "key|@Bob"),
            ("from:\"Zoë 山田\" key from:bob#c04e", "key|@Zoë 山田|@bob#c04e"),
            ("from: bob key", "key|@bob"),
            ("from: \"two words\"", "@two words"),
            ("from:“two words”key", "key|@two words"),
            ("\"from:bob\"", "[from:bob]"),
            ("from", "from"),
            ("a-b 5\" https://x.y/?q=1", "a-b|5\"|https://x.y/?q=1"),
        ] {
            assert_eq!(read(typed), meant, "{typed}");
        }
    }

    #[test]
    fn strange_input_means_what_it_can() {
        for (typed, meant) in [
            ("", ""),
            ("  \"\" \" \" ", ""),
            ("\"lab key", "[lab key]"),
            ("lab \"", "lab"),
            ("from:\"two words", "@two words"),
            ("from:", "NoName"),
            ("key from:@ ", "NoName"),
            ("from:\"\"", "NoName"),
        ] {
            assert_eq!(read(typed), meant, "{typed}");
        }
        assert_eq!(Query::new(&"a ".repeat(99)).unwrap().terms.len(), MAX_TERMS);
    }

    #[test]
    fn the_option_is_taken_out_wherever_it_is() {
        for (typed, left, all) in [
            ("--all lab key", "lab key", true),
            ("lab  key --all", "lab  key", true),
            ("lab --all  key", "lab key", true),
            ("--all", "", true),
            ("\"--all\" --allow", "\"--all\" --allow", false),
            ("", "", false),
        ] {
            assert_eq!(without_all(typed), (left.to_owned(), all), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn no_input_panics_or_loses_a_word(typed in r#"([a-z ]|["“]|from:|@|--all|é|山){0,30}"#, words in "[a-z]{1,5}( [a-z]{1,5}){0,5}") {
            let _ = Query::new(&typed);
            let (left, _) = without_all(&typed);
            prop_assert!(!without_all(&left).1 || left.contains(['"', '“']));
            let read = Query::new(&words).unwrap();
            prop_assert_eq!(read.terms.iter().map(|term| term.text.as_str()).collect::<Vec<_>>().join(" "), words);
        }
    }
}
