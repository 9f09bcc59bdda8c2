//! The screen's state machine: pure. Inputs and a clock in, effects out; drawn by [`crate::frontend::tui::view`].
//!
//! What happens when a key is pressed is in `keys`, when a line is sent in `submit`, when the node has news in `news`.
//! What is shown when is decided here; how it looks, in [`crate::frontend::tui::view`].

#[path = "answers/alarm.rs"]
mod alarm;
#[path = "composer/completion.rs"]
mod complete;
#[path = "conversation/delivery.rs"]
mod delivery;
#[path = "composer/draft.rs"]
mod draft;
mod erase;
#[path = "overlays/name_question.rs"]
mod first_run;
#[path = "conversation/rates.rs"]
mod flood;
#[path = "status/guide.rs"]
mod guide;
#[path = "overlays/help.rs"]
mod help;
#[path = "composer/recall.rs"]
mod history;
mod input;
mod keys;
#[path = "conversation/late.rs"]
mod late;
#[path = "window/layout.rs"]
mod layout;
#[path = "conversation/lines.rs"]
mod messages;
#[path = "updates.rs"]
mod news;
#[path = "conversation/pane/mod.rs"]
mod pane;
#[path = "people/mod.rs"]
mod peers;
#[path = "status/network.rs"]
mod place;
#[path = "window/drawn.rs"]
mod rows;
#[path = "conversation/reading.rs"]
mod scrollback;
#[path = "overlays/search.rs"]
mod search;
mod setup;
#[path = "status/standing.rs"]
mod status;
#[path = "commands.rs"]
mod submit;
#[path = "composer/typing.rs"]
mod typing;
#[path = "conversation/unread.rs"]
mod unread;
#[path = "answers/verification.rs"]
mod verify;
#[path = "answers/who.rs"]
mod who;
#[path = "answers/whois.rs"]
mod whois;
mod wrap;

use std::{net::SocketAddr, time::Instant};

use self::{
    complete::Completion, delivery::Deliveries, draft::Draft, flood::Floods, history::History, late::Late,
    layout::Sidebar, pane::Geometry, scrollback::Reading, unread::Attention,
};
pub(crate) use self::{
    help::KEYS,
    layout::{Area, Layout},
    pane::{
        Arrangement, COLUMNS_BEFORE_TEXT, Entry, INLINE_INDENT, Line, Pane, Part, Prefix, Remark, Sight, Tone, clock,
    },
    peers::{Peers, Person, State},
    rows::Drawn,
    search::{Hit, Search},
    status::{Standing, percent, time_left},
    wrap::{NO_BREAK, Row, cut, cut_start, width, wrap},
};
pub use self::{
    input::{Background, Effect, Input, Key, KeyCode},
    setup::{MESSAGE_CAP, Setup},
};
use crate::{
    domain::{
        bus::{Command, NetworkStatus, SweepProgress, SweepState, Update},
        model::{Finding, Nick, NodeId, Now, Presence},
    },
    frontend::slash::{self, Spec},
};

/// Columns before the draft: the prompt `> `.
pub(crate) const PROMPT: u16 = 2;

/// Fewer lines than this come within a frame or two: nobody needs to be told of their progress.
const SYNC_SHOWN: u64 = 100;

/// Whether there is a node behind the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    /// It does not listen yet.
    Starting,
    /// It listens here.
    At(SocketAddr),
    /// It ended.
    Gone,
}

/// Everything that the screen shows.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, no two make a state together")]
pub struct App {
    pub(crate) setup: Setup,
    pub(crate) nick: Nick,
    pub(crate) node: Node,
    /// Whether the user has still to say by which name to go; the node waits for it.
    pub(crate) asking: bool,
    /// Whether the user is away.
    pub(crate) away: Presence,
    pub(crate) peers: Peers,
    pub(crate) sweep: Option<SweepProgress>,
    /// Where the node is, as soon as it has said so.
    place: Option<NetworkStatus>,
    /// Why nobody shows up, the worst first.
    findings: Vec<Finding>,
    /// How much of what others have and we lacked has come, and of how much.
    pub(crate) sync: Option<(u64, u64)>,
    /// The newest messages, and what the program said among them.
    pane: Pane,
    /// Where the user reads, if that is further up than those go.
    past: Option<Pane>,
    reading: Reading,
    late: Option<Late>,
    deliveries: Deliveries,
    search: Option<Search>,
    /// Until when a yes erases the history.
    erase_asked: Option<Instant>,
    /// Whether the user has pressed anything yet.
    touched: bool,
    pub(crate) draft: Draft,
    /// Whether it was begun on another network, and its user has not been told.
    draft_is_for_elsewhere: bool,
    pub(crate) background: Option<Background>,
    /// Rows of help scrolled past, while help is open.
    pub(crate) help: Option<u16>,
    pub(crate) plain: bool,
    pub(crate) now: Now,
    /// The rows of the last frame, as [`crate::frontend::tui::view`] drew them.
    pub(crate) rows: Vec<Drawn>,
    layout: Option<Layout>,
    size: (u16, u16),
    sidebar: Sidebar,
    history: History,
    completion: Option<Completion>,
    floods: Floods,
    attention: Attention,
    /// Until when another Ctrl-C quits.
    quit_armed: Option<Instant>,
    /// Whether the user asked for the sweep under way.
    rescan_asked: bool,
    /// When the others were told last that the user is typing, if they were and still think so.
    typing: Option<Instant>,
    /// Our own key, as soon as the node has told it.
    own_key: Option<NodeId>,
    /// Whether the user was told that reference nodes get the begin of long messages only.
    told_of_cut: bool,
    dirty: bool,
    effects: Vec<Effect>,
}

impl App {
    /// A screen that shows that the node is starting. Feed [`Input::Resize`] next.
    pub fn new(mut setup: Setup, now: Now) -> Self {
        let warnings = std::mem::take(&mut setup.warnings);
        let mut app = Self {
            nick: setup.nick.clone(),
            node: Node::Starting,
            asking: false,
            away: Presence::Here,
            peers: Peers::new(&setup.nick),
            sweep: None,
            place: None,
            findings: Vec::new(),
            sync: None,
            pane: Pane::new(setup.history_cap),
            past: None,
            reading: Reading::default(),
            late: None,
            deliveries: Deliveries::default(),
            search: None,
            erase_asked: None,
            touched: false,
            draft: Draft::default(),
            draft_is_for_elsewhere: false,
            background: setup.background,
            help: None,
            plain: false,
            now,
            rows: Vec::new(),
            layout: None,
            size: (0, 0),
            sidebar: Sidebar::default(),
            history: History::default(),
            completion: None,
            floods: Floods::default(),
            attention: Attention::default(),
            quit_armed: None,
            rescan_asked: false,
            typing: None,
            own_key: None,
            told_of_cut: false,
            dirty: true,
            effects: Vec::new(),
            setup,
        };
        for warning in warnings {
            app.notice(Tone::Error, &warning);
        }
        if app.setup.ask_name {
            app.ask_name();
        }
        app
    }

    /// Takes in what happened and says what to do about it.
    pub fn update(&mut self, input: Input, now: Now) -> Vec<Effect> {
        // Round trips come all the time, and most show what was shown before.
        if let Input::Update(Update::RoundTrip { peer, time }) = input {
            self.dirty |= self.peers.round_trip(peer, time);
            return Vec::new();
        }
        self.now = now;
        self.dirty = true;
        if self.quit_armed.is_some_and(|until| until <= now.mono) {
            self.quit_armed = None;
        }
        self.touched |= matches!(input, Input::Key(_) | Input::Paste(_) | Input::Scroll(_));
        match input {
            Input::Key(key) => {
                let before = self.draft.edits();
                self.key(key);
                self.edited(before);
                self.lay_out();
            }
            Input::Paste(text) => {
                let before = self.draft.edits();
                self.paste(&text);
                self.edited(before);
                self.lay_out();
            }
            Input::Scroll(rows) => self.scroll(rows),
            Input::Resize { cols, rows } => {
                // Of whatever size, the terminal is empty now.
                self.rows.clear();
                self.resize((cols, rows));
            }
            Input::Focus(focused) => self.focus(focused),
            Input::Background(background) => self.background = Some(background),
            Input::Update(update) => self.news(update),
            Input::Refused(command) => {
                self.refused(command);
                self.lay_out();
            }
            Input::Tick => self.peers.tick(now.mono),
            Input::NodeGone => {
                self.node_gone();
                self.lay_out();
            }
        }
        self.draft_is_for_elsewhere &= !self.draft.is_empty();
        self.speak_up();
        self.keep_limits();
        self.pane.set_tail(self.guide().as_deref());
        self.retitle();
        std::mem::take(&mut self.effects)
    }

    /// When what is shown changes by itself, and [`Input::Tick`] is wanted next, if at all; may lie in the past.
    pub fn next_tick(&self) -> Option<Instant> {
        // From the time on that is shown: a change that was missed is due.
        let due = [self.quit_armed, self.speaks_up_at(), self.peers.next_tick(self.now.mono)];
        due.into_iter().flatten().min()
    }

    /// Whether anything changed since [`crate::frontend::tui::view::draw`] drew last.
    pub fn needs_draw(&self) -> bool {
        self.dirty
    }

    /// Notes that everything was drawn. Only for [`crate::frontend::tui::view`].
    pub(crate) fn drawn(&mut self) {
        self.dirty = false;
    }

    /// The zones of the window, unless it is too small.
    pub(crate) const fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// Whether Ctrl-C was just pressed and another one quits.
    pub(crate) const fn quit_armed(&self) -> bool {
        self.quit_armed.is_some()
    }

    /// The commands that what is typed could become.
    pub(crate) fn suggestions(&self) -> Vec<&'static Spec> {
        match self.draft.text().strip_prefix('/') {
            _ if self.asking => Vec::new(),
            Some(name) if !name.contains(|c: char| c.is_whitespace() || c == '/') => slash::complete(name),
            _ => Vec::new(),
        }
    }

    /// The sweep to show, if one is under way that somebody waits for.
    pub(crate) fn sweeping(&self) -> Option<SweepProgress> {
        let is_lost = self.place.as_ref().is_some_and(|place| place.lost.is_some());
        self.sweep.filter(|sweep| sweep.state == SweepState::Running).filter(|_| self.node != Node::Gone && !is_lost)
    }

    /// Adapts to a window of this size.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        if self.size != size {
            self.rows.clear();
            self.size = size;
            self.lay_out();
        }
    }

    fn lay_out(&mut self) {
        let columns = draft_columns(self.size.0);
        let rows = self.draft.rows(columns).0.len();
        // Who has no name yet cannot meet anybody.
        self.layout = Layout::new(self.size, rows, self.sidebar, self.plain || self.asking);
        if let Some(layout) = self.layout {
            let geometry = Geometry::new(layout.pane.cols, layout.pane.rows, self.plain);
            for pane in self.past.iter_mut().chain([&mut self.pane]) {
                pane.set_geometry(geometry);
            }
        }
    }

    /// The sync to show, if one is under way that takes a while.
    pub(crate) fn syncing(&self) -> Option<(u64, u64)> {
        self.sync.filter(|&(received, total)| received < total && total >= SYNC_SHOWN && self.node != Node::Gone)
    }

    fn send(&mut self, command: Command) {
        self.effects.push(Effect::Send(command));
    }
}

/// The columns that rows of the draft have in a window this wide; one stays free for the cursor.
pub(crate) fn draft_columns(cols: u16) -> usize {
    usize::from(cols.saturating_sub(PROMPT + 1).max(1))
}
