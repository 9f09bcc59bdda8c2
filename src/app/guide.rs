//! What the message pane says below the last message when nobody is here: why that may be, and what to do.

use super::{App, Node, status::Standing};

/// A pane narrower or lower than this gets the brief texts.
const BRIEF: (u16, u16) = (40, 14);

/// Entries from which on a room counts as one where people talked.
const TALKED: usize = 10;

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
        let (first, last) = self.setup.ports;
        let ports = if first == last { format!("port {first}") } else { format!("ports {first}-{last}") };
        let seen = format!("Nobody else is here yet. You are visible as \"{}\" at {addr}.", self.nick);
        let range = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let pane = self.pane.geometry();
        // In a small window the end of a long text would push its beginning out of sight, and in a room where people
        // talked it would push out what they said.
        let brief = pane.cols < BRIEF.0 || pane.rows < BRIEF.1 || self.pane.len() > TALKED;
        let open = match self.offer() {
            Some(Ok(names)) => format!("F2 opens the chat to your network ({names})."),
            Some(Err(why)) => format!("F2 would open the chat to your network. {why}"),
            None => "F2 opens the chat to your network.".to_owned(),
        };
        let reason = self.reason().map(|finding| format!("{} {}", finding.what, finding.todo).trim_end().to_owned());
        let text = match self.standing() {
            Standing::Welcome | Standing::Starting | Standing::Online => None,
            Standing::Offline => self.lost().map(|lost| format!("{lost}\nYou can write already; messages wait.")),
            Standing::Looking => Some(format!(
                "Looking for people on {}, {ports}…\n\
                 You can write already; messages wait.",
                self.looked_at()
            )),
            // Who was found once needs no advice on being found.
            Standing::OnlyHere | Standing::Alone if !self.peers.is_empty() => Some(
                "Nobody else is here now. Messages wait for the first person who joins. Ctrl-R looks again.".to_owned(),
            ),
            Standing::OnlyHere if brief => Some(format!(
                "Nobody else is here yet. You are on this machine only ({ip}).\n\
                 {open}",
                ip = addr.ip()
            )),
            Standing::Alone if brief => Some(match reason {
                Some(reason) => format!("{seen}\n{reason}"),
                None => format!(
                    "{seen}\n\
                     Are they on this network? A firewall may block TCP {range}.\n\
                     Ctrl-R looks again, /connect ADDRESS calls one."
                ),
            }),
            Standing::OnlyHere => Some(format!(
                "You are on this machine only ({ip}): nothing you write leaves it.\n\
                 {open}\n\
                 \n\
                 {seen}\n  \
                   Start proximity-chat in a second terminal: the two meet at once.\n\
                 \n\
                 Ctrl-R looks again now. Messages wait for the first person who joins.",
                ip = addr.ip()
            )),
            Standing::Alone => {
                let why = reason.map(|reason| format!("{reason}\n\n")).unwrap_or_default();
                Some(format!(
                    "{seen}\n\
                     {why}  \
                       1. They must be on this same network and have the program open.\n  \
                       2. Guest Wi-Fi often keeps devices apart. Try a cable or another network.\n  \
                       3. A firewall may block TCP {range}. Allow it on both machines.\n  \
                       4. Know their address? Type  /connect ADDRESS\n\
                     \n\
                     Ctrl-R looks again now. Messages wait for the first person who joins.\n\
                     proximity-chat doctor --lan  says more, in another terminal."
                ))
            }
        }?;
        Some(self.apart(&text))
    }

    /// `text` apart from what was said before.
    fn apart(&self, text: &str) -> String {
        format!("{}{text}", if self.pane.len() == 0 { "" } else { "\n" })
    }
}
