//! Where the zones of the screen are.

/// The smallest window that is drawn into.
pub(crate) const SMALLEST: (u16, u16) = (20, 5);

/// The most rows the input grows to.
const INPUT_ROWS: u16 = 5;

/// The fewest rows of messages that a growing input leaves.
const PANE_ROWS: u16 = 3;

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Area {
    pub x: u16,
    pub y: u16,
    pub cols: u16,
    pub rows: u16,
}

/// What the user chose to see of the sidebar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sidebar {
    /// As the width allows.
    #[default]
    Auto,
    /// The other way round: laid over a narrow window, hidden in a wide one.
    Toggled,
}

/// The zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Layout {
    pub tabs: Option<Area>,
    pub pane: Area,
    pub sidebar: Option<Area>,
    /// Whether the sidebar lies over the messages.
    pub overlay: bool,
    pub status: Area,
    pub input: Area,
    pub footer: Option<Area>,
}

impl Layout {
    /// Divides a window, unless it is too small, for an input that would like `wanted` rows. `has_rooms`: the user is in
    /// several rooms.
    pub(crate) fn new(
        (cols, rows): (u16, u16),
        wanted: usize,
        sidebar: Sidebar,
        plain: bool,
        has_rooms: bool,
    ) -> Option<Self> {
        if cols < SMALLEST.0 || rows < SMALLEST.1 {
            return None;
        }
        // A user who is in several rooms has to know in which.
        let tabs = rows >= if has_rooms { 8 } else { 16 };
        let footer = rows >= 10;
        let bars = u16::from(tabs) + u16::from(footer) + 1;
        let most = rows.saturating_sub(bars + PANE_ROWS).clamp(1, INPUT_ROWS);
        let input = u16::try_from(wanted).unwrap_or(u16::MAX).clamp(1, most);
        let top = u16::from(tabs);
        let height = rows.saturating_sub(bars + input);
        let (side, overlay) = match (cols, sidebar, plain) {
            (60.., Sidebar::Auto, false) => (if cols < 100 { 22 } else { 30 }, false),
            (..60, Sidebar::Toggled, _) => (22.min(cols - 1), true),
            _ => (0, false),
        };
        let row = |y| Area { x: 0, y, cols, rows: 1 };
        // One column between messages and sidebar is for the divider.
        let beside = if side > 0 && !overlay { side + 1 } else { 0 };
        Some(Self {
            tabs: tabs.then(|| row(0)),
            pane: Area { x: 0, y: top, cols: cols - beside, rows: height },
            sidebar: (side > 0).then_some(Area { x: cols - side, y: top, cols: side, rows: height }),
            overlay,
            status: row(top + height),
            input: Area { x: 0, y: top + height + 1, cols, rows: input },
            footer: footer.then(|| row(rows - 1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zones_fill_the_window_and_never_overlap() {
        for cols in 1..=300 {
            for rows in 1..=80 {
                for (wanted, has_rooms) in [(1, false), (3, true), (9, false)] {
                    let Some(l) = Layout::new((cols, rows), wanted, Sidebar::Auto, false, has_rooms) else {
                        assert!(cols < 20 || rows < 5);
                        continue;
                    };
                    let high =
                        [l.tabs.map_or(0, |a| a.rows), l.pane.rows, 1, l.input.rows, l.footer.map_or(0, |a| a.rows)];
                    assert_eq!(high.iter().sum::<u16>(), rows);
                    assert!(l.pane.rows >= PANE_ROWS && l.pane.cols >= 20);
                    assert_eq!(l.pane.cols + l.sidebar.map_or(0, |s| s.cols + 1), cols);
                }
            }
        }
    }

    #[test]
    fn widths_match_the_specification() {
        let at = |cols| Layout::new((cols, 24), 1, Sidebar::Auto, false, false).and_then(|l| l.sidebar).map(|s| s.cols);
        assert_eq!([at(59), at(60), at(99), at(100)], [None, Some(22), Some(22), Some(30)]);
        let over = |has_rooms| Layout::new((40, 12), 1, Sidebar::Toggled, false, has_rooms).unwrap();
        let one = over(false);
        assert!(one.overlay && one.pane.cols == 40 && one.tabs.is_none() && one.footer.is_some());
        assert!(over(true).tabs.is_some());
    }
}
