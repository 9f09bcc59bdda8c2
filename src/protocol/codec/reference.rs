//! Frames of the reference protocol: one string each.

use std::{borrow::Cow, net::SocketAddr};

use bytes::Bytes;

use crate::domain::model::{Nick, Target, Text, Topic};

/// How many messages one frame can become. A frame of line feeds would otherwise become tens of thousands. Further
/// lines stay together in one last message.
const MAX_LINES_PER_FRAME: usize = 64;

/// How many lines of one message a reference node is sent, one frame each. It shows each as a message of its own, so a
/// pasted file would bury the room.
pub const MAX_LINES_SENT: usize = 20;

/// The longest first frame that can be an address: `[` + 45 characters of IPv6 + `%` + scope + `]:65535`.
const MAX_CLAIM_BYTES: usize = 80;

/// Marks an action inside a line of text, as XEP-0245 does: readers of the reference program understand it too.
const ACTION: &str = "/me ";

/// What one line of a frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceLine {
    /// The name in front of the text, if there is a valid one.
    pub nick: Option<Nick>,
    /// The text; for an action, without the mark.
    pub text: Text,
    /// Whether it is an action.
    pub action: bool,
}

/// The listening address that a dialer's first frame claims. Anything but a plain `ip:port` claims nothing.
pub fn claim(frame: &[u8]) -> Option<SocketAddr> {
    if frame.len() > MAX_CLAIM_BYTES {
        return None;
    }
    match Target::parse(std::str::from_utf8(frame).ok()?)? {
        Target::Socket(addr) => Some(addr),
        Target::Host(_) => None,
    }
}

/// Appends what a frame of chat says: `nick: text` with a valid nick gives both, anything else is text. Line feeds
/// separate messages.
pub fn read_lines(frame: &[u8], into: &mut Vec<ReferenceLine>) {
    let text = String::from_utf8_lossy(frame);
    // Nearly every frame is one line.
    if text.contains(['\n', '\r']) {
        into.extend(split(&text).iter().filter_map(|line| read_line(line)));
    } else {
        into.extend(read_line(&text));
    }
}

fn split(text: &str) -> Vec<Cow<'_, str>> {
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).collect();
    match lines.split_at_checked(MAX_LINES_PER_FRAME) {
        None => lines.into_iter().map(Cow::Borrowed).collect(),
        Some((first, rest)) => {
            let rest = (!rest.is_empty()).then(|| Cow::Owned(rest.join("\n")));
            first.iter().copied().map(Cow::Borrowed).chain(rest).collect()
        }
    }
}

fn read_line(line: &str) -> Option<ReferenceLine> {
    let named = line.split_once(": ").and_then(|(name, text)| Some((Nick::clean(name)?, text)));
    let (nick, rest) = named.map_or((None, line), |(nick, rest)| (Some(nick), rest));
    let (action, rest) = match rest.strip_prefix(ACTION) {
        Some(rest) if nick.is_some() => (true, rest),
        _ => (false, rest),
    };
    Some(ReferenceLine { nick, text: Text::cut(rest)?, action })
}

/// A topic as it goes to reference nodes: what its author does.
pub(super) fn topic(topic: &Topic) -> Text {
    Text::cut(&format!("set the topic: {topic}")).unwrap_or_else(|| topic.as_text().clone())
}

/// A message as it goes to reference nodes: `nick: text`. None if it has several lines.
pub(super) fn single(nick: &Nick, text: &Text, action: bool) -> Option<Bytes> {
    let mark = if action { ACTION } else { "" };
    (!text.as_str().contains('\n')).then(|| format!("{nick}: {mark}{text}").into())
}

/// A message of several lines: one frame per line that has text, at most [`MAX_LINES_SENT`], and one that says how many
/// more there are.
pub(super) fn several(nick: &Nick, text: &Text, action: bool) -> Vec<Bytes> {
    let mark = if action { ACTION } else { "" };
    let mut rest = text.as_str().split('\n').filter(|line| !line.trim().is_empty());
    let mut lines: Vec<String> = rest.by_ref().take(MAX_LINES_SENT).map(|line| format!("{nick}: {line}")).collect();
    if let Some(first) = lines.first_mut() {
        first.insert_str(nick.as_str().len() + ": ".len(), mark);
    }
    match rest.count() {
        0 => {}
        1 => lines.push(format!("{nick}: … 1 more line")),
        more => lines.push(format!("{nick}: … {more} more lines")),
    }
    lines.into_iter().map(Bytes::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn collect(frame: &[u8]) -> Vec<ReferenceLine> {
        let mut lines = Vec::new();
        read_lines(frame, &mut lines);
        lines
    }

    fn hear_all(frame: &[u8]) -> Vec<(Option<String>, String, bool)> {
        collect(frame).into_iter().map(|h| (h.nick.map(|n| n.to_string()), h.text.to_string(), h.action)).collect()
    }

    fn says(nick: &str, text: &str) -> (Option<String>, String, bool) {
        (Some(nick).filter(|n| !n.is_empty()).map(str::to_owned), text.to_owned(), false)
    }

    #[test]
    fn a_claim_is_a_plain_socket_address() {
        assert_eq!(claim(b"127.0.0.1:4565"), "127.0.0.1:4565".parse().ok());
        assert_eq!(claim(b" [::1]:4565\n"), "[::1]:4565".parse().ok());
        for bad in
            [&b""[..], b"localhost:4565", b"127.0.0.1", b"0.0.0.0:1", b"1.2.3.4:0", b"\xff\xfe", &vec![b'1'; 1 << 20]]
        {
            assert_eq!(claim(bad), None);
        }
    }

    #[test]
    fn a_valid_name_before_a_colon_is_a_nick() {
        assert_eq!(hear_all(b"bob: hello: world"), [says("bob", "hello: world")]);
        assert_eq!(hear_all("Zoë 山田: 我有".as_bytes()), [says("Zoë 山田", "我有")]);
        assert_eq!(hear_all(b"who has the key: bob?"), [says("", "who has the key: bob?")]);
        assert_eq!(hear_all(b"http://x"), [says("", "http://x")]);
        assert_eq!(hear_all(b"hello big world"), [says("", "hello big world")]);
        assert_eq!(hear_all(b"bob: "), []);
        assert_eq!(hear_all(b""), []);
    }

    #[test]
    fn control_characters_are_dropped_and_bad_utf8_is_marked() {
        assert_eq!(hear_all(b"b\x1bob: \x1b[2Jhi\x07"), [says("bob", "[2Jhi")]);
        assert_eq!(hear_all(b"bob: caf\xe9"), [says("bob", "caf\u{fffd}")]);
    }

    #[test]
    fn line_feeds_split_a_frame_up_to_a_limit() {
        assert_eq!(hear_all(b"bob: one\ntwo\r\n\n"), [says("bob", "one"), says("", "two")]);
        let flood = hear_all("x\n".repeat(1000).as_bytes());
        assert_eq!(flood.len(), MAX_LINES_PER_FRAME + 1);
        assert_eq!(flood.iter().map(|(_, text, _)| text.lines().count()).sum::<usize>(), 1000);
    }

    fn sent(text: &str, action: bool) -> Vec<String> {
        let (nick, text) = (Nick::new("alice").unwrap(), Text::new(text).unwrap());
        let frames = single(&nick, &text, action).map_or_else(|| several(&nick, &text, action), |one| vec![one]);
        frames.iter().map(|frame| String::from_utf8(frame.to_vec()).unwrap()).collect()
    }

    #[test]
    fn messages_become_frames_that_read_back_the_same() {
        assert_eq!(sent("one\n\n  two", false), ["alice: one", "alice:   two"]);
        assert_eq!(sent("waves", true), ["alice: /me waves"]);
        assert_eq!(sent("waves\nand goes", true), ["alice: /me waves", "alice: and goes"]);
        let back = collect(sent("waves", true)[0].as_bytes());
        assert!(back[0].action && back[0].text.as_str() == "waves");
    }

    #[test]
    fn reference_nodes_are_told_how_many_lines_are_missing() {
        let lines = sent(&vec!["line"; 25].join("\n"), false);
        assert_eq!(lines.len(), 21);
        assert_eq!(lines[20], "alice: … 5 more lines");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_all_output_is_clean(frame in proptest::collection::vec(any::<u8>(), 0..2000)) {
            claim(&frame);
            for h in collect(&frame) {
                prop_assert!(h.text.as_str().len() <= crate::domain::model::MAX_TEXT_BYTES);
                prop_assert!(h.text.as_str().chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()));
            }
        }
    }
}
