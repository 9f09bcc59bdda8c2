//! The paths that a Rust source names, found without a compiler. Comments and literals are skipped, `use` groups are
//! expanded, and `super` is resolved.

/// A path such as `crate::model::Nick` or `tokio::sync::mpsc`, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    /// Whether it stands in code that only tests compile.
    pub(crate) test: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    Separator,
    Mark(char),
    /// The text between the quotes, with escapes unchanged.
    Text(String),
}

/// All paths in `text`, the source of the module `module` (`["config", "merge"]`).
pub(crate) fn paths(module: &[&str], text: &str) -> Vec<Named> {
    let mut reader = Paths {
        tokens: tokens(text),
        at: 0,
        module: module.iter().map(|&name| name.to_owned()).collect(),
        blocks: Vec::new(),
        named: Vec::new(),
    };
    reader.read();
    reader.named
}

struct Paths {
    tokens: Vec<(Token, usize)>,
    at: usize,
    /// The module that the current token belongs to.
    module: Vec<String>,
    /// For every open brace, whether it opened a module.
    blocks: Vec<bool>,
    named: Vec<Named>,
}

impl Paths {
    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(token, _)| token)
    }

    fn read(&mut self) {
        while let Some(token) = self.token(0).cloned() {
            match token {
                Token::Word(word) if word == "mod" => self.module_begins(),
                Token::Word(_) => self.path(&[]),
                Token::Mark('{') => {
                    self.blocks.push(false);
                    self.at += 1;
                }
                Token::Mark('}') => {
                    if self.blocks.pop() == Some(true) {
                        self.module.pop();
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    /// `mod name {`; `mod name;` names no path.
    fn module_begins(&mut self) {
        if let (Some(Token::Word(name)), Some(Token::Mark('{'))) = (self.token(1).cloned(), self.token(2)) {
            self.module.push(name);
            self.blocks.push(true);
            self.at += 3;
        } else {
            self.at += 2;
        }
    }

    /// A path, or a group of them, that continues `before`.
    fn path(&mut self, before: &[String]) {
        let line = self.tokens[self.at].1;
        let mut path = before.to_vec();
        loop {
            match self.token(0).cloned() {
                Some(Token::Word(word)) => {
                    path.push(word);
                    self.at += 1;
                }
                Some(Token::Mark('*')) if !path.is_empty() => self.at += 1,
                Some(Token::Mark('{')) if !path.is_empty() => return self.group(&path),
                _ => break,
            }
            if self.token(0) == Some(&Token::Separator) {
                self.at += 1;
            } else {
                break;
            }
        }
        let test = self.module.iter().any(|name| name == "tests");
        self.named.push(Named { path: self.resolve(path), line, test });
    }

    fn group(&mut self, before: &[String]) {
        self.at += 1;
        loop {
            match self.token(0) {
                None => return,
                Some(Token::Mark('}')) => {
                    self.at += 1;
                    return;
                }
                Some(Token::Word(word)) if word == "as" => self.at += 2,
                Some(Token::Word(_)) => self.path(before),
                Some(_) => self.at += 1,
            }
        }
    }

    /// Turns `super::x` and `self::x` into `crate::…::x`.
    fn resolve(&self, path: Vec<String>) -> Vec<String> {
        let mut module = self.module.as_slice();
        let mut rest = path.as_slice();
        match rest.first().map(String::as_str) {
            Some("self") => rest = &rest[1..],
            Some("super") => {}
            _ => return path,
        }
        while rest.first().is_some_and(|word| word == "super") {
            rest = &rest[1..];
            module = module.split_last().map_or(&[], |(_, outer)| outer);
        }
        std::iter::once("crate".to_owned()).chain(module.iter().cloned()).chain(rest.iter().cloned()).collect()
    }
}

/// The tokens of a source with their lines, without comments, single characters, and raw or byte strings.
pub(crate) fn tokens(text: &str) -> Vec<(Token, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at, mut line) = (Vec::new(), 0, 1);
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        let end = match c {
            'r' | 'b' if prefixed_string_end(&chars, at).is_some() => prefixed_string_end(&chars, at).unwrap_or(at + 1),
            '/' if next == '/' => find(&chars, at, |rest| rest[0] == '\n'),
            '/' if next == '*' => comment_end(&chars, at),
            '"' => {
                let end = string_end(&chars, at);
                out.push((Token::Text(chars[at + 1..end.saturating_sub(1).max(at + 1)].iter().collect()), line));
                end
            }
            '\'' if next == '\\' => find(&chars, at + 3, |rest| rest[0] == '\'') + 1,
            '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
            _ if c.is_alphabetic() || c == '_' => {
                let end = find(&chars, at, |rest| !(rest[0].is_alphanumeric() || rest[0] == '_'));
                out.push((Token::Word(chars[at..end].iter().collect()), line));
                end
            }
            ':' if next == ':' => {
                out.push((Token::Separator, line));
                at + 2
            }
            _ => {
                if !c.is_whitespace() {
                    out.push((Token::Mark(c), line));
                }
                at + 1
            }
        };
        line += chars[at..end.min(chars.len())].iter().filter(|&&c| c == '\n').count();
        at = end;
    }
    out
}

fn find(chars: &[char], from: usize, is: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| is(&chars[at..])).unwrap_or(chars.len())
}

fn comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// The end of `b"…"`, `r"…"`, `r#"…"#` or `br#"…"#`; `None` for a word.
fn prefixed_string_end(chars: &[char], from: usize) -> Option<usize> {
    let mut at = from + usize::from(chars[from] == 'b');
    if chars.get(at) == Some(&'"') {
        return Some(string_end(chars, at));
    }
    if chars.get(at) != Some(&'r') {
        return None;
    }
    at += 1;
    let hashes = chars[at..].iter().take_while(|&&c| c == '#').count();
    if chars.get(at + hashes) != Some(&'"') {
        return None;
    }
    let end = |rest: &[char]| rest[0] == '"' && rest.len() > hashes && rest[1..=hashes].iter().all(|&c| c == '#');
    Some(find(chars, at + hashes + 1, end) + 1 + hashes)
}
