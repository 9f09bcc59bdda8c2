//! How each slash command is written, and what it does in one line.

/// How a command is written, and what it does. The list of all commands has two columns on a screen of 80: a usage has
/// up to 24, a description up to 46.
pub(crate) type Row = (&'static str, &'static str);

pub(crate) const ME: Row = ("/me TEXT", "Say what you do: /me waves");
pub(crate) const NICK: Row = ("/nick [NAME]", "Change or show your name");
pub(crate) const WHO: Row = ("/who", "List who is here");
pub(crate) const WHOIS: Row = ("/whois WHO", "Show everything known about someone");
pub(crate) const JOIN: Row = ("/join ROOM", "Join a room and show it: /join #dev");
pub(crate) const PART: Row = ("/part [ROOM] [yes]", "Leave this room, or another one");
pub(crate) const GO: Row = ("/go ROOM", "Show a room you are in, by its name or number");
pub(crate) const LIST: Row = ("/list", "List open and private rooms, and invitations");
pub(crate) const TOPIC: Row = ("/topic [TEXT]", "Say what this room is about, or show it");
pub(crate) const CREATE: Row = ("/create NAME [private]", "Make a room, open or for its members only");
pub(crate) const INVITE: Row = ("/invite WHO…", "Invite people to this private room");
pub(crate) const DECLINE: Row = ("/decline ROOM", "Refuse an invitation for good");
pub(crate) const MEMBERS: Row = ("/members", "List the members of this private room");
pub(crate) const KICK: Row = ("/kick WHO…", "Remove people from this private room");
pub(crate) const RENEW: Row = ("/renew", "Make a private room anew if its owner is lost");
pub(crate) const QUERY: Row = ("/query WHO", "Open a conversation with one person");
pub(crate) const MSG: Row = ("/msg WHO TEXT", "Say something to one person only");
pub(crate) const AWAY: Row = ("/away [NOTE]", "Say that you are away");
pub(crate) const BACK: Row = ("/back", "Say that you are back");
pub(crate) const TYPING: Row = ("/typing [on|off]", "Show when you type, and see when others do");
pub(crate) const IGNORE: Row = ("/ignore WHO", "Hide everything someone says");
pub(crate) const UNIGNORE: Row = ("/unignore WHO", "Show someone's messages again");
pub(crate) const VERIFY: Row = ("/verify WHO [yes|no]", "Compare codes to be sure who someone is");
pub(crate) const UNVERIFY: Row = ("/unverify WHO", "Undo /verify");
pub(crate) const TRUST: Row = ("/trust WHO [yes]", "Accept a new key for a name you know");
pub(crate) const UNTRUST: Row = ("/untrust WHO", "Undo /trust");
pub(crate) const CONNECT: Row = ("/connect ADDRESS[:PORT]", "Reach someone whose address you know");
pub(crate) const LAN: Row = ("/lan [on|off|same|share]", "Open the chat to your network, or close it");
pub(crate) const DELIVER: Row = ("/deliver [NETWORK]", "Send undelivered lines of other networks here");
pub(crate) const RESCAN: Row = ("/rescan", "Search for people again now");
pub(crate) const SEARCH: Row = ("/search [--all] [WORDS]", "Search, or reopen the last result");
pub(crate) const CLEAR: Row = ("/clear", "Clear the screen; no message is lost");
pub(crate) const COPY: Row = ("/copy [N]", "Copy the newest message, or the Nth newest");
pub(crate) const PLAIN: Row = ("/plain", "Show messages without columns, or with them");
pub(crate) const ERASE: Row = ("/erase [yes]", "Erase this room's history from your disk");
pub(crate) const HELP: Row = ("/help [COMMAND]", "Show the keys and commands, or one command");
pub(crate) const VERSION: Row = ("/version", "Show the version");
pub(crate) const QUIT: Row = ("/quit", "Say goodbye and leave");

/// The forms of `/search`, each with what it does.
pub(crate) const SEARCH_FORMS: &[Row] = &[
    ("/search WORDS", "Find messages of this room with all these words, or with parts of them"),
    ("/search \"A PHRASE\"", "Find whole words in this order"),
    ("/search from:NAME", "Find what someone said; with two words: from:\"TWO WORDS\""),
    ("/search --all WORDS", "Search all rooms that you are in"),
    ("/search", "Reopen the last result"),
];

/// The forms of `/create`, each with what it does.
pub(crate) const CREATE_FORMS: &[Row] = &[
    ("/create NAME", "Join or begin an open room, as /join does"),
    ("/create NAME private", "Make a room that only people who are invited can read; all members may invite"),
    ("/create NAME private ask", "The same, but you are asked before someone comes whom another member invites"),
];

/// The forms of `/lan`, each with what it does.
pub(crate) const LAN_FORMS: &[Row] = &[
    ("/lan", "Show which network this is"),
    ("/lan on [INTERFACE]", "Open the chat to your network, or to the one at that interface"),
    ("/lan off", "Limit the chat to this machine"),
    ("/lan same [NETWORK]", "Confirm that this is a network you know, and show its history"),
    ("/lan share", "Give the history of this network to everyone here"),
];
