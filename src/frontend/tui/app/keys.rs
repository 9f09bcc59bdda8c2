//! What the keys do: the table of the help popup, in the order in which keys are looked up.

use std::{collections::BTreeSet, time::Duration};

use super::{
    App, Effect, Key, KeyCode,
    complete::Completion,
    draft::{MAX_DRAFT_BYTES, To},
    draft_columns,
    layout::Sidebar,
    pane::{RowRef, Tone},
    peers::Person,
};
use crate::domain::model::{Author, group};

/// How long a first Ctrl-C waits for the second one.
const QUIT_ARMED: Duration = Duration::from_secs(3);

/// Entries looked through for who spoke last, which is who is completed first.
const RECENT: usize = 500;

impl App {
    /// Does what a key stands for.
    pub(super) fn key(&mut self, key: Key) {
        let typed = self.draft.text().len();
        self.act(key);
        // A line out of the history that was edited is a draft of its own.
        if !matches!(key.code, KeyCode::Up | KeyCode::Down) && self.draft.text().len() != typed {
            self.history.leave();
        }
    }

    fn act(&mut self, key: Key) {
        let armed = self.quit_armed.take().is_some();
        if !matches!(key.code, KeyCode::Tab) {
            self.completion = None;
        }
        if self.help.is_some() && self.help_key(key) {
            return;
        }
        if self.listed().is_some() && self.search_key(key) {
            return;
        }
        match key.code {
            KeyCode::Char(c) if key.ctrl && !key.alt => self.control(c.to_ascii_lowercase(), armed),
            KeyCode::Char(c) if key.alt && !key.ctrl => self.alt(c),
            // AltGr arrives as Ctrl-Alt on some systems; what it types is a character.
            KeyCode::Char(c) => self.type_char(c),
            KeyCode::Enter if key.alt || key.shift || key.ctrl => self.type_char('\n'),
            KeyCode::Enter => self.submit(),
            KeyCode::Tab => self.complete(key.shift),
            KeyCode::Backspace if key.alt || key.ctrl => self.draft.kill(To::PreviousWord),
            KeyCode::Backspace => self.draft.delete(false),
            KeyCode::Delete => self.draft.delete(true),
            KeyCode::F(2) => self.toggle_open(),
            KeyCode::Left => self.draft.go(if key.ctrl { To::PreviousWord } else { To::PreviousChar }),
            KeyCode::Right => self.draft.go(if key.ctrl { To::NextWord } else { To::NextChar }),
            KeyCode::Up if key.shift => self.scroll(1),
            KeyCode::Down if key.shift => self.scroll(-1),
            KeyCode::Up => self.up(),
            KeyCode::Down => self.down(),
            KeyCode::PageUp => self.scroll(self.page()),
            KeyCode::PageDown => self.scroll(-self.page()),
            KeyCode::Home if key.ctrl || self.draft.is_empty() => self.go_home(),
            KeyCode::End if key.ctrl || self.draft.is_empty() => self.go_to_bottom(),
            KeyCode::Home => self.draft.go(To::Start),
            KeyCode::End => self.draft.go(To::End),
            KeyCode::Esc if self.layout.is_some_and(|layout| layout.overlay) => self.toggle_sidebar(),
            KeyCode::Esc => self.go_to_bottom(),
            KeyCode::F(1) => self.help = Some(0),
            KeyCode::F(5) => self.rescan_key(),
            KeyCode::F(8) => self.toggle_sidebar(),
            KeyCode::F(_) => {}
        }
    }

    fn control(&mut self, c: char, armed: bool) {
        match c {
            'a' => self.draft.go(To::Start),
            'e' => self.draft.go(To::End),
            'b' => self.draft.go(To::PreviousChar),
            'f' => self.draft.go(To::NextChar),
            'k' => self.draft.kill(To::End),
            'w' => self.draft.kill(To::PreviousWord),
            'y' => self.draft.yank(),
            // Half a page: the other half stays for orientation.
            'u' if self.draft.is_empty() => self.scroll((self.page() / 2).max(1)),
            'd' if self.draft.is_empty() => self.scroll(-(self.page() / 2).max(1)),
            'u' => self.draft.kill(To::Start),
            'd' => self.draft.delete(true),
            'h' => self.draft.delete(false),
            'j' => self.type_char('\n'),
            'r' => self.rescan_key(),
            'o' => self.unfold(),
            'l' => self.effects.push(Effect::Redraw),
            'z' => self.effects.push(Effect::Suspend),
            'q' => self.quit(),
            'c' if !self.draft.is_empty() => self.draft.kill_all(),
            'c' if armed => self.quit(),
            'c' => self.quit_armed = Some(self.now.mono + QUIT_ARMED),
            _ => {}
        }
    }

    fn alt(&mut self, c: char) {
        match c.to_ascii_lowercase() {
            'b' => self.draft.go(To::PreviousWord),
            'f' => self.draft.go(To::NextWord),
            'd' => self.draft.kill(To::NextWord),
            'u' => self.go_to_unread(),
            'p' => self.go_to_mention(true),
            'n' => self.go_to_mention(false),
            'l' => self.plain = !self.plain,
            _ => {}
        }
    }

    /// Keys while help is open; says whether it took this one.
    fn help_key(&mut self, key: Key) -> bool {
        match key.code {
            KeyCode::Up => self.scroll(1),
            KeyCode::Down => self.scroll(-1),
            KeyCode::PageUp => self.scroll(self.page()),
            KeyCode::PageDown => self.scroll(-self.page()),
            KeyCode::Home => self.help = Some(0),
            KeyCode::End => self.help = Some(u16::MAX),
            KeyCode::Esc | KeyCode::Enter | KeyCode::F(1) => self.help = None,
            KeyCode::Char('c') if key.ctrl => self.help = None,
            // Redrawing and suspending leave it open; what types closes it and types.
            KeyCode::Char('l' | 'z') if key.ctrl => return false,
            _ => {
                self.help = None;
                return false;
            }
        }
        true
    }

    /// Puts pasted text into the draft; never sends it.
    pub(super) fn paste(&mut self, text: &str) {
        self.quit_armed = None;
        self.completion = None;
        self.help = None;
        self.history.leave();
        let clean: String = text
            .replace("\r\n", "\n")
            .chars()
            .map(|c| if c == '\r' { '\n' } else { c })
            .flat_map(|c| if c == '\t' { "    ".chars().collect::<Vec<_>>() } else { vec![c] })
            .filter(|c| *c == '\n' || !c.is_control())
            .collect();
        let dropped = self.draft.insert_text(&clean);
        if dropped > 0 {
            let (limit, dropped) = (group(MAX_DRAFT_BYTES), group(dropped));
            let text = format!(
                "The pasted text is too long: the last {dropped} bytes were left out. A message has at most {limit} bytes."
            );
            self.go_to_bottom();
            self.notice(Tone::Error, &text);
        }
    }

    fn type_char(&mut self, c: char) {
        if (c == '\n' || !c.is_control()) && !self.draft.insert(c) {
            self.go_to_bottom();
            let (used, limit) = (group(self.draft.text().len()), group(MAX_DRAFT_BYTES));
            self.notice(Tone::Error, &format!("The message is full: {used} of {limit} bytes."));
        }
    }

    fn up(&mut self) {
        if !self.draft.row(false, draft_columns(self.size.0)) {
            let typed = self.draft.text().to_owned();
            if let Some(line) = self.history.older(&typed) {
                self.draft.set(line);
            }
        }
    }

    fn down(&mut self) {
        if !self.draft.row(true, draft_columns(self.size.0))
            && let Some(line) = self.history.newer()
        {
            self.draft.set(line);
        }
    }

    fn complete(&mut self, back: bool) {
        if self.completion.is_none() {
            let recent: Vec<_> = self.pane.speakers(RECENT).collect();
            let mut people: Vec<_> = self.peers.sorted().into_iter().filter(|p| p.peer.nick.is_some()).collect();
            let place = |id| recent.iter().position(|author| *author == Author::Peer(id));
            people.sort_by_key(|p| (p.gone, place(p.peer.id).unwrap_or(RECENT)));
            let mut seen = BTreeSet::new();
            // A command must not mean somebody else of the same name.
            let command = self.draft.text().starts_with('/');
            let name = |person: &&Person| if command { person.name() } else { person.peer.display_name() };
            let names = people.iter().map(name).filter(|name| seen.insert(name.clone()));
            self.completion = Completion::begin(&self.draft, names);
        }
        if let Some(completion) = &mut self.completion {
            completion.step(&mut self.draft, back);
        }
    }

    fn rescan_key(&mut self) {
        if let Err(text) = self.rescan() {
            self.notice(Tone::Error, &text);
        }
    }

    fn unfold(&mut self) {
        if !self.view_mut().unfold() {
            self.notice(Tone::Dim, "Nothing is folded here.");
        }
    }

    fn toggle_sidebar(&mut self) {
        self.sidebar = match self.sidebar {
            Sidebar::Auto => Sidebar::Toggled,
            Sidebar::Toggled => Sidebar::Auto,
        };
    }

    /// Rows by which a page moves; one stays for orientation.
    pub(super) fn page(&self) -> i32 {
        (i32::from(self.pane.geometry().rows) - 1).max(1)
    }

    /// Goes to what came late, else to the first unread message.
    fn go_to_unread(&mut self) {
        if self.go_to_late() {
            return;
        }
        let Some(marker) = self.pane.marker else { return };
        if marker.seq >= self.pane.first() {
            self.past = None;
            self.pane.go(RowRef { seq: marker.seq, row: 0 });
        } else {
            self.go_to(marker.key);
        }
    }

    /// Goes to the nearest mention that is not in sight.
    fn go_to_mention(&mut self, back: bool) {
        let view = self.view_mut();
        let sight = view.sight();
        let edge = if back { sight.rows.first() } else { sight.rows.last() };
        let Some(seq) = edge.map(|row| if back { row.seq } else { row.seq + 1 }) else { return };
        if let Some(seq) = view.mention(seq, back) {
            view.go(RowRef { seq, row: 0 });
            self.scrolled(if back { 1 } else { -1 });
        }
    }
}
