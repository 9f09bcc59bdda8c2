//! A screen as SVG, and as PNG.

use std::fmt::Write as _;

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};
use vt100::{Cell, Color, Screen};

/// The font for everything that is one column wide, from Debian's fonts-dejavu-core.
const FONT: &str = "DejaVu Sans Mono";

/// The font for what is two columns wide, from fonts-noto-cjk. It is named because resvg otherwise falls back to any
/// font that has the character. It lacks emoji, for which only fonts-noto-color-emoji is left.
const WIDE_FONT: &str = "Noto Sans Mono CJK SC";

const INSTALL: &str = "fonts are missing; on Debian: \
     apt-get install fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji";

/// Pixels per SVG unit: sharp on high-density screens, and still small.
const SCALE: f32 = 2.0;

const FONT_SIZE: f64 = 14.0;
/// The font's advance: 1,233 of 2,048 units.
const CELL_WIDTH: f64 = FONT_SIZE * 1233.0 / 2048.0;
/// Its ascent plus descent, 1,901 and 483 units: box-drawing lines of neighbouring rows just meet.
const CELL_HEIGHT: f64 = FONT_SIZE * 2384.0 / 2048.0;
const BASELINE: f64 = FONT_SIZE * 1901.0 / 2048.0;
const MARGIN: f64 = 12.0;

/// The terminal's default colours.
const BACKGROUND: &str = "#1e1e1e";
const FOREGROUND: &str = "#d4d4d4";

/// The first sixteen colours, which terminals choose for themselves. These are Windows Terminal's.
const ANSI: [&str; 16] = [
    "#0c0c0c", "#c50f1f", "#13a10e", "#c19c00", "#0037da", "#881798", "#3a96dd", "#cccccc", "#767676", "#e74856",
    "#16c60c", "#f9f1a5", "#3b78ff", "#b4009e", "#61d6d6", "#f2f2f2",
];

/// Draws `screen`: one rectangle per coloured cell and one `<text>` per character, so that no font can shift a column.
pub(crate) fn svg(screen: &Screen) -> String {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let width = f64::from(cols) * CELL_WIDTH + 2.0 * MARGIN;
    let height = f64::from(rows) * CELL_HEIGHT + 2.0 * MARGIN;
    let (mut grounds, mut texts) = (String::new(), String::new());
    for row in 0..rows {
        for col in 0..cols {
            if let Some(cell) = screen.cell(row, col).filter(|cell| !cell.is_wide_continuation()) {
                draw(cell, row, col, &mut grounds, &mut texts);
            }
        }
    }
    if !screen.hide_cursor() {
        let (row, col) = screen.cursor_position();
        let (x, y) = corner(row, col);
        let _ = write!(
            texts,
            "<rect x='{x:.2}' y='{y:.2}' width='{CELL_WIDTH:.2}' height='{CELL_HEIGHT:.2}' fill='{FOREGROUND}' opacity='.6'/>"
        );
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width:.0}' height='{height:.0}' viewBox='0 0 {width:.2} {height:.2}'>\
         <rect width='100%' height='100%' rx='8' fill='{BACKGROUND}'/>\
         <g shape-rendering='crispEdges'>{grounds}</g>\
         <g font-family='{FONT}' font-size='{FONT_SIZE}' xml:space='preserve'>{texts}</g></svg>"
    )
}

fn draw(cell: &Cell, row: u16, col: u16, grounds: &mut String, texts: &mut String) {
    let (mut front, mut back) = (colour(cell.fgcolor(), FOREGROUND), colour(cell.bgcolor(), BACKGROUND));
    if cell.inverse() {
        std::mem::swap(&mut front, &mut back);
    }
    let (x, y) = corner(row, col);
    if back != BACKGROUND {
        let width = if cell.is_wide() { 2.0 * CELL_WIDTH } else { CELL_WIDTH };
        // Half a unit wider and higher than the cell, so that no seam shows between neighbours.
        let _ = write!(
            grounds,
            "<rect x='{x:.2}' y='{y:.2}' width='{:.2}' height='{:.2}' fill='{back}'/>",
            width + 0.5,
            CELL_HEIGHT + 0.5
        );
    }
    let text = cell.contents();
    if text.trim().is_empty() {
        return;
    }
    let style = [
        (cell.bold(), " font-weight='bold'"),
        (cell.italic(), " font-style='italic'"),
        (cell.underline(), " text-decoration='underline'"),
        (cell.dim(), " opacity='.6'"),
    ]
    .into_iter()
    .filter_map(|(set, attribute)| set.then_some(attribute))
    .collect::<String>();
    let family = if cell.is_wide() { format!(" font-family='{WIDE_FONT}'") } else { String::new() };
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = write!(texts, "<text x='{x:.2}' y='{:.2}' fill='{front}'{family}{style}>{text}</text>", y + BASELINE);
}

fn corner(row: u16, col: u16) -> (f64, f64) {
    (MARGIN + f64::from(col) * CELL_WIDTH, MARGIN + f64::from(row) * CELL_HEIGHT)
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Default => default.to_owned(),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Idx(index) => indexed(index),
    }
}

/// xterm's 256 colours: sixteen of the terminal's own, a cube of 6x6x6, and 24 shades of grey.
fn indexed(index: u8) -> String {
    match index {
        0..16 => ANSI.get(usize::from(index)).copied().unwrap_or(FOREGROUND).to_owned(),
        16..232 => {
            let cube = index - 16;
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            format!("#{:02x}{:02x}{:02x}", level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

/// Renders an SVG made by [`svg`].
pub(crate) fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut options = Options::default();
    options.fontdb_mut().load_system_fonts();
    let has_font = options.fontdb.faces().any(|face| face.families.iter().any(|(name, _)| name == FONT));
    if !has_font {
        return Err(INSTALL.to_owned());
    }
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or("the screen is too large for a picture")?;
    let mut pixmap = Pixmap::new(size.width(), size.height()).ok_or("the screen is too large for a picture")?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| error.to_string())
}
