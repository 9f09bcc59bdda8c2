//! The keys, as help lists them.

/// Keys and what they do.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("Enter", "send"),
    ("Alt-Enter, Ctrl-J", "new line in the draft"),
    ("Tab, Shift-Tab", "complete a name or a command"),
    ("Up, Down", "row of the draft, then what was sent before"),
    ("PgUp, PgDn", "scroll by a page; Shift-Up, Shift-Down by a row"),
    ("Home, End", "start, end of the line; if empty, of the room"),
    ("Ctrl-Home, Ctrl-End", "oldest and newest message"),
    ("Ctrl-U, Ctrl-D", "half a page, if the draft is empty"),
    ("Alt-U; Alt-P, Alt-N", "first unread; previous, next that names you"),
    ("Ctrl-R, F5", "look for people now"),
    ("F2", "open the chat to your network, or close it"),
    ("Ctrl-O", "show lines that came too fast to read"),
    ("Ctrl-C", "clear the draft; twice, if it is empty, quit"),
    ("Ctrl-Q", "quit at once"),
    ("Ctrl-A E B F K U W Y", "edit as in a shell; Alt-B F D by words"),
    ("F8; Alt-L", "sidebar on or off; plain view, for copying"),
    ("Ctrl-L, Ctrl-Z", "draw anew; suspend"),
    ("F1, Esc", "this help; close it"),
];
