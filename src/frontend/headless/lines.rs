//! Lines of bounded length from an endless input.

use std::io::{self, BufRead};

use crate::domain::model::MAX_TEXT_BYTES;

/// The longest line that is kept: the longest text, plus the longest way to write `/me ` before it.
pub(super) const MAX_LINE_BYTES: usize = MAX_TEXT_BYTES + 64;

/// What [`next`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, now in the buffer, without its end.
    Whole,
    /// A line of this many bytes, which was skipped.
    TooLong(usize),
    /// The end of the input.
    End,
}

/// Reads the next line into `line`, if it has at most `longest` bytes. A last line without a line feed counts as one.
///
/// # Errors
/// Those of the reader, except interruptions by signals.
pub(super) fn next(input: &mut impl BufRead, longest: usize, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let mut length = 0;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let (part, ended) = match available.iter().position(|&byte| byte == b'\n') {
            Some(at) => (available.get(..at).unwrap_or_default(), true),
            None => (available, false),
        };
        let at_end = available.is_empty();
        length += part.len();
        if length <= longest {
            line.extend_from_slice(part);
        }
        let consumed = part.len() + usize::from(ended);
        input.consume(consumed);
        if ended || at_end {
            return Ok(match length {
                0 if at_end => Line::End,
                _ if length > longest => Line::TooLong(length),
                _ => {
                    if line.last() == Some(&b'\r') {
                        line.pop();
                    }
                    Line::Whole
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn all(input: &[u8], capacity: usize) -> Vec<Result<String, usize>> {
        let (mut input, mut line, mut out) = (BufReader::with_capacity(capacity, input), Vec::new(), Vec::new());
        loop {
            match next(&mut input, MAX_LINE_BYTES, &mut line).unwrap() {
                Line::Whole => out.push(Ok(String::from_utf8(line.clone()).unwrap())),
                Line::TooLong(length) => out.push(Err(length)),
                Line::End => return out,
            }
        }
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        for capacity in [1, 2, 3, 1024] {
            let lines = all(b"a\n\nbc\r\nlast", capacity);
            assert_eq!(lines, ["a", "", "bc", "last"].map(|line| Ok(line.to_owned())), "{capacity}");
        }
        assert_eq!(all(b"", 8), []);
        assert_eq!(all(b"\n", 8), [Ok(String::new())]);
    }

    #[test]
    fn an_overlong_line_is_counted_but_not_kept() {
        let mut input = vec![b'x'; 10_000_000];
        input.extend_from_slice(b"\nshort\n");
        let (mut reader, mut line) = (BufReader::new(input.as_slice()), Vec::new());
        assert_eq!(next(&mut reader, MAX_LINE_BYTES, &mut line).unwrap(), Line::TooLong(10_000_000));
        assert!(line.capacity() <= 2 * MAX_LINE_BYTES, "{}", line.capacity());
        assert_eq!(next(&mut reader, MAX_LINE_BYTES, &mut line).unwrap(), Line::Whole);
        assert_eq!(line, b"short");
        let exact = vec![b'x'; MAX_LINE_BYTES];
        assert_eq!(all(&exact, 512), [Ok("x".repeat(MAX_LINE_BYTES))]);
    }
}
