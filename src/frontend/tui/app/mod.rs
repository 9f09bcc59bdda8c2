//! The screen's state machine: pure. Inputs and the time go in, outputs come out; [`crate::frontend::tui::view`] draws
//! it.
//!
//! [`App`] is a router over parts. Each owns its state, its rules and its tests, and none changes another:
//!
//! | Part | What it is |
//! |---|---|
//! | `status` | the node, the network, the search for people, and the advice for a user who is alone |
//! | `people` | who is here, who has left, and their names |
//! | `composer` | the draft, completion, lines sent before, typing notices |
//! | `tabs` | the rooms that the user is in, and which one is in view |
//! | `private_rooms` | invitations, who owns which private room, and the question whether to leave one |
//! | `conversation` | the messages of a room and where the user is in them |
//! | `overlays` | help, the result of a search, and the question for a name |
//! | `window` | size and zones, colours, focus, what was drawn last |
//! | `answers` | the texts of `/who`, `/whois`, alarms and comparisons |
//!
//! The router fetches what one part needs from another and passes it on. It is in seven files: this one has the inputs,
//! `keys` the keys, `updates` and `messages` what the node reports, `rooms` the way from room to room, `membership` what
//! the node reports of private rooms, and `commands` what the user asks for. `view_queries` is what the view asks.

mod answers;
mod clock;
mod commands;
mod composer;
mod conversation;
mod input;
mod keys;
mod membership;
mod messages;
mod output;
mod overlays;
mod people;
mod private_rooms;
mod rooms;
mod setup;
mod status;
mod tabs;
mod updates;
mod user;
mod view_queries;
mod window;
mod wrap;

use std::time::Instant;

use self::{
    clock::LocalClock,
    composer::{Composer, DraftSize, Typing},
    conversation::{Conversation, Geometry, LineMaker},
    overlays::Overlays,
    private_rooms::PrivateRooms,
    status::{Status, Visitor},
    tabs::Tabs,
    user::User,
    window::Window,
};
pub(crate) use self::{
    clock::time_of_day,
    conversation::{Arrangement, Entry, Form, Line, Part, Prefix, Remark, Sight, Tone},
    overlays::{Hit, Search},
    people::{COLOURS, People, Person, State},
    status::{Standing, percent},
    tabs::{Bar, Label, fit},
    window::{Area, Layout, PROMPT, draft_columns},
    wrap::{NO_BREAK, Row, cut, cut_start, width, without_tabs, wrap},
};
pub use self::{
    input::{Background, Input, Key, KeyCode},
    output::Output,
    setup::{MESSAGE_CAP, Setup},
};
use crate::{
    domain::{
        bus::{Command, Elsewhere, Update},
        model::{Network, Now, Room},
        timers::Timers,
    },
    frontend::words::{elsewhere, screen::WELCOME},
};

/// The timers of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// Until then another Ctrl-C quits.
    QuitArmed,
    /// Until then a yes erases the history.
    EraseAsked,
    /// Until then a yes leaves a private room.
    PartAsked,
    /// From then on the delivery of messages is shown.
    Deliveries,
}

/// Everything that the screen shows. See the module's documentation.
#[derive(Debug)]
pub struct App {
    setup: Setup,
    user: User,
    pub(crate) status: Status,
    pub(crate) people: People,
    pub(crate) composer: Composer,
    pub(crate) tabs: Tabs,
    private: PrivateRooms,
    pub(crate) overlays: Overlays,
    pub(crate) window: Window,
    /// What waits on other networks.
    elsewhere: Vec<Elsewhere>,
    /// Networks whose undelivered lines an Enter says here.
    offered: Vec<Network>,
    /// Whether the user was told what to do if a copy does not arrive.
    told_of_clipboard: bool,
    timers: Timers<Timer>,
    now: Now,
    outputs: Vec<Output>,
}

impl App {
    /// A screen that shows that the node is starting. Feed [`Input::Resize`] next.
    pub fn new(mut setup: Setup, now: Now) -> Self {
        let warnings = std::mem::take(&mut setup.warnings);
        let mut app = Self {
            user: User::new(setup.nick.clone(), setup.typing),
            status: Status::default(),
            people: People::new(&setup.nick),
            composer: Composer::default(),
            tabs: Tabs::new(setup.history_cap),
            private: PrivateRooms::default(),
            overlays: Overlays::new(),
            window: Window::new(setup.background, setup.plain_view),
            elsewhere: Vec::new(),
            offered: Vec::new(),
            told_of_clipboard: false,
            timers: Timers::default(),
            now,
            outputs: Vec::new(),
            setup,
        };
        for warning in warnings {
            app.notice(Tone::Error, &warning);
        }
        if app.setup.ask_name {
            app.overlays.name.ask();
            app.composer.propose(app.setup.nick.to_string());
        }
        app
    }

    /// Takes in what happened and returns what to do about it.
    pub fn update(&mut self, input: Input, now: Now) -> Vec<Output> {
        // Round trips arrive all the time, and most do not change what is shown.
        if let Input::Update(Update::RoundTrip { peer, time }) = input {
            if self.people.round_trip(peer, time) {
                self.window.touch();
            }
            return Vec::new();
        }
        self.now = now;
        self.window.touch();
        self.expire();
        match input {
            Input::Key(key) => self.edit(|app| app.key(key)),
            Input::Paste(text) => self.edit(|app| app.paste(&text)),
            Input::Scroll(rows) => self.wheel(rows),
            Input::Resize { cols, rows } => {
                // Even if it has the same size, the terminal is empty now.
                self.window.emptied();
                self.resize((cols, rows));
            }
            Input::Focus(focused) => self.focus(focused),
            Input::Background(background) => self.window.background = Some(background),
            Input::Update(update) => self.node_update(update),
            Input::Refused(command) => self.refused(&command),
            Input::Tick => self.people.tick(now.mono),
            Input::NodeGone => self.node_gone(),
        }
        self.refresh();
        std::mem::take(&mut self.outputs)
    }

    /// Handles the timers that have expired.
    fn expire(&mut self) {
        while let Some(timer) = self.timers.pop_expired(self.now.mono) {
            match timer {
                // They only allowed something for a while.
                Timer::QuitArmed | Timer::EraseAsked | Timer::PartAsked => {}
                Timer::Deliveries => {
                    let now = self.now.mono;
                    self.tabs.conversations().for_each(|conversation| conversation.speak_up(now));
                }
            }
        }
    }

    /// Updates everything that depends on other state.
    fn refresh(&mut self) {
        self.composer.forget_if_empty();
        self.count_unseen();
        let (today, tail) = (self.clock().today(), self.tail());
        let due = self.tabs.all().filter_map(|tab| tab.conversation.next_due()).min();
        self.timers.set_or_clear(Timer::Deliveries, due);
        self.tabs.all_mut().for_each(|tab| tab.keep_current(today, &self.people));
        self.tabs.here_mut().set_tail(&tail);
        let title = self.window.attention.new_title(self.tabs.unread().all);
        self.outputs.extend(title.map(Output::SetTitle));
    }

    /// When [`Input::Tick`] is wanted next, because what is shown changes by itself; may lie in the past.
    pub fn next_tick(&self) -> Option<Instant> {
        // Counted from the last input, so a change that was missed is due at once.
        [self.timers.next(), self.people.next_tick(self.now.mono)].into_iter().flatten().min()
    }

    /// Whether anything changed since [`crate::frontend::tui::view::draw`] drew last.
    pub const fn needs_draw(&self) -> bool {
        self.window.is_dirty()
    }

    /// Adapts to a window of this size.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        if self.window.resize(size) {
            self.lay_out();
        }
    }

    fn lay_out(&mut self) {
        let rows = self.composer.draft().rows(self.window.draft_columns()).0.len();
        self.composer.laid_out(rows);
        if let Some((layout, plain)) = self.window.lay_out(rows, self.overlays.name.is_open(), self.tabs.count() > 1) {
            self.tabs.here_mut().set_geometry(Geometry::new(layout.pane.cols, layout.pane.rows, plain));
        }
    }

    /// Applies a key or a paste, tells others if the user types, and makes room for the draft.
    fn edit(&mut self, edit: impl FnOnce(&mut Self)) {
        let (before, tab) = (self.composer.draft().edits(), self.tabs.at());
        self.tabs.here_mut().touch();
        edit(self);
        let silent = self.overlays.name.is_open() || self.status.is_node_gone() || !self.user.typing;
        // Others are told nothing of the room, so they are told of the one that all are in, and of no change of rooms.
        let is_told = self.tabs.room().is_lobby() && self.tabs.at() == tab;
        if self.composer.draft().edits() != before && !silent && is_told {
            let typing = self.composer.typing(self.now.mono, self.people.has_nodes());
            self.outputs.extend(typing.map(|typing| Output::Send(Command::Typing(typing == Typing::Started))));
        }
        self.lay_out();
    }

    /// The wheel turned: scrolls an open list, or else the messages.
    fn wheel(&mut self, rows: i32) {
        self.tabs.here_mut().touch();
        self.scroll(rows);
    }

    /// The terminal gained or lost the focus.
    fn focus(&mut self, focused: bool) {
        if self.window.attention.set_focus(focused) {
            self.tabs.here_mut().mark_read();
        }
    }

    /// Says something, and that it is worth seeing: in the lobby and, if that is another one, in the room in view.
    fn warn(&mut self, tone: Tone, text: &str, hang: usize) {
        let (today, focused) = (self.clock().today(), self.window.attention.is_focused());
        let is_lobby_here = self.tabs.room().is_lobby();
        let mut unseen = false;
        for conversation in self.tabs.lobby_and_here() {
            let seq = conversation.block(tone, text, hang, today);
            // It need not be seen twice.
            let is_here = is_lobby_here || !conversation.room().is_lobby();
            unseen |= is_here && conversation.arrived(seq, focused);
        }
        if unseen {
            self.ring();
        }
    }

    fn ring(&mut self) {
        if self.window.attention.rings(self.now.mono) {
            self.outputs.push(Output::Bell);
        }
    }

    /// Adds a notice for the user, where they look.
    fn notice(&mut self, tone: Tone, text: &str) {
        let today = self.clock().today();
        self.tabs.here_mut().notice(tone, text, today);
    }

    /// Adds a notice about the chat: to the lobby and, if that is another one, to the room in view.
    fn announce(&mut self, tone: Tone, text: &str) {
        let today = self.clock().today();
        self.tabs.lobby_and_here().for_each(|conversation| conversation.notice(tone, text, today));
    }

    /// What the user should know after the screen is gone: that lines wait, and where.
    pub fn last_words(&self) -> Option<String> {
        let here = self.status.network().map(|network| Elsewhere { network, lines: self.status.unsent() });
        let waiting: Vec<Elsewhere> = here.into_iter().chain(self.elsewhere.iter().cloned()).collect();
        elsewhere::last_words(&waiting)
    }

    /// Adds a notice of several lines: see [`Conversation::block`].
    fn block(&mut self, tone: Tone, text: &str, hang: usize) -> u64 {
        let today = self.clock().today();
        self.tabs.here_mut().block(tone, text, hang, today)
    }

    /// The texts of which one is shown below the last message.
    fn tail(&self) -> Vec<String> {
        if self.overlays.name.is_open() {
            return vec![WELCOME.to_owned()];
        }
        // Older messages arrive first, within a moment, and what to say depends on the network.
        if !self.tabs.here().has_opened() || !self.status.knows_network() {
            return Vec::new();
        }
        if !self.tabs.room().is_lobby() {
            return self.nobody_in_room();
        }
        self.status.guide(&Visitor {
            standing: self.standing(),
            nick: &self.user.nick,
            ports: self.setup.ports,
            met_somebody: !self.people.is_empty(),
        })
    }

    const fn clock(&self) -> LocalClock<'_> {
        LocalClock { now: self.now, zone: &self.setup.time_zone }
    }

    /// The conversation of a room, if the user is in it, and what it needs to take in messages.
    fn reading(&mut self, room: &Room) -> Option<(&mut Conversation, LineMaker<'_>)> {
        let clock = LocalClock { now: self.now, zone: &self.setup.time_zone };
        let tab = self.tabs.of(room)?;
        let alone = !tab.has_receivers(&self.people);
        Some((&mut tab.conversation, LineMaker { people: &self.people, own: &self.user.nick, alone, clock }))
    }

    /// Sends a command to the node.
    fn send(&mut self, command: Command) {
        self.outputs.push(Output::Send(command));
    }
}
