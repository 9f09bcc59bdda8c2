//! Text on cells: what the zones draw with.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::{
    palette::{Palette, Role},
    uncertain_width::risky,
};
use crate::frontend::tui::app::{Area, width, without_tabs};

/// The cells of the frame and the colours for them.
pub(super) struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub palette: Palette,
    /// For each row from the top, whether terminals may disagree about its width.
    pub risky: Vec<bool>,
}

impl Canvas<'_> {
    /// Writes `text` from column `x` on, before column `end`. Returns where it ended. Tabs count from column `x`.
    pub(super) fn text(&mut self, x: u16, y: u16, end: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if y >= area.bottom() || x >= end.min(area.right()) {
            return x;
        }
        if let Some(row) = self.risky.get_mut(usize::from(y.saturating_sub(area.top()))) {
            *row = *row || risky(text);
        }
        self.buffer.set_stringn(x, y, without_tabs(text, 0), usize::from(end - x), style).0
    }

    /// Writes `text` so that it ends before column `end`.
    pub(super) fn right(&mut self, start: u16, y: u16, end: u16, text: &str, style: Style) {
        let columns = u16::try_from(width(text)).unwrap_or(u16::MAX);
        let x = end.saturating_sub(columns).max(start);
        self.text(x, y, end, text, style);
    }

    /// A line across `area`'s row `y` with `title` in its middle.
    pub(super) fn rule(&mut self, area: Area, y: u16, title: &str, role: Role) {
        let style = self.style(role);
        let end = area.x + area.cols;
        let columns = u16::try_from(width(title) + 2).unwrap_or(u16::MAX);
        self.text(area.x, y, end, &"─".repeat(usize::from(area.cols)), style);
        if !title.is_empty() && columns <= area.cols {
            let x = area.x + (area.cols - columns) / 2;
            self.text(x, y, end, &format!(" {title} "), style);
        }
    }

    /// Resets every cell of `area` to the background.
    pub(super) fn clear(&mut self, area: Area) {
        let area = self.buffer.area.intersection(rect(area));
        for position in area.positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
            }
        }
        // A wide character that reached into the area would hide its first column.
        for y in area.top()..area.bottom() {
            if let Some(cell) = area.x.checked_sub(1).and_then(|x| self.buffer.cell_mut((x, y)))
                && width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
    }

    /// Paints a bar over all of `area`.
    pub(super) fn bar(&mut self, area: Area) {
        let style = self.style(Role::Bar);
        self.buffer.set_style(self.buffer.area.intersection(rect(area)), style);
    }

    /// The style of a role.
    pub(super) fn style(&self, role: Role) -> Style {
        self.palette.style(role)
    }

    /// The same in bold.
    pub(super) fn bold(&self, role: Role) -> Style {
        self.style(role).add_modifier(Modifier::BOLD)
    }
}

/// An area in ratatui's terms.
pub(super) const fn rect(area: Area) -> Rect {
    Rect { x: area.x, y: area.y, width: area.cols, height: area.rows }
}
