//! How two nodes of this program recognise each other on the reference protocol: by HTTP headers, which the reference
//! program neither sends nor reads. The frames stay exactly as they are.

use std::{fmt::Write as _, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::Framing;
use crate::model::{Nick, Software};

/// Says "this is proximity-chat", with its version. Only such servers are pinged: others may answer frequent pings
/// with GOAWAY (DESIGN.md section 5).
const NODE_HEADER: HeaderName = HeaderName::from_static("proximity-chat");

/// The nick, percent-encoded.
const NICK_HEADER: HeaderName = HeaderName::from_static("proximity-chat-nick");

/// The longest version text that is believed.
const MAX_VERSION_BYTES: usize = 32;

/// What a stranger's headers say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// What it says it runs.
    pub software: Software,
    /// What it says it is called.
    pub nick: Option<Nick>,
}

/// Adds who we are to the headers of a request or a response.
pub fn introduce(headers: &mut HeaderMap, nick: &Nick) {
    headers.insert(NODE_HEADER, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    // Percent-encoded text is plain ASCII, so this always succeeds; without it we would merely be nameless at first.
    if let Ok(value) = HeaderValue::from_str(&encode(nick.as_str())) {
        headers.insert(NICK_HEADER, value);
    }
}

/// Reads who a stranger says it is.
pub fn introduction(headers: &HeaderMap) -> Stranger {
    let Some(version) = headers.get(NODE_HEADER) else {
        return Stranger { software: Software::Reference, nick: None };
    };
    let version: Arc<str> = version
        .to_str()
        .ok()
        .filter(|v| v.len() <= MAX_VERSION_BYTES && v.bytes().all(|b| b.is_ascii_graphic()))
        .unwrap_or("unknown")
        .into();
    let nick = headers.get(NICK_HEADER).and_then(|value| Nick::clean(&decode(value.as_bytes())));
    Stranger { software: Software::Ours { version }, nick }
}

/// How a node that runs `software` makes frames.
pub fn framing(software: &Software) -> Framing {
    match software {
        Software::Ours { .. } => Framing::Whole,
        Software::Reference => Framing::Lines,
    }
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.') {
            out.push(char::from(b));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match hex {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn who_introduces_itself_is_recognised() {
        let nick = Nick::new("Zoë 山田").unwrap();
        let mut headers = HeaderMap::new();
        introduce(&mut headers, &nick);
        let stranger = introduction(&headers);
        assert_eq!(stranger.nick, Some(nick));
        assert_eq!(stranger.software, Software::Ours { version: env!("CARGO_PKG_VERSION").into() });
    }

    #[test]
    fn a_node_without_our_header_is_a_reference_node() {
        let mut headers = HeaderMap::new();
        headers.insert(NICK_HEADER, HeaderValue::from_static("bob"));
        assert_eq!(introduction(&headers), Stranger { software: Software::Reference, nick: None });
    }

    proptest! {
        #[test]
        fn no_header_panics(version in proptest::collection::vec(32u8..255, 0..80), nick in proptest::collection::vec(32u8..255, 0..80)) {
            let mut headers = HeaderMap::new();
            if let Ok(v) = HeaderValue::from_bytes(&version) { headers.insert(NODE_HEADER, v); }
            if let Ok(v) = HeaderValue::from_bytes(&nick) { headers.insert(NICK_HEADER, v); }
            introduction(&headers);
        }

        #[test]
        fn every_nick_survives_the_header(name in "\\PC{1,24}") {
            if let Ok(nick) = Nick::new(&name) {
                prop_assert_eq!(decode(encode(nick.as_str()).as_bytes()), nick.as_str());
            }
        }
    }
}
