//! What the message pane says below the last message when nobody is here: why that may be, and what to do.

use std::net::SocketAddr;

use super::{Node, Standing, Status};
use crate::{
    domain::model::{Finding, Nick},
    frontend::words::{findings, guide as words},
};

/// What the guide needs to know besides the status.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor<'a> {
    /// Where things stand.
    pub standing: Standing,
    /// The user's name.
    pub nick: &'a Nick,
    /// First and last port of the range.
    pub ports: (u16, u16),
    /// Whether somebody was here before.
    pub met_somebody: bool,
}

impl Status {
    /// The same advice in several lengths, the fullest first; none if there is nothing to say.
    pub(crate) fn guide(&self, visitor: &Visitor<'_>) -> Vec<String> {
        let Node::At(addr) = self.node else { return Vec::new() };
        match visitor.standing {
            // The loss of the network was reported when it happened, and is shown beside the pane.
            Standing::Welcome | Standing::Starting | Standing::Online | Standing::Offline => Vec::new(),
            Standing::Looking => vec![words::looking(&self.searched(), visitor.ports)],
            // A user who was found once needs no advice on being found.
            Standing::OnlyHere | Standing::Alone if visitor.met_somebody => self.left_alone(),
            Standing::OnlyHere => self.only_here(visitor, addr),
            Standing::Alone => self.alone(visitor, addr),
        }
    }

    fn left_alone(&self) -> Vec<String> {
        let left = words::left_alone();
        let more = if self.is_closed() { Some(self.offer()) } else { self.cause().map(in_full) };
        let with_more = more.map(|more| format!("{left}\n{more}"));
        with_more.into_iter().chain([left]).collect()
    }

    fn only_here(&self, visitor: &Visitor<'_>, addr: SocketAddr) -> Vec<String> {
        let (ip, opens, cause) = (addr.ip(), self.offer(), self.cause().map(in_full));
        let visible = words::visible(visitor.nick, addr);
        let full = words::only_here(ip, &opens, cause.as_deref(), &visible);
        vec![full, words::only_here_in_short(ip, &opens), opens]
    }

    fn alone(&self, visitor: &Visitor<'_>, addr: SocketAddr) -> Vec<String> {
        let visible = words::visible(visitor.nick, addr);
        if let Some(cause) = self.cause() {
            let full = in_full(cause);
            let what = findings::what(cause);
            return vec![words::with_cause(&visible, &full), format!("{visible}\n{full}"), full, what];
        }
        let found = self.reason().map(findings::what);
        vec![
            words::without_cause(&visible, found.as_deref(), visitor.ports),
            words::without_cause_in_short(&visible, visitor.ports),
        ]
    }
}

/// A finding, and what to do about it.
fn in_full(finding: &Finding) -> String {
    format!("{} {}", findings::what(finding), findings::todo(finding)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_becomes_shorter_and_ends_when_somebody_comes() {
        let nick = Nick::new("alice").unwrap();
        let mut status = Status::default();
        let visitor = |standing, met_somebody| Visitor { standing, nick: &nick, ports: (4565, 4569), met_somebody };
        assert!(status.guide(&visitor(Standing::Alone, false)).is_empty(), "there is no node yet");
        status.listening(([127, 0, 0, 1], 4565).into());
        for standing in [Standing::Alone, Standing::OnlyHere] {
            let texts = status.guide(&visitor(standing, false));
            let lengths: Vec<_> = texts.iter().map(String::len).collect();
            assert!(lengths.len() > 1 && lengths.is_sorted_by(|a, b| a > b), "{texts:?}");
        }
        assert!(status.guide(&visitor(Standing::Alone, true)).iter().all(|text| !text.contains("visible as")));
        assert!(status.guide(&visitor(Standing::Online, false)).is_empty());
    }
}
