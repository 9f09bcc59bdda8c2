//! The terminal's window: its size and zones, its colours, whether the user looks at it, and what was drawn last.

mod attention;
mod drawn;
mod layout;

pub(crate) use self::{
    attention::Attention,
    drawn::Drawn,
    layout::{Area, Layout, Sidebar},
};
use super::input::Background;

/// Columns before the draft: the prompt `> `.
pub(crate) const PROMPT: u16 = 2;

/// The window. See the module's documentation.
#[derive(Debug)]
pub(crate) struct Window {
    size: (u16, u16),
    /// None while the window is too small.
    layout: Option<Layout>,
    sidebar: Sidebar,
    /// Whether messages are shown without columns and sidebar, for copying.
    plain: bool,
    /// Whether the terminal is dark or light, if that is known.
    pub background: Option<Background>,
    /// Whether the user looks at it.
    pub attention: Attention,
    /// The rows of the last frame, as [`crate::frontend::tui::view`] drew them.
    pub rows: Vec<Drawn>,
    dirty: bool,
}

impl Window {
    /// A window of unknown size, with nothing drawn in it.
    pub(crate) fn new(background: Option<Background>, plain: bool) -> Self {
        Self {
            size: (0, 0),
            layout: None,
            sidebar: Sidebar::Auto,
            plain,
            background,
            attention: Attention::default(),
            rows: Vec::new(),
            dirty: true,
        }
    }

    /// The zones, unless the window is too small.
    pub(crate) const fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// The columns that rows of the draft have.
    pub(crate) fn draft_columns(&self) -> usize {
        draft_columns(self.size.0)
    }

    /// Sets the size. Returns whether it changed.
    pub(crate) fn resize(&mut self, size: (u16, u16)) -> bool {
        let changed = self.size != size;
        if changed {
            self.rows.clear();
            self.size = size;
        }
        changed
    }

    /// The terminal shows nothing any more.
    pub(crate) fn emptied(&mut self) {
        self.rows.clear();
    }

    /// Lays the zones out for a draft of this many rows, for a user who has no name yet and cannot meet anybody, and for
    /// one who is in several rooms.
    /// Returns them, and whether messages are plain.
    pub(crate) fn lay_out(&mut self, draft_rows: usize, nameless: bool, has_rooms: bool) -> Option<(Layout, bool)> {
        self.layout = Layout::new(self.size, draft_rows, self.sidebar, self.plain || nameless, has_rooms);
        Some((self.layout?, self.plain))
    }

    /// Shows or hides the sidebar.
    pub(crate) const fn toggle_sidebar(&mut self) {
        self.sidebar = match self.sidebar {
            Sidebar::Auto => Sidebar::Toggled,
            Sidebar::Toggled => Sidebar::Auto,
        };
    }

    /// Whether the sidebar lies over the messages.
    pub(crate) fn has_sidebar_over_messages(&self) -> bool {
        self.layout.is_some_and(|layout| layout.overlay)
    }

    /// Switches between the plain view and columns. Returns whether the view is plain now.
    pub(crate) const fn toggle_plain(&mut self) -> bool {
        self.plain = !self.plain;
        self.plain
    }

    /// Whether messages are shown plainly.
    pub(crate) const fn is_plain(&self) -> bool {
        self.plain
    }

    /// What is shown may have changed.
    pub(crate) const fn touch(&mut self) {
        self.dirty = true;
    }

    /// Everything was drawn.
    pub(crate) const fn drawn(&mut self) {
        self.dirty = false;
    }

    /// Whether something changed since it was drawn.
    pub(crate) const fn is_dirty(&self) -> bool {
        self.dirty
    }
}

/// The columns that rows of the draft have in a window this wide; one stays free for the cursor.
pub(crate) fn draft_columns(cols: u16) -> usize {
    usize::from(cols.saturating_sub(PROMPT + 1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_size_forgets_what_was_drawn() {
        let mut window = Window::new(None, false);
        assert!(window.resize((80, 24)));
        window.rows = vec![Drawn::default()];
        assert!(!window.resize((80, 24)) && !window.rows.is_empty());
        assert!(window.resize((81, 24)) && window.rows.is_empty());
    }

    #[test]
    fn the_sidebar_follows_the_width_unless_toggled() {
        let mut window = Window::new(None, false);
        window.resize((80, 24));
        let has_sidebar = |window: &mut Window| window.lay_out(1, false, false).unwrap().0.sidebar.is_some();
        assert!(has_sidebar(&mut window));
        window.toggle_sidebar();
        assert!(!has_sidebar(&mut window));
        window.resize((40, 24));
        assert!(has_sidebar(&mut window) && window.has_sidebar_over_messages());
        window.resize((9, 24));
        assert_eq!(window.lay_out(1, false, false), None);
    }
}
