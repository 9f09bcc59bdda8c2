//! The part of Markdown that the documents use.

/// A document, split into its parts.
pub(super) struct Markdown<'a> {
    /// The targets of its links.
    pub(super) links: Vec<&'a str>,
    /// The text between backticks in a line, and the lines of its code blocks.
    pub(super) code: Vec<&'a str>,
    /// The anchors of its headings, as GitHub makes them.
    pub(super) anchors: Vec<String>,
}

impl<'a> Markdown<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let (mut links, mut code, mut anchors) = (Vec::new(), Vec::new(), Vec::<String>::new());
        let mut in_block = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                in_block = !in_block;
            } else if in_block {
                code.push(line);
            } else {
                if let Some(heading) = line.strip_prefix('#') {
                    let anchor = anchor(heading.trim_start_matches('#').trim());
                    let same = anchors.iter().filter(|other| **other == anchor || is_numbered(other, &anchor)).count();
                    anchors.push(if same == 0 { anchor } else { format!("{anchor}-{same}") });
                }
                code.extend(line.split('`').skip(1).step_by(2));
                links.extend(line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)));
            }
        }
        Self { links, code, anchors }
    }
}

fn is_numbered(other: &str, anchor: &str) -> bool {
    let number = other.strip_prefix(anchor).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The heading in lower case: only letters, digits, `-` and `_`, with each space turned into a `-`.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}
