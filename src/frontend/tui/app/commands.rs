//! What the user asks for with a line, and what becomes of a command that did not reach the node.

use std::{num::NonZeroU32, time::Duration};

use super::{
    App, Output, Timer, Tone,
    answers::{who, whois},
    clock::time_of_day,
    conversation::Conversation,
    overlays,
    status::Node,
};
use crate::{
    domain::{
        bus::Command,
        model::{Author, DiskTrouble, Nick, PrivateRoom, Room, Text, Topic, Who},
    },
    frontend::{
        slash::{self, Action, Context, Local, TypedRoom},
        words::{answers as words, typing},
    },
};

/// How long the question whether to erase the history stays open. A yes that comes later, or that was recalled from
/// earlier lines, asks again.
const ERASE_ASKED: Duration = Duration::from_mins(1);

impl App {
    /// Carries out the line in the draft. A line that cannot be carried out stays there.
    pub(super) fn submit(&mut self) {
        let line = self.composer.text().to_owned();
        if line.trim().is_empty() {
            return self.say_what_is_offered();
        }
        let (room, network) = (self.tabs.room().clone(), self.status.network());
        let written_in = room.clone();
        let action = slash::action(&line, &Context { room, network, max_hits: overlays::PAGE });
        // A search may be for something near what the user is reading, and what they are reading is what they copy.
        // Where they were reading is also where they find the room again.
        let stays = matches!(
            action,
            Ok(Action::Node(Command::Search { .. })
                | Action::Local(Local::LastSearch | Local::Copy(_) | Local::PlainView | Local::Go(_) | Local::Quit))
        );
        if !stays {
            self.tabs.here_mut().go_to_bottom();
        }
        let is_text = matches!(action, Ok(Action::Node(Command::Say { .. } | Command::Tell { .. })));
        if is_text && let Err(question) = self.composer.confirm_size() {
            self.block(Tone::Ask, &question, 0);
            return;
        }
        let done = action.map_err(|error| error.text()).and_then(|action| match action {
            Action::Node(command) => self.request(command),
            Action::Local(local) => self.local(local),
        });
        match done {
            // The line has brought another room into view, with a draft of its own.
            Ok(()) if !self.tabs.is_here(&written_in) => {}
            Ok(()) => {
                // The list would hide what a command answers.
                if !(stays || is_text && self.overlays.search.has_hits()) {
                    self.overlays.search.close();
                }
                self.composer.done(&line);
            }
            Err(text) => {
                // The list would hide it.
                self.overlays.search.close();
                self.notice(Tone::Error, &text);
            }
        }
    }

    /// Says here what reached nobody elsewhere, if that was offered.
    fn say_what_is_offered(&mut self) {
        for network in std::mem::take(&mut self.offered) {
            if let Err(text) = self.request(Command::SayHere(Some(network))) {
                self.notice(Tone::Error, &text);
            }
        }
    }

    /// Asks the node for something, and does everything that the screen has to do about it.
    ///
    /// # Errors
    /// When it cannot be asked for now, with the text to show.
    pub(super) fn request(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Whois(ref who) if self.whois_self(who) => Ok(()),
            Command::Say { .. } | Command::SetTopic { .. } => {
                self.composer.confirm_network()?;
                self.ask_node(command)?;
                self.composer.said();
                Ok(())
            }
            Command::Search { ref room, ref query, .. } => {
                let (room, query) = (room.clone(), query.clone());
                self.ask_node(command)?;
                // What was found before is not marked any more.
                self.tabs.conversations().for_each(Conversation::forget_hit);
                self.overlays.search.begin(room, query);
                Ok(())
            }
            Command::Join { ref room, ref id } => {
                match self.tab_to_join(&TypedRoom { room: room.clone(), id: id.clone() }) {
                    Some(at) => self.go_by_line(at),
                    None => self.ask_node(command)?,
                }
                Ok(())
            }
            Command::Part(ref room @ Room::Private(ref private)) => {
                if self.was_asked_to_leave(room) {
                    return self.ask_node(command);
                }
                let name = (self.tabs.room() != room).then(|| self.private_name(private));
                self.confirm_part(private, &part_line(name));
                Ok(())
            }
            Command::Create { ref name, .. } | Command::Renew(Room::Private(PrivateRoom { ref name, .. })) => {
                let name = name.clone();
                self.ask_node(command)?;
                self.private.making(name);
                Ok(())
            }
            Command::Erase { .. } => {
                let asked = self.timers.is_set(Timer::EraseAsked);
                self.timers.clear(Timer::EraseAsked);
                if asked { self.ask_node(command) } else { self.local(Local::ConfirmErase) }
            }
            Command::Rescan => {
                self.ask_node(command)?;
                self.status.set_rescan_asked(true);
                Ok(())
            }
            command => self.ask_node(command),
        }
    }

    fn ask_node(&mut self, command: Command) -> Result<(), String> {
        if self.overlays.name.is_open() {
            return Err(words::NAME_FIRST.to_owned());
        }
        if self.status.is_node_gone() {
            return Err(words::NODE_GONE.to_owned());
        }
        self.send(command);
        Ok(())
    }

    /// Answers what needs no node.
    fn local(&mut self, local: Local) -> Result<(), String> {
        match local {
            Local::OwnNick => self.notice(Tone::Plain, &words::your_name(&self.user.nick)),
            Local::Typing => self.notice(Tone::Plain, typing::sentence(self.user.typing)),
            Local::Who => self.who(),
            Local::Network => {
                self.block(Tone::Plain, &self.status.describe_network(), 0);
            }
            Local::Topic => self.show_topic(),
            Local::Go(typed) => {
                let at = self.tab_named(&typed)?;
                self.go_by_line(at);
            }
            Local::Part { room: typed, sure } => {
                let at = self.tab_named(&typed)?;
                match self.room_at(at) {
                    Some(Room::Private(private)) if !sure => {
                        self.confirm_part(&private, &part_line(Some(self.private_name(&private))));
                    }
                    Some(room) => self.request(Command::Part(room))?,
                    None => {}
                }
            }
            Local::ConfirmPart => {
                if let Room::Private(private) = self.tabs.room().clone() {
                    self.confirm_part(&private, &part_line(None));
                }
            }
            Local::LastSearch => self.overlays.search.reopen(self.tabs.room())?,
            Local::Clear => {
                if self.tabs.here_mut().clear() {
                    self.notice(Tone::Dim, words::CLEARED);
                }
            }
            Local::Copy(back) => self.copy(back)?,
            Local::PlainView => self.toggle_plain(),
            Local::ConfirmErase => self.confirm_erase(),
            Local::Help(None) => self.overlays.help.open(),
            Local::Help(Some(spec)) => {
                self.notice(Tone::Plain, &words::usage(spec.usage, spec.help, spec.aliases));
                for (form, what) in spec.forms() {
                    self.notice(Tone::Plain, &format!("{form}  {what}"));
                }
            }
            Local::Version => self.notice(Tone::Plain, &words::version(self.setup.version)),
            Local::Quit => {
                self.line_is_done();
                self.quit();
            }
        }
        Ok(())
    }

    /// Switches between the plain view and columns, and has the choice remembered.
    pub(super) fn toggle_plain(&mut self) {
        let plain = self.window.toggle_plain();
        // Until the user has a name, the node accepts nothing else.
        if !self.overlays.name.is_open() && !self.status.is_node_gone() {
            self.send(Command::PlainView(plain));
        }
    }

    /// Copies the message that is this many back from the last one in sight, and says how that went.
    ///
    /// # Errors
    /// When there is no such message or no clipboard, with the text to show.
    fn copy(&mut self, back: Option<NonZeroU32>) -> Result<(), String> {
        if !self.setup.clipboard {
            return Err(words::NO_CLIPBOARD.to_owned());
        }
        let back = back.map_or(1, NonZeroU32::get);
        let Some(line) = self.tabs.here_mut().line_back(back) else {
            return Err(words::nothing_to_copy(back == 1));
        };
        let text = line.text.clone();
        let bytes = text.as_str().len();
        let from = matches!(line.author, Author::Peer(_)).then(|| line.name());
        let mut told = words::copied(bytes, from.as_deref(), &time_of_day(line.minute));
        if !std::mem::replace(&mut self.told_of_clipboard, true) {
            told.push_str(words::CLIPBOARD_ADVICE);
        }
        self.outputs.push(Output::Copy(text));
        self.tabs.here_mut().go_to_bottom();
        self.notice(Tone::Dim, &told);
        Ok(())
    }

    fn who(&mut self) {
        let columns = self.tabs.here().geometry().cols;
        let text = who::text(&self.people, &self.people_here(), self.setup.ports.0, self.now.mono, columns);
        self.block(Tone::Plain, &text, who::HANG);
    }

    /// Answers a question about the user, because the node knows no peer by that name. Returns whether it was one.
    fn whois_self(&mut self, who: &Who) -> bool {
        let named = |name: &str| name.to_lowercase() == who.as_str().to_lowercase();
        let another = self.people.sorted().iter().any(|person| named(&person.peer.display_name()));
        let (Some(key), Node::At(addr)) = (self.user.key, self.status.node()) else { return false };
        if another || !self.user.is_called(who.as_str()) {
            return false;
        }
        let text = whois::own_text(&self.user.nick, &key, &self.user.presence, addr);
        self.answer(&text);
        true
    }

    /// Shows the answer to a question about someone.
    pub(super) fn answer(&mut self, text: &str) {
        let today = self.clock().today();
        self.tabs.here_mut().answer(text, whois::VALUES, today);
    }

    /// Asks whether to erase the room's history.
    fn confirm_erase(&mut self) {
        self.timers.set(Timer::EraseAsked, self.now.mono + ERASE_ASKED);
        let text = words::confirm_erase(&self.room_name(self.tabs.room()));
        self.block(Tone::Ask, &text, 0);
    }

    /// Ends the program.
    pub(super) fn quit(&mut self) {
        if !self.status.is_node_gone() {
            let view = self.current_view();
            self.outputs.extend(view.map(Output::Send));
            self.send(Command::Quit);
        }
        self.outputs.push(Output::Quit);
    }

    /// The user goes by this name now.
    pub(super) fn take_nick(&mut self, nick: Nick) {
        self.people.set_own(&nick);
        self.user.nick = nick;
    }

    /// Takes back a command that did not fit into the channel to the node.
    pub(super) fn refused(&mut self, command: &Command) {
        match command {
            Command::SetNick(nick) if self.overlays.name.was_asked() && self.status.node() == Node::Starting => {
                // It was the answer to the question about the name.
                self.overlays.name.ask();
                self.composer.set(nick.to_string());
                return self.lay_out();
            }
            Command::Rescan => self.status.set_rescan_asked(false),
            Command::Search { before, .. } => self.overlays.search.refused(before.is_none()),
            // Further scrolling asks again.
            Command::Page { room, .. } => {
                if let Some(conversation) = self.tabs.conversation(room) {
                    conversation.unreadable();
                }
            }
            Command::KeepView { room, .. } => {
                if let Some(tab) = self.tabs.of(room) {
                    tab.view_was_refused();
                }
            }
            _ => {}
        }
        if let Some(line) = slash::line_of(command) {
            let is_back = self.bring_back(line);
            self.notice(Tone::Error, &words::too_busy(is_back));
        }
        self.lay_out();
    }

    /// Takes back a line that the disk did not accept.
    pub(super) fn returned(&mut self, room: &Room, text: Text, (action, topic): (bool, bool), trouble: DiskTrouble) {
        let room_of_it = room.clone();
        let command = match Topic::cut(text.as_str()).filter(|_| topic) {
            Some(topic) => Command::SetTopic { room: room_of_it, topic, network: None },
            None => Command::Say { room: room_of_it, text, action, network: None },
        };
        let Some(line) = slash::line_of(&command) else { return };
        if self.tabs.is_here(room) {
            let is_back = self.bring_back(line);
            self.notice(Tone::Error, &words::not_stored(trouble, is_back));
            return self.lay_out();
        }
        // The user looks at another room by now. The line belongs to that one alone.
        let today = self.clock().today();
        let Some(tab) = self.tabs.of(room) else { return };
        let is_back = tab.parked.offer(&line);
        let text = words::not_stored(trouble, is_back);
        tab.conversation.notice(Tone::Error, &text, today);
        self.notice(Tone::Error, &words::not_stored_in(&self.room_name(room), trouble));
    }

    /// Puts a line back into the draft, unless the user has started another one. Returns whether it did.
    fn bring_back(&mut self, line: String) -> bool {
        let is_free = self.composer.draft().is_empty();
        if is_free {
            self.composer.set(line);
        }
        is_free
    }
}

/// The line that leaves a private room: the one in view, or the one that is called `name`.
fn part_line(name: Option<String>) -> String {
    match name {
        None => ["/part", "yes"].join(" "),
        Some(name) => ["/part", &name, "yes"].join(" "),
    }
}
