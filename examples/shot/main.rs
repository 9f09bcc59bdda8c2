//! Takes the README's picture: real nodes on this machine talk to each other, one of them in a pseudo-terminal.
//!
//! ```sh
//! sudo apt-get install fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji   # the fonts, on Debian
//! cargo build --release && cargo run --release --example shot -- assets/screen.png
//! ```
//! A second argument is the size in cells, `100x23` unless given. The file's extension chooses SVG, PNG or plain text.

mod conversation;
mod guest;
mod picture;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::{env, fs, path::Path, process::ExitCode};

const USAGE: &str = "usage: cargo run --release --example shot -- OUT.(png|svg|txt) [COLSxROWS]";

/// The smallest width at which the sidebar has its full width, without empty rows.
const SIZE: (u16, u16) = (100, 23);

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let out = arguments.next();
    let size = arguments.next().map_or(Some(SIZE), |size| {
        let (cols, rows) = size.split_once('x')?;
        Some((cols.parse().ok()?, rows.parse().ok()?))
    });
    let (Some(out), Some(size)) = (out, size) else {
        return fail(USAGE);
    };
    let (term, _others) = conversation::play(size);
    let written = match Path::new(&out).extension().and_then(|extension| extension.to_str()) {
        Some("txt") => fs::write(&out, term.text()),
        Some("svg") => fs::write(&out, term.screen(picture::svg)),
        Some("png") => match picture::png(&term.screen(picture::svg)) {
            Ok(png) => fs::write(&out, png),
            Err(error) => return fail(&error),
        },
        _ => return fail(USAGE),
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{out}: {error}")),
    }
}

#[expect(clippy::print_stderr, reason = "a command-line tool")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
