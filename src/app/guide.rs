//! What the message pane says below the last message when nobody is here: why that may be, and what to do.

use super::{App, Node, status::Standing};

impl App {
    pub(super) fn guide(&self) -> Option<String> {
        let Node::At(addr) = self.node else { return None };
        let (first, last) = self.setup.ports;
        let ports = if first == last { format!("port {first}") } else { format!("ports {first}-{last}") };
        let seen = format!("Nobody else is here yet. You are visible as \"{}\" at {addr}.", self.nick);
        match self.standing() {
            Standing::Starting | Standing::Online | Standing::Offline => None,
            Standing::Looking => Some(format!(
                "Looking for people on {}, {ports}…\n\
                 You can write already, but only who is here gets it.",
                self.setup.network
            )),
            Standing::OnlyHere => Some(format!(
                "You are on this machine only ({ip}): nothing you write leaves it.\n\
                 {seen}\n  \
                   1. Start proximity-chat in a second terminal: the two meet at once.\n  \
                   2. To meet the people on your network, start it with\n     \
                      --ip ADDRESS --cidr NETWORK\n     \
                      (for example  --ip 192.168.1.20 --cidr 192.168.1.0/24)\n\
                 Ctrl-R looks again now. What you write before somebody is here is not sent.",
                ip = addr.ip()
            )),
            Standing::Alone => Some(format!(
                "{seen}\n  \
                   1. They must be on this same network and have the program open.\n  \
                   2. Guest Wi-Fi often keeps devices apart. Try a cable or another network.\n  \
                   3. A firewall may block TCP {range}. Allow it on both machines.\n  \
                   4. Know their address? Type  /connect ADDRESS\n\
                 Ctrl-R looks again now. What you write before somebody is here is not sent.",
                range = if first == last { first.to_string() } else { format!("{first}-{last}") }
            )),
        }
    }
}
