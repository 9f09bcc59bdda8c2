//! Colours: four sets, none of which sets a background.

use std::fmt::Write as _;

use ratatui::style::{Color, Modifier, Style};

use crate::{
    domain::model::PeerId,
    frontend::tui::app::{App, Background},
};

/// Which set of colours is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Palette {
    /// For a dark background: at least 4.5:1.
    Dark,
    /// For a light background: at least 4.5:1.
    Light,
    /// For a terminal that does not tell: at least 3:1 on either.
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
    nicks: [u8; 12],
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

    /// How the name of a peer looks: by who it is, never by what it calls itself.
    pub(super) fn nick(self, peer: PeerId) -> Style {
        let style = Style::new();
        let Some(colors) = self.colors() else { return style.add_modifier(Modifier::BOLD) };
        let at = usize::try_from(stable_hash(peer) % colors.nicks.len() as u64).unwrap_or(0);
        style.fg(colors.nicks.get(at).map_or(Color::Reset, |&n| Color::Indexed(n)))
    }
}

/// FNV-1a of the key, or of the address of who has none: the same in every run and build, which std's hashers do not promise.
fn stable_hash(peer: PeerId) -> u64 {
    struct Fnv(u64);
    impl Fnv {
        fn add(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    impl std::fmt::Write for Fnv {
        fn write_str(&mut self, s: &str) -> std::fmt::Result {
            self.add(s.as_bytes());
            Ok(())
        }
    }
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    match peer {
        PeerId::Node(node) => hash.add(node.as_bytes()),
        // Writing to a number cannot fail.
        PeerId::Guest(_) => write!(hash, "{peer}").unwrap_or(()),
    }
    // The low bits of FNV are weak for inputs that differ in their last digit, as ports do.
    hash.0 ^ (hash.0 >> 29)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::model::NodeId;

    fn id(port: u16) -> PeerId {
        PeerId::Guest(([127, 0, 0, 1], port).into())
    }

    #[test]
    fn colours_of_names_are_stable_and_spread() {
        assert_eq!(stable_hash(id(4565)), stable_hash(id(4565)));
        let used: BTreeSet<_> = (4565..4665).map(|p| format!("{:?}", Palette::Dark.nick(id(p)))).collect();
        assert_eq!(used.len(), 12, "a hundred people use all twelve");
        let keys = (0..100).map(|byte| Palette::Dark.nick(PeerId::Node(NodeId::new([byte; 32]))));
        assert_eq!(keys.map(|style| format!("{style:?}")).collect::<BTreeSet<_>>().len(), 12);
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
        assert_eq!(Palette::Mono.nick(id(1)).fg, None);
    }
}
