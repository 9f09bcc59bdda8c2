//! What the message pane says below the last message when nobody is here: why that may be, and what to do.

use std::net::SocketAddr;

use super::{App, Node, pane::rows_of, status::Standing};
use crate::domain::model::Finding;

/// Entries from which on a room counts as one where people talked.
const TALKED: usize = 10;

/// The most rows that are taken from what people said, if they are not more than a third of the pane.
const TAKEN: u16 = 7;

impl App {
    pub(super) fn guide(&self) -> Option<String> {
        if self.asking {
            return Some(self.apart(super::first_run::WELCOME));
        }
        let Node::At(addr) = self.node else { return None };
        // What was said before comes first, within a moment; and where we are decides what there is to say.
        if !self.has_opened() || self.place.is_none() {
            return None;
        }
        self.fullest(&match self.standing() {
            // That there is no network was said when it happened, and stands beside the pane.
            Standing::Welcome | Standing::Starting | Standing::Online | Standing::Offline => Vec::new(),
            Standing::Looking => vec![self.looking()],
            // Who was found once needs no advice on being found.
            Standing::OnlyHere | Standing::Alone if !self.peers.is_empty() => self.left_alone(),
            Standing::OnlyHere => self.only_here(addr),
            Standing::Alone => self.alone(addr),
        })
    }

    fn looking(&self) -> String {
        let (first, last) = self.setup.ports;
        let ports = if first == last { format!("port {first}") } else { format!("ports {first}-{last}") };
        format!("Looking for people on {}, {ports}…\nYou can write already; messages wait.", self.looked_at())
    }

    fn left_alone(&self) -> Vec<String> {
        let left = "Nobody else is here now. Messages wait for the first person who joins. Ctrl-R looks again.";
        let more = if self.is_closed() { Some(self.offer()) } else { self.cause().map(in_full) };
        let with_more = more.map(|more| format!("{left}\n{more}"));
        with_more.into_iter().chain([left.to_owned()]).collect()
    }

    fn only_here(&self, addr: SocketAddr) -> Vec<String> {
        let (ip, open, seen) = (addr.ip(), self.offer(), self.seen_at(addr));
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

    fn alone(&self, addr: SocketAddr) -> Vec<String> {
        let seen = self.seen_at(addr);
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
        let (first, end) = self.setup.ports;
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

    fn seen_at(&self, addr: SocketAddr) -> String {
        format!("Nobody else is here yet. You are visible as \"{}\" at {addr}.", self.nick)
    }

    /// The first of `texts`, which become briefer, that fits: the end of a longer one would push its beginning out of sight,
    /// and in a room where people talked what they said.
    fn fullest(&self, texts: &[String]) -> Option<String> {
        let pane = self.pane.geometry();
        let room = usize::from(if self.pane.len() > TALKED { TAKEN.min(pane.rows / 3) } else { pane.rows });
        let texts: Vec<_> = texts.iter().map(|text| self.apart(text)).collect();
        let fitting = texts.iter().find(|text| rows_of(text, pane.cols) <= room);
        fitting.or(texts.last()).cloned()
    }

    /// `text` apart from what was said before.
    fn apart(&self, text: &str) -> String {
        format!("{}{text}", if self.pane.len() == 0 { "" } else { "\n" })
    }
}

/// What is so, and what to do about it.
fn in_full(finding: &Finding) -> String {
    format!("{} {}", finding.what, finding.todo).trim_end().to_owned()
}
