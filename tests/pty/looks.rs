//! Sizes, colours, and a screen that has nothing to draw.

use super::{FOOTER, alice, chat};
use crate::support::Ports;

#[test]
fn every_size_down_to_one_cell_works() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send("still here\r");
    term.wait_text("still here");
    for (cols, rows) in [(40, 12), (10, 3), (1, 1), (300, 80), (2, 1), (1, 2), (80, 24)] {
        term.resize(cols, rows);
    }
    term.wait_text("still here");
    term.wait_text(FOOTER);
    term.resize(10, 3);
    term.wait_text("window");
    term.resize(120, 35);
    term.wait_text("PEOPLE");
    term.wait_text("still here");
}

#[test]
fn no_color_removes_colours_but_keeps_bold_and_reverse() {
    let ports = Ports::reserve(1);
    let term = chat("alice", &ports).env("NO_COLOR", "1").spawn();
    term.wait_text(FOOTER);
    term.send("plain\r");
    term.wait_text("plain");
    term.screen(|screen| {
        let (rows, cols) = screen.size();
        let cells = (0..rows.get()).flat_map(|row| (0..cols.get()).filter_map(move |col| screen.cell(row, col)));
        let mut reversed = 0;
        for cell in cells {
            assert_eq!((cell.fgcolor(), cell.bgcolor()), (vt100::Color::Default, vt100::Color::Default));
            reversed += usize::from(cell.inverse());
        }
        assert!(reversed > 0, "the bars are gone:\n{}", screen.contents());
    });
}

#[test]
fn colours_are_used_otherwise() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.wait_for("a colour", |screen| {
        (0..24).any(|row| {
            (0..80).filter_map(|col| screen.cell(row, col)).any(|cell| cell.fgcolor() != vt100::Color::Default)
        })
    });
}

#[test]
fn an_idle_screen_draws_nothing() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send("\r");
    term.wait_text("No one else");
    let mut quiet = 0;
    let mut before = term.raw().len();
    // Sweeps repeat and clocks tick, but in one of five seconds nothing may be written.
    for _ in 0..5 {
        std::thread::park_timeout(std::time::Duration::from_secs(1));
        let after = term.raw().len();
        quiet += usize::from(after == before);
        before = after;
    }
    assert!(quiet > 0, "it never stops drawing");
}
