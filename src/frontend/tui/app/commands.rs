//! What happens when a line is sent.

use super::{App, Effect, Node, pane::Tone};
use crate::{
    domain::{
        bus::Command,
        model::{Nick, Presence, Room, Target, Text},
    },
    frontend::slash::{self, Slash},
};

impl App {
    /// Sends the draft or carries out its command. What cannot be sent or understood stays in the draft.
    pub(super) fn submit(&mut self) {
        if self.asking {
            return self.submit_name();
        }
        let line = self.draft.text().to_owned();
        if line.trim().is_empty() {
            return;
        }
        let parsed = slash::parse(&line);
        // Who looks for something may look for it from where they are.
        if !matches!(parsed, Ok(Slash::Search(_))) {
            self.go_to_bottom();
        }
        let done = parsed.map_err(|error| error.to_string()).and_then(|slash| self.carry_out(slash));
        match done {
            Ok(()) => {
                self.history.push(&line);
                self.draft.set(String::new());
            }
            Err(text) => self.notice(Tone::Error, &text),
        }
    }

    fn carry_out(&mut self, slash: Slash) -> Result<(), String> {
        match slash {
            Slash::Say { text, action } => {
                let text = Text::new(&text).map_err(|error| error.to_string())?;
                if std::mem::take(&mut self.draft_is_for_elsewhere) {
                    return Err(
                        "This was written while the chat was on another network. Press Enter again to say it here."
                            .to_owned(),
                    );
                }
                self.ask_node(Command::Say { room: Room::LOBBY, text, action, network: self.network() })?;
                self.typed();
            }
            Slash::Nick(None) => self.notice(Tone::Plain, &format!("You are {}. /nick NAME changes that.", self.nick)),
            Slash::Nick(Some(name)) => {
                let nick = Nick::new(&name).map_err(|error| error.to_string())?;
                self.ask_node(Command::SetNick(nick))?;
            }
            Slash::Connect(address) => {
                let target = Target::parse(&address).ok_or_else(|| {
                    format!("{address:?} is no address. Type for example  /connect 192.168.1.23  or  192.168.1.23:4565")
                })?;
                self.ask_node(Command::Connect(target))?;
            }
            Slash::Away(note) => self.ask_node(Command::SetPresence(Presence::away(&note.unwrap_or_default())))?,
            Slash::Back => self.ask_node(Command::SetPresence(Presence::Here))?,
            Slash::Whois(who) if self.whois_self(&who) => {}
            Slash::Whois(who) => self.ask_node(Command::Whois(who))?,
            Slash::Ignore(who) => self.ask_node(Command::Ignore(who))?,
            Slash::Unignore(who) => self.ask_node(Command::Unignore(who))?,
            Slash::Trust(who) => self.ask_node(Command::Trust(who))?,
            Slash::Verify { who, same } => self.ask_node(Command::Verify { who, same })?,
            Slash::Lan(Some(open)) => self.ask_node(Command::Open(open))?,
            Slash::Lan(None) => self.tell_place(),
            Slash::Rescan => self.rescan()?,
            Slash::Who => self.who(),
            Slash::Search(query) => self.search(query)?,
            Slash::Clear => self.clear(),
            Slash::Erase { sure } => self.erase(sure)?,
            Slash::Help(None) => self.help = Some(0),
            Slash::Help(Some(name)) => {
                let spec = slash::find(&name).map_err(|error| error.to_string())?;
                let aliases: Vec<_> = spec.aliases.iter().map(|alias| format!("/{alias}")).collect();
                let also = if aliases.is_empty() { String::new() } else { format!("  (also {})", aliases.join(", ")) };
                self.notice(Tone::Plain, &format!("{}  {}{also}", spec.usage, spec.help));
            }
            Slash::Version => self.notice(Tone::Plain, &format!("proximity-chat {}", self.setup.version)),
            Slash::Quit => self.quit(),
        }
        Ok(())
    }

    /// Looks for people now.
    pub(super) fn rescan(&mut self) -> Result<(), String> {
        self.ask_node(Command::Rescan)?;
        self.rescan_asked = true;
        Ok(())
    }

    pub(super) fn quit(&mut self) {
        if self.node != Node::Gone {
            self.send(Command::Quit);
        }
        self.effects.push(Effect::Quit);
    }

    pub(super) fn ask_node(&mut self, command: Command) -> Result<(), String> {
        if self.asking {
            return Err("First the name: type it and press Enter.".to_owned());
        }
        if self.node == Node::Gone {
            return Err("The network part of the program has ended. Leave with /quit and start it again.".to_owned());
        }
        self.send(command);
        Ok(())
    }

    /// Takes back a command that found no room on its way to the node.
    pub(super) fn refused(&mut self, command: Command) {
        let line = match command {
            Command::Say { text, action: true, .. } => format!("/me {text}"),
            Command::Say { text, .. } if text.as_str().starts_with('/') => format!("/{text}"),
            Command::Say { text, .. } => text.to_string(),
            Command::SetNick(nick) if self.ask_again(&nick) => return,
            Command::SetNick(nick) => format!("/nick {nick}"),
            Command::Connect(target) => format!("/connect {target}"),
            Command::Rescan => {
                self.rescan_asked = false;
                "/rescan".to_owned()
            }
            Command::Open(open) => format!("/lan {}", if open { "on" } else { "off" }),
            Command::SetPresence(Presence::Away { note: Some(note) }) => format!("/away {note}"),
            Command::SetPresence(Presence::Away { note: None }) => "/away".to_owned(),
            Command::SetPresence(Presence::Here) => "/back".to_owned(),
            Command::Whois(who) => format!("/whois {who}"),
            Command::Ignore(who) => format!("/ignore {who}"),
            Command::Unignore(who) => format!("/unignore {who}"),
            Command::Trust(who) => format!("/trust {who}"),
            Command::Verify { who, same: None } => format!("/verify {who}"),
            Command::Verify { who, same: Some(same) } => format!("/verify {who} {}", if same { "yes" } else { "no" }),
            Command::Search { query, before, .. } => {
                self.search_refused(before.is_none());
                if before.is_some() {
                    return;
                }
                format!("/search {query}")
            }
            Command::Erase { .. } => "/erase".to_owned(),
            // Scrolling on asks again.
            Command::Page { .. } => return self.unreadable(),
            // Worth nothing later.
            Command::Typing(_) | Command::Quit => return,
        };
        if self.draft.is_empty() {
            self.draft.set(line);
            self.notice(Tone::Error, "Not sent: too much is waiting to be sent already. Press Enter to try again.");
        } else {
            self.notice(Tone::Error, "Not sent: too much is waiting to be sent already. Press ↑ for it and try again.");
        }
    }
}
