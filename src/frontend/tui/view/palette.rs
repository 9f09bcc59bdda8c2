//! Colours: four sets. None of them sets a background.

use ratatui::style::{Color, Modifier, Style};

use crate::frontend::tui::app::{App, Background, COLOURS};

/// Which set of colours is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Palette {
    /// For a dark background: at least 4.5:1.
    Dark,
    /// For a light background: at least 4.5:1.
    Light,
    /// For a terminal that does not report its background: at least 3:1 on either.
    Unknown,
    /// No colours: bold, dim and reverse only.
    Mono,
}

/// What a piece of the screen is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Body,
    Dim,
    Ok,
    Warn,
    Error,
    /// What must not be missed.
    Alarm,
    Accent,
    /// The first line of several.
    Title,
    Bar,
}

/// Numbers of the xterm-256 palette. Those below 16 are left out: terminals redefine them.
struct Colors {
    dim: u8,
    ok: u8,
    warn: u8,
    error: u8,
    accent: u8,
    nicks: [u8; COLOURS],
}

const DARK: Colors = Colors {
    dim: 247,
    ok: 114,
    warn: 214,
    error: 210,
    accent: 75,
    nicks: [210, 215, 142, 78, 37, 75, 147, 183, 207, 218, 180, 110],
};
const LIGHT: Colors = Colors {
    dim: 240,
    ok: 22,
    warn: 94,
    error: 124,
    accent: 25,
    nicks: [124, 94, 58, 22, 23, 25, 17, 53, 90, 125, 88, 24],
};
const UNKNOWN: Colors = Colors {
    dim: 244,
    ok: 65,
    warn: 166,
    error: 197,
    accent: 33,
    nicks: [167, 166, 100, 65, 66, 33, 99, 135, 165, 168, 169, 67],
};

impl Palette {
    /// The set for what is known about the terminal.
    pub fn of(app: &App) -> Self {
        match app.window.background {
            _ if app.setup().no_color => Self::Mono,
            Some(Background::Dark) => Self::Dark,
            Some(Background::Light) => Self::Light,
            None => Self::Unknown,
        }
    }

    const fn colors(self) -> Option<&'static Colors> {
        match self {
            Self::Dark => Some(&DARK),
            Self::Light => Some(&LIGHT),
            Self::Unknown => Some(&UNKNOWN),
            Self::Mono => None,
        }
    }

    /// How something of this role looks.
    pub(super) fn style(self, role: Role) -> Style {
        let style = Style::new();
        let Some(colors) = self.colors() else {
            return match role {
                Role::Body | Role::Ok | Role::Accent => style,
                Role::Dim => style.add_modifier(Modifier::DIM),
                Role::Warn | Role::Error | Role::Alarm | Role::Title => style.add_modifier(Modifier::BOLD),
                Role::Bar => style.add_modifier(Modifier::REVERSED),
            };
        };
        match role {
            Role::Body => style,
            Role::Dim => style.fg(Color::Indexed(colors.dim)),
            Role::Ok => style.fg(Color::Indexed(colors.ok)),
            Role::Warn => style.fg(Color::Indexed(colors.warn)),
            Role::Error => style.fg(Color::Indexed(colors.error)),
            Role::Alarm => style.fg(Color::Indexed(colors.error)).add_modifier(Modifier::BOLD),
            Role::Title => style.add_modifier(Modifier::BOLD),
            Role::Accent => style.fg(Color::Indexed(colors.accent)),
            Role::Bar => style.add_modifier(Modifier::REVERSED),
        }
    }

    /// How a name with this colour looks.
    pub(super) fn nick(self, colour: usize) -> Style {
        let style = Style::new();
        let Some(colors) = self.colors() else { return style.add_modifier(Modifier::BOLD) };
        style.fg(colors.nicks.get(colour).map_or(Color::Reset, |&n| Color::Indexed(n)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn all_colours_of_names_differ() {
        for palette in [Palette::Dark, Palette::Light, Palette::Unknown] {
            let used: BTreeSet<_> = (0..COLOURS).map(|colour| format!("{:?}", palette.nick(colour))).collect();
            assert_eq!(used.len(), COLOURS, "{palette:?}");
        }
    }

    #[test]
    fn no_palette_sets_a_background_and_mono_sets_no_colour() {
        for palette in [Palette::Dark, Palette::Light, Palette::Unknown, Palette::Mono] {
            let roles = [Role::Body, Role::Dim, Role::Ok, Role::Warn, Role::Error, Role::Accent, Role::Bar];
            for role in roles.into_iter().chain([Role::Alarm, Role::Title]) {
                let style = palette.style(role);
                assert_eq!(style.bg, None);
                assert!(palette != Palette::Mono || style.fg.is_none());
                assert!(!matches!(style.fg, Some(Color::Indexed(..16))));
            }
        }
        assert_eq!(Palette::Mono.nick(1).fg, None);
    }
}
