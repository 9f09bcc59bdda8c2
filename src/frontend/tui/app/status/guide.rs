//! What the message pane says below the last message when nobody is here: why that may be, and what to do.

use std::net::SocketAddr;

use super::{Node, Standing, Status};
use crate::domain::model::{Finding, Nick};

/// What the guide needs to know beside the status.
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
            // That there is no network was said when it happened, and stands beside the pane.
            Standing::Welcome | Standing::Starting | Standing::Online | Standing::Offline => Vec::new(),
            Standing::Looking => vec![self.looking(visitor)],
            // A user who was found once needs no advice on being found.
            Standing::OnlyHere | Standing::Alone if visitor.met_somebody => self.left_alone(),
            Standing::OnlyHere => self.only_here(visitor, addr),
            Standing::Alone => self.alone(visitor, addr),
        }
    }

    fn looking(&self, visitor: &Visitor<'_>) -> String {
        let (first, last) = visitor.ports;
        let ports = if first == last { format!("port {first}") } else { format!("ports {first}-{last}") };
        format!("Looking for people on {}, {ports}…\nYou can write already; messages wait.", self.searched())
    }

    fn left_alone(&self) -> Vec<String> {
        let left = "Nobody else is here now. Messages wait for the first person who joins. Ctrl-R looks again.";
        let more = if self.is_closed() { Some(self.offer()) } else { self.cause().map(in_full) };
        let with_more = more.map(|more| format!("{left}\n{more}"));
        with_more.into_iter().chain([left.to_owned()]).collect()
    }

    fn only_here(&self, visitor: &Visitor<'_>, addr: SocketAddr) -> Vec<String> {
        let (ip, open, seen) = (addr.ip(), self.offer(), seen_at(visitor, addr));
        let cause = self.cause().map(|cause| format!("{}\n\n", in_full(cause))).unwrap_or_default();
        vec![
            format!(
                "You are on this machine only ({ip}): nothing you write leaves it.\n\
                 {open}\n\
                 \n\
                 {cause}\
                 {seen}\n  \
                   Start proximity-chat in a second terminal: the two meet at once.\n\
                 \n\
                 Ctrl-R looks again now. Messages wait for the first person who joins."
            ),
            format!("Nobody else is here yet. You are on this machine only ({ip}).\n{open}"),
            open,
        ]
    }

    fn alone(&self, visitor: &Visitor<'_>, addr: SocketAddr) -> Vec<String> {
        let seen = seen_at(visitor, addr);
        let last = "Ctrl-R looks again now. Messages wait for the first person who joins.\n\
                    proximity-chat doctor --lan  says more, in another terminal.";
        if let Some(cause) = self.cause() {
            let full = in_full(cause);
            return vec![
                format!("{seen}\n\n{full}\n\nKnow their address? Type  /connect ADDRESS\n{last}"),
                format!("{seen}\n{full}"),
                full,
                cause.what.clone(),
            ];
        }
        let (first, end) = visitor.ports;
        let range = if first == end { first.to_string() } else { format!("{first}-{end}") };
        let what = self.reason().map(|finding| format!("{}\n", finding.what)).unwrap_or_default();
        vec![
            format!(
                "{seen}\n\
                 {what}  \
                   1. They must be on this same network and have the program open.\n  \
                   2. Guest Wi-Fi often keeps devices apart. Try a cable or another network.\n  \
                   3. A firewall may block TCP {range}. Allow it on both machines.\n  \
                   4. Know their address? Type  /connect ADDRESS\n\
                 \n\
                 {last}"
            ),
            format!(
                "{seen}\n\
                 Are they on this network? A firewall may block TCP {range}.\n\
                 Ctrl-R looks again, /connect ADDRESS calls one."
            ),
        ]
    }
}

fn seen_at(visitor: &Visitor<'_>, addr: SocketAddr) -> String {
    format!("Nobody else is here yet. You are visible as \"{}\" at {addr}.", visitor.nick)
}

/// A finding, and what to do about it.
fn in_full(finding: &Finding) -> String {
    format!("{} {}", finding.what, finding.todo).trim_end().to_owned()
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
