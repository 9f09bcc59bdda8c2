//! The frame around the messages: tab bar, input and footer.

/// The program, in the tab bar and in the title of the window.
pub(crate) const PROGRAM: &str = "proximity-chat";

/// In place of everything, in a window that is too small for it.
pub(crate) const TOO_SMALL: [&str; 2] = ["window too small", "Ctrl-Q quits"];

/// In the pane until there is a name.
pub(crate) const WELCOME: &str = "Welcome. This chat has no server: it finds people by itself.\n\
                                  Type the name others should see and press Enter.";

/// In an empty input after one Ctrl-C.
pub(crate) const PRESS_AGAIN: &str = "Press Ctrl-C again to quit";

/// In an empty input until there is a name.
pub(crate) const YOUR_NAME: &str = "Your name";

/// In an empty input after the node has ended.
pub(crate) const NOTHING_IS_SENT: &str = "Nothing can be sent: /quit leaves";

/// The title of the window while this many messages are unread.
pub(crate) fn title(unread: usize) -> String {
    format!("({unread}) {PROGRAM}")
}

/// In an empty input while there is no network.
pub(crate) fn message_later(room: &str) -> String {
    format!("Message {room}   (waits for a network)")
}

/// In an empty input.
pub(crate) fn message(room: &str) -> String {
    format!("Message {room}   (/ for commands)")
}

/// Above the list of commands; `more` of them do not fit.
pub(crate) fn commands(more: usize) -> String {
    if more > 0 { format!("commands, {more} more: /help") } else { "commands".to_owned() }
}

/// Keys and what they do, for the footer, in a long and a short form.
pub(crate) type Keys = [&'static [(&'static str, &'static str)]; 2];

/// While the draft is empty.
pub(crate) const EMPTY: Keys = [
    &[("Enter", "send"), ("PgUp", "scroll"), ("Ctrl-R", "search again"), ("F1", "help"), ("Ctrl-C", "quit")],
    &[("^R", "search again"), ("F1", "help"), ("^C", "quit")],
];

/// The same while the chat is closed: what opens it matters more than what scrolls.
pub(crate) const CLOSED: Keys = [
    &[("Enter", "send"), ("F2", "open to network"), ("Ctrl-R", "search again"), ("F1", "help"), ("Ctrl-C", "quit")],
    &[("F2", "network"), ("^R", "search"), ("F1", "help"), ("^C", "quit")],
];

/// While there is a draft.
pub(crate) const DRAFT: Keys = [
    &[("Enter", "send"), ("Ctrl-J", "new line"), ("Tab", "complete"), ("F1", "help"), ("Ctrl-C", "clear")],
    &[("Enter", "send"), ("^J", "new line"), ("^C", "clear")],
];

/// The same while the chat is closed.
pub(crate) const CLOSED_DRAFT: Keys = [
    &[
        ("Enter", "send"),
        ("Ctrl-J", "new line"),
        ("Tab", "complete"),
        ("F2", "network"),
        ("F1", "help"),
        ("Ctrl-C", "clear"),
    ],
    &[("Enter", "send"), ("F2", "network"), ("^C", "clear")],
];

/// While the user is asked for a name.
pub(crate) const NAME: Keys = [
    &[("Enter", "use this name"), ("F1", "help"), ("Ctrl-C", "clear; if empty, quit")],
    &[("Enter", "use this name"), ("^C", "quit")],
];

/// While the result of a search is shown.
pub(crate) const FOUND: Keys = [
    &[("Up, Down, PgUp, PgDn", "choose"), ("Enter", "go to the message"), ("Esc", "close")],
    &[("Up, Down", "choose"), ("Enter", "show"), ("Esc", "close")],
];

/// Around a message that was found.
pub(crate) const HIT: Keys = [
    &[("PgUp, PgDn", "scroll"), ("/search", "back to the list"), ("Esc", "to the newest"), ("F1", "help")],
    &[("/search", "list"), ("Esc", "newest")],
];

/// In the plain view, the way out of it matters most.
pub(crate) const PLAIN: Keys = [
    &[("Alt-L, /plain", "leave the plain view"), ("Enter", "send"), ("F1", "help"), ("Ctrl-C", "quit")],
    &[("Alt-L", "leave plain view"), ("^C", "quit")],
];

/// While help is open.
pub(crate) const HELP: Keys =
    [&[("Up, Down, PgUp, PgDn", "scroll"), ("Esc", "close")], &[("Up, Down", "scroll"), ("Esc", "close")]];
