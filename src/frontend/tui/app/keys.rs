//! What keys do. A key is offered to the overlays, then to the draft, and is handled here if neither takes it.

use std::time::Duration;

use super::{
    App, Output, Timer, Tone,
    input::{Handled, Key, KeyCode},
    overlays::{Context, Request},
};
use crate::{
    domain::{
        bus::Command,
        model::{Author, PeerId},
    },
    frontend::{slash::Argument, words::answers as words},
};

/// How long a first Ctrl-C waits for the second one.
const QUIT_ARMED: Duration = Duration::from_secs(3);

/// How many entries are searched for recent speakers, whose names are completed first.
const RECENT: usize = 500;

impl App {
    /// Does what a key means.
    pub(super) fn key(&mut self, key: Key) {
        let armed = self.timers.is_set(Timer::QuitArmed);
        self.timers.clear(Timer::QuitArmed);
        if key.code != KeyCode::Tab {
            self.composer.end_completion();
        }
        if self.offer(|overlays, context| overlays.key(key, context)) == Handled::Consumed {
            return;
        }
        match self.composer.key(key, self.window.draft_columns()) {
            Ok(Handled::Consumed) => {}
            Ok(Handled::Ignored) => self.command_key(key, armed),
            Err(full) => self.complain_below(&full),
        }
    }

    /// Puts pasted text into the draft.
    pub(super) fn paste(&mut self, text: &str) {
        self.timers.clear(Timer::QuitArmed);
        self.overlays.help.close();
        if let Err(too_long) = self.composer.paste(text) {
            self.complain_below(&too_long);
        }
    }

    /// Scrolls the topmost layer by `rows`, positive towards older messages.
    pub(super) fn scroll(&mut self, rows: i32) {
        if self.offer(|overlays, context| overlays.scroll(rows, context)) == Handled::Ignored {
            self.tabs.here_mut().scroll(rows, &mut self.outputs);
        }
    }

    /// Handles keys that neither an overlay nor the draft has taken.
    fn command_key(&mut self, key: Key, armed: bool) {
        match key.code {
            KeyCode::Char(c) if key.ctrl => self.control_key(c.to_ascii_lowercase(), armed),
            KeyCode::Char(c) => self.alt_key(c.to_ascii_lowercase()),
            KeyCode::Enter => self.submit(),
            KeyCode::Tab => self.complete(key.shift),
            KeyCode::Up => self.scroll(1),
            KeyCode::Down => self.scroll(-1),
            KeyCode::PageUp => self.scroll(self.tabs.here().page()),
            KeyCode::PageDown => self.scroll(-self.tabs.here().page()),
            KeyCode::Home => self.tabs.here_mut().go_home(&mut self.outputs),
            KeyCode::Esc if self.window.has_sidebar_over_messages() => self.window.toggle_sidebar(),
            KeyCode::Esc if !self.offered.is_empty() => self.offered.clear(),
            KeyCode::Esc | KeyCode::End => self.tabs.here_mut().go_to_bottom(),
            KeyCode::F(1) => self.overlays.help.open(),
            KeyCode::F(2) => self.toggle_open(),
            KeyCode::F(5) => self.rescan(),
            KeyCode::F(8) => self.window.toggle_sidebar(),
            KeyCode::F(_) | KeyCode::Left | KeyCode::Right | KeyCode::Backspace | KeyCode::Delete => {}
        }
    }

    fn control_key(&mut self, c: char, armed: bool) {
        match c {
            // Half a page: the other half stays for orientation.
            'u' => self.scroll((self.tabs.here().page() / 2).max(1)),
            'd' => self.scroll(-(self.tabs.here().page() / 2).max(1)),
            'n' => self.step_tab(false),
            'p' => self.step_tab(true),
            'r' => self.rescan(),
            'o' => self.unfold(),
            'l' => self.outputs.push(Output::Redraw),
            'z' => self.outputs.push(Output::Suspend),
            'q' => self.quit(),
            'c' if armed => self.quit(),
            'c' => self.timers.set(Timer::QuitArmed, self.now.mono + QUIT_ARMED),
            _ => {}
        }
    }

    fn alt_key(&mut self, c: char) {
        match c {
            'a' => self.go_to_activity(),
            '1'..='9' => {
                let number = c.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
                self.show_tab(number.unwrap_or(1) - 1);
            }
            'u' => self.tabs.here_mut().go_to_unread(&mut self.outputs),
            'p' => self.tabs.here_mut().go_to_mention(true, &mut self.outputs),
            'n' => self.tabs.here_mut().go_to_mention(false, &mut self.outputs),
            'l' => self.toggle_plain(),
            _ => {}
        }
    }

    /// Offers something to the overlays, and does what they ask for.
    fn offer(&mut self, to: impl FnOnce(&mut super::overlays::Overlays, &mut Context<'_>) -> Handled) -> Handled {
        let page = self.tabs.here().page();
        let mut context = Context { draft: self.composer.text(), page, requests: Vec::new() };
        let handled = to(&mut self.overlays, &mut context);
        for request in context.requests {
            match request {
                Request::Send(command) => self.send(command),
                Request::GoTo(room, position) => self.go_to_hit(&room, position),
                Request::TakeName(nick) => {
                    self.overlays.name.close();
                    self.composer.set(String::new());
                    self.take_nick(nick.clone());
                    self.send(Command::SetNick(nick));
                }
                Request::Complain(text) => self.notice(Tone::Error, &text),
                Request::Quit => self.quit(),
            }
        }
        handled
    }

    /// Completes a name or a command, with the next candidate or the previous one.
    fn complete(&mut self, back: bool) {
        let mut composer = std::mem::take(&mut self.composer);
        composer.complete(back, |argument| self.candidates(argument));
        self.composer = composer;
    }

    /// The names that may stand in a command that is about this, or in a text.
    fn candidates(&self, argument: Option<Argument>) -> Vec<String> {
        match argument {
            Some(Argument::Room) => self.rooms_to_name(true, false),
            Some(Argument::AnyRoom) => self.rooms_to_name(true, true),
            Some(Argument::Invitation) => self.rooms_to_name(false, true),
            Some(Argument::Name | Argument::Quoted) | None => {
                let recent: Vec<_> = self.tabs.here().speakers(RECENT).collect();
                let rank = |id: PeerId| recent.iter().position(|author| *author == Author::Peer(id)).unwrap_or(RECENT);
                self.people.completions(rank, argument.is_some())
            }
        }
    }

    fn unfold(&mut self) {
        if !self.tabs.here_mut().unfold() {
            self.notice(Tone::Dim, words::NOTHING_FOLDED);
        }
    }

    /// Says what did not work, where the user sees it.
    fn complain_below(&mut self, text: &str) {
        self.tabs.here_mut().go_to_bottom();
        self.notice(Tone::Error, text);
    }

    /// Looks for people now.
    fn rescan(&mut self) {
        if let Err(text) = self.request(Command::Rescan) {
            self.notice(Tone::Error, &text);
        }
    }

    /// Opens the chat to the network, or closes it.
    fn toggle_open(&mut self) {
        let nameless = self.overlays.name.is_open();
        let asked = if !self.status.knows_network() && !nameless && !self.status.is_node_gone() {
            // It is not known yet which of the two it would be.
            Err(words::NOT_READY.to_owned())
        } else {
            self.request(Command::Open(!self.status.is_open()))
        };
        if let Err(text) = asked {
            self.notice(Tone::Error, &text);
        }
    }
}
