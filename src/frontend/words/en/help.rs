//! The popup with keys and commands.

/// The title of the popup, with a space on either side.
pub(crate) const TITLE: &str = " Help ";

/// Above the keys.
pub(crate) const KEYS_TITLE: &str = "Keys";

/// Above the commands.
pub(crate) const COMMANDS_TITLE: &str = "Commands";

/// How many rows are further down.
pub(crate) fn more(rows: u16) -> String {
    format!(" {rows} more: Down ")
}

/// Keys and what they do.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("Enter", "send"),
    ("Alt-Enter, Ctrl-J", "new line in the draft"),
    ("Tab, Shift-Tab", "complete a name or a command"),
    ("Up, Down", "move in the draft, then recall sent lines"),
    ("PgUp, PgDn", "scroll a page; Shift-Up, Shift-Down a row"),
    ("Home, End", "start, end of the line; if empty, of the room"),
    ("Ctrl-Home, Ctrl-End", "oldest, newest message"),
    ("Ctrl-U, Ctrl-D", "scroll half a page if the draft is empty"),
    ("Alt-U; Alt-P, Alt-N", "first unread; previous, next mention of you"),
    ("Ctrl-N, Ctrl-P", "next, previous room"),
    ("Alt-1 to Alt-9; Alt-A", "one of the rooms; the next with something new"),
    ("Ctrl-R, F5", "search for people again"),
    ("F2", "open the chat to your network, or close it"),
    ("Ctrl-O", "unfold folded lines; fold a long message again"),
    ("Ctrl-C", "clear the draft; if empty, press twice to quit"),
    ("Ctrl-Q", "quit at once"),
    ("Ctrl-A E B F K U W Y", "edit as in a shell; Alt-B F D by words"),
    ("F8; Alt-L", "list of people on or off; plain view on or off"),
    ("Ctrl-L, Ctrl-Z", "redraw; suspend"),
    ("F1, Esc", "open this help; close it"),
];
