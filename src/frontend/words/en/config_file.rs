//! What is wrong with a file that should be JSON.

/// The file has nothing in it.
pub(crate) const EMPTY: &str = "the file is empty";

/// The file is something other than an object.
pub(crate) const NO_OBJECT: &str = "an object is expected";

/// What the parser says, in plain words. What is not in the table is already plain.
pub(crate) fn problem(parser: &str) -> &str {
    let known = PROBLEMS.iter().find(|(begin, _)| parser.starts_with(begin));
    known.map_or(parser, |&(_, plain)| plain)
}

const BAD_UNICODE: &str = "\\u must be followed by the digits of a character";

/// How the parser's sentences begin, and what they mean.
const PROBLEMS: [(&str, &str); 16] = [
    ("EOF while", "the file ends too early"),
    ("trailing comma", "there is a comma after the last entry"),
    ("trailing characters", "there is text after the end of the object"),
    ("key must be a string", "a key must be in double quotes"),
    ("expected `:`", "a colon is missing"),
    ("expected `,`", "a comma is missing, or a closing bracket"),
    ("expected ident", "true, false or null is misspelled"),
    ("expected value", "a value is missing, or a text is not in double quotes"),
    ("invalid escape", "\\ must be followed by one of \"\\/bfnrtu"),
    ("invalid number", "the number is not valid JSON"),
    ("number out of range", "the number is too large"),
    ("control character", "a string must not contain a line break or a tab; write \\n or \\t"),
    ("recursion limit", "brackets are nested too deeply"),
    ("lone leading surrogate", BAD_UNICODE),
    ("unexpected end of hex", BAD_UNICODE),
    ("invalid unicode", BAD_UNICODE),
];
