//! Turns a typed line into what the front end does about it.

use std::num::NonZeroU32;

use super::{Lan, Slash, SlashError, Spec, TypedRoom, find, parse, parse::has_several_lines};
use crate::{
    domain::{
        bus::Command,
        model::{
            Network, Nick, NickError, Presence, Query, QueryError, Room, RoomName, RoomNameError, Target, Text,
            TextError, Topic, TopicError, Who,
        },
        naming::HANDLE_DIGITS,
    },
    frontend::words::slash_errors,
};

/// What a typed line means, given where it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The node does it.
    Node(Command),
    /// The front end does it.
    Local(Local),
}

/// What a front end does or answers by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// Show the user's own name.
    OwnNick,
    /// Show whether others see that the user types.
    Typing,
    /// List the people who are here.
    Who,
    /// Show which network the chat is open to.
    Network,
    /// Show the room that this is the name, the number or a beginning of.
    Go(String),
    /// Leave the room that this is the name, the number or a beginning of.
    Part {
        /// What was typed.
        room: String,
        /// Whether the user has confirmed it, which a private room needs.
        sure: bool,
    },
    /// Ask whether to leave the current room, which is private.
    ConfirmPart,
    /// Show what the room is about.
    Topic,
    /// Show the result of the last search again.
    LastSearch,
    /// Empty the screen.
    Clear,
    /// Copy the message that is this many back to the clipboard; the newest is 1.
    Copy(Option<NonZeroU32>),
    /// Show messages plainly, or in columns again.
    PlainView,
    /// Ask whether to erase the history.
    ConfirmErase,
    /// Show all help, or the help for one command.
    Help(Option<&'static Spec>),
    /// Show the version.
    Version,
    /// End the program.
    Quit,
}

/// Where a line was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The room it is meant for.
    pub room: Room,
    /// The network that the room belongs to, if it is known: see [`Command::Say`].
    pub network: Option<Network>,
    /// The most messages a search returns at a time.
    pub max_hits: usize,
}

/// Why a line has no meaning. The draft should stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionError {
    /// It is not a valid command.
    Slash(SlashError),
    /// The text cannot be sent.
    Text(TextError),
    /// The topic cannot be set.
    Topic(TopicError),
    /// The name is not a valid one.
    Nick(NickError),
    /// No room can have the name.
    Room(RoomNameError),
    /// It is not clear what to search for.
    Query(QueryError),
    /// The address is not that of a host.
    Address(String),
}

impl From<SlashError> for ActionError {
    fn from(error: SlashError) -> Self {
        Self::Slash(error)
    }
}

impl From<TextError> for ActionError {
    fn from(error: TextError) -> Self {
        Self::Text(error)
    }
}

impl From<TopicError> for ActionError {
    fn from(error: TopicError) -> Self {
        Self::Topic(error)
    }
}

impl From<NickError> for ActionError {
    fn from(error: NickError) -> Self {
        Self::Nick(error)
    }
}

impl From<RoomNameError> for ActionError {
    fn from(error: RoomNameError) -> Self {
        Self::Room(error)
    }
}

impl From<QueryError> for ActionError {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

impl ActionError {
    /// The `code` of the headless contract.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Slash(error) => error.code(),
            Self::Text(TextError::TooLong(_)) | Self::Topic(TopicError::TooLong(_)) => "too_long",
            Self::Text(TextError::Empty) | Self::Topic(TopicError::Empty) => "empty",
            Self::Nick(_) => "nick",
            Self::Room(_) => "room",
            Self::Query(_) => "usage",
            Self::Address(_) => "address",
        }
    }

    /// The text for the person who typed it.
    pub fn text(&self) -> String {
        match self {
            Self::Slash(error) => error.text(),
            Self::Text(error) => error.to_string(),
            Self::Topic(error) => error.to_string(),
            Self::Nick(error) => error.to_string(),
            Self::Room(error) => error.to_string(),
            Self::Query(QueryError::NoName) => slash_errors::NO_NAME.to_owned(),
            Self::Address(typed) => slash_errors::address(typed),
        }
    }
}

/// Turns a line into an action.
///
/// # Errors
/// [`ActionError`] if there is nothing to do; nothing may be sent then.
pub fn action(line: &str, context: &Context) -> Result<Action, ActionError> {
    action_of(parse(line)?, context)
}

/// Turns what a line or a program asks for into an action.
///
/// # Errors
/// [`ActionError`] if there is nothing to do; nothing may be sent then.
pub fn action_of(slash: Slash, context: &Context) -> Result<Action, ActionError> {
    let Context { room, network, max_hits } = context;
    let (room, max_hits) = (room.clone(), *max_hits);
    let ask = |command| Ok(Action::Node(command));
    let local = |local| Ok(Action::Local(local));
    match slash {
        Slash::Say { text, action } => {
            ask(Command::Say { room, text: Text::new(&text)?, action, network: network.clone() })
        }
        Slash::Join(typed) => {
            let TypedRoom { room, id } = TypedRoom::parse(&typed)?;
            ask(Command::Join { room, id })
        }
        Slash::Part { room: None, sure: false } if matches!(room, Room::Private(_)) => local(Local::ConfirmPart),
        Slash::Part { room: None, .. } => ask(Command::Part(room)),
        Slash::List => ask(Command::ListRooms),
        Slash::Topic(Some(topic)) => {
            ask(Command::SetTopic { room, topic: Topic::new(&topic)?, network: network.clone() })
        }
        Slash::Create { name, private: false, .. } => ask(Command::Join { room: Room::named(&name)?, id: None }),
        Slash::Create { name, ask: asks, .. } => ask(Command::Create { name: RoomName::new(&name)?, ask: asks }),
        Slash::Invite(who) => ask(Command::Invite { room, who }),
        Slash::Decline(typed) => match TypedRoom::parse(&typed)? {
            TypedRoom { room: Room::Open(name), id } => ask(Command::Decline { name, id }),
            _ => Err(RoomNameError::LooksLikeLobby.into()),
        },
        Slash::Members if matches!(room, Room::Private(_)) => ask(Command::ListMembers(room)),
        Slash::Kick(who) => ask(Command::Kick { room, who }),
        Slash::Renew => ask(Command::Renew(room)),
        Slash::Query(who) => ask(Command::Query(who)),
        Slash::Tell { who, text } => ask(Command::Tell { who, text: Text::new(&text)? }),
        Slash::Nick(Some(name)) => ask(Command::SetNick(Nick::new(&name)?)),
        Slash::Connect(address) => match Target::parse(&address) {
            Some(target) => ask(Command::Connect(target)),
            None => Err(ActionError::Address(address)),
        },
        Slash::Away(note) => ask(Command::SetPresence(Presence::away(&note.unwrap_or_default()))),
        Slash::Back => ask(Command::SetPresence(Presence::Here)),
        Slash::Typing(Some(shared)) => ask(Command::ShareTyping(shared)),
        Slash::Whois(who) => ask(Command::Whois(who)),
        Slash::Ignore(who) => ask(Command::Ignore(who)),
        Slash::Unignore(who) => ask(Command::Unignore(who)),
        Slash::Trust { who, sure } => ask(Command::Trust { who, sure }),
        Slash::Untrust(who) => ask(Command::Untrust(who)),
        Slash::Unverify(who) => ask(Command::Unverify(who)),
        Slash::Verify { who, same } => ask(Command::Verify { who, same }),
        Slash::Lan(Lan::Open(open)) => ask(Command::Open(open)),
        Slash::Lan(Lan::At(interface)) => ask(Command::OpenAt(interface)),
        Slash::Lan(Lan::Same(network)) => ask(Command::SameNetwork(network)),
        Slash::Lan(Lan::Share) => ask(Command::ShareHistory),
        Slash::Rescan => ask(Command::Rescan),
        Slash::Deliver(network) => ask(Command::SayHere(network)),
        Slash::Search { query: Some(query), all } => {
            Query::new(&query)?;
            ask(Command::Search { room: (!all).then_some(room), query, before: None, max: max_hits })
        }
        Slash::Erase { sure: true } => ask(Command::Erase { room, network: network.clone() }),
        Slash::Nick(None) => local(Local::OwnNick),
        Slash::Typing(None) => local(Local::Typing),
        Slash::Who | Slash::Members => local(Local::Who),
        Slash::Topic(None) => local(Local::Topic),
        Slash::Go(name) => local(Local::Go(name)),
        Slash::Part { room: Some(room), sure } => local(Local::Part { room, sure }),
        Slash::Lan(Lan::Show) => local(Local::Network),
        Slash::Search { query: None, .. } => local(Local::LastSearch),
        Slash::Clear => local(Local::Clear),
        Slash::Copy(back) => local(Local::Copy(back)),
        Slash::PlainView => local(Local::PlainView),
        Slash::Erase { sure: false } => local(Local::ConfirmErase),
        Slash::Help(None) => local(Local::Help(None)),
        Slash::Help(Some(name)) => local(Local::Help(Some(find(&name)?))),
        Slash::Version => local(Local::Version),
        Slash::Quit => local(Local::Quit),
    }
}

/// The room that a program or a user without a screen means: its name, or `@` and the whole key of a person.
///
/// # Errors
/// [`ActionError::Room`] if no room can be called that.
pub fn room_of(typed: &str) -> Result<Room, ActionError> {
    match typed.trim().strip_prefix('@').and_then(|key| key.parse().ok()) {
        Some(node) => Ok(Room::Direct(node)),
        None => Ok(Room::named(typed)?),
    }
}

/// The line that means `command`, for a command that did not reach the node and goes back into the draft. `None` for
/// commands that nobody types: reading the history, and telling others that the user types.
pub fn line_of(command: &Command) -> Option<String> {
    Some(match command {
        Command::Numbered { command, .. } => return line_of(command),
        Command::Say { text, action: true, .. } => format!("/me {text}"),
        Command::Say { text, .. } if text.as_str().starts_with('/') && !has_several_lines(text.as_str()) => {
            format!("/{text}")
        }
        Command::Say { text, .. } => text.to_string(),
        Command::SetNick(nick) => format!("/nick {nick}"),
        Command::Connect(target) => format!("/connect {target}"),
        Command::Rescan => "/rescan".to_owned(),
        Command::SayHere(Some(network)) => format!("/deliver {network}"),
        Command::SayHere(None) => "/deliver".to_owned(),
        Command::Open(open) => format!("/lan {}", if *open { "on" } else { "off" }),
        Command::OpenAt(interface) => ["/lan", "on", interface].join(" "),
        Command::SameNetwork(Some(network)) => ["/lan", "same", network.as_str()].join(" "),
        Command::SameNetwork(None) => ["/lan", "same"].join(" "),
        Command::ShareHistory => ["/lan", "share"].join(" "),
        Command::SetPresence(Presence::Away { note: Some(note) }) => format!("/away {note}"),
        Command::SetPresence(Presence::Away { note: None }) => "/away".to_owned(),
        Command::SetPresence(Presence::Here) => "/back".to_owned(),
        Command::ShareTyping(shared) => format!("/typing {}", if *shared { "on" } else { "off" }),
        Command::Whois(who) => format!("/whois {who}"),
        Command::Ignore(who) => format!("/ignore {who}"),
        Command::Unignore(who) => format!("/unignore {who}"),
        Command::Trust { who, sure } => format!("/trust {who}{}", if *sure { " yes" } else { "" }),
        Command::Untrust(who) => format!("/untrust {who}"),
        Command::Unverify(who) => format!("/unverify {who}"),
        Command::Verify { who, same: None } => format!("/verify {who}"),
        Command::Verify { who, same: Some(same) } => format!("/verify {who} {}", if *same { "yes" } else { "no" }),
        Command::Join { room, id } => format!("/join {room}{}", after_hash(id.as_deref())),
        // Without a yes, so that the user is asked again.
        Command::Part(room @ Room::Private(private)) => format!("/part {room}#{:.HANDLE_DIGITS$}", private.id),
        Command::Part(room) => format!("/part {room}"),
        Command::SetTopic { topic, .. } => topic.typed().to_string(),
        Command::Create { name, ask: false } => ["/create", name.as_str(), "private"].join(" "),
        Command::Create { name, ask: true } => ["/create", name.as_str(), "private", "ask"].join(" "),
        Command::Invite { who, .. } => format!("/invite {}", named(who)),
        Command::Kick { who, .. } => format!("/kick {}", named(who)),
        Command::Decline { name, id } => format!("/decline #{name}{}", after_hash(id.as_deref())),
        Command::ListMembers(_) => "/members".to_owned(),
        Command::Renew(_) => "/renew".to_owned(),
        Command::Query(who) => format!("/query {who}"),
        Command::Tell { who, text } if who.as_str().contains(char::is_whitespace) => format!("/msg \"{who}\" {text}"),
        Command::Tell { who, text } => format!("/msg {who} {text}"),
        Command::ListRooms => "/list".to_owned(),
        Command::Search { room: None, query, before: None, .. } => format!("/search --all {query}"),
        Command::Search { query, before: None, .. } => format!("/search {query}"),
        // Without the yes, so that the user is asked again.
        Command::Erase { .. } => "/erase".to_owned(),
        Command::Search { before: Some(_), .. }
        | Command::Look(_)
        | Command::Page { .. }
        | Command::KeepView { .. }
        | Command::PlainView(_)
        | Command::Typing(_)
        | Command::Quit => return None,
    })
}

fn after_hash(id: Option<&str>) -> String {
    id.map(|digits| format!("#{digits}")).unwrap_or_default()
}

/// People as they are typed one after the other.
fn named(people: &[Who]) -> String {
    let name = |who: &Who| match who.as_str() {
        name if name.contains([' ', ',']) => format!("\"{name}\""),
        name => name.to_owned(),
    };
    people.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{PrivateRoom, RoomId, Seek};

    fn plan() -> Room {
        Room::Private(PrivateRoom { id: RoomId([0x31; 32]), name: RoomName::new("plan").unwrap() })
    }

    fn here() -> Context {
        Context { room: Room::Lobby, network: Network::new("loopback").ok(), max_hits: 50 }
    }

    fn error(line: &str) -> (&'static str, String) {
        let error = action(line, &here()).unwrap_err();
        (error.code(), error.text())
    }

    #[test]
    fn input_goes_to_the_room_and_network_of_its_context() {
        let text = |text| Text::new(text).unwrap();
        let Context { room, network, .. } = here();
        let said = Command::Say { room: room.clone(), text: text("hello"), action: false, network: network.clone() };
        assert_eq!(action("hello", &here()), Ok(Action::Node(said)));
        let erased = Command::Erase { room: room.clone(), network };
        assert_eq!(action("/erase yes", &here()), Ok(Action::Node(erased)));
        let searched = Command::Search { room: Some(room), query: "key".into(), before: None, max: 50 };
        assert_eq!(action("/search key", &here()), Ok(Action::Node(searched)));
        let everywhere = Command::Search { room: None, query: "from:bob key".into(), before: None, max: 50 };
        assert_eq!(action("/search from:bob key --all", &here()), Ok(Action::Node(everywhere)));
    }

    #[test]
    fn front_ends_answer_requests_that_need_no_node() {
        for (line, local) in [
            ("/nick", Local::OwnNick),
            ("/typing", Local::Typing),
            ("/who", Local::Who),
            ("/go 3", Local::Go("3".into())),
            ("/members", Local::Who),
            ("/part #dev", Local::Part { room: "#dev".into(), sure: false }),
            ("/leave dev", Local::Part { room: "dev".into(), sure: false }),
            ("/part #plan#31af Yes", Local::Part { room: "#plan#31af".into(), sure: true }),
            ("/topic", Local::Topic),
            ("/lan", Local::Network),
            ("/search", Local::LastSearch),
            ("/clear", Local::Clear),
            ("/copy", Local::Copy(None)),
            ("/copy 3", Local::Copy(NonZeroU32::new(3))),
            ("/plain", Local::PlainView),
            ("/erase", Local::ConfirmErase),
            ("/help", Local::Help(None)),
            ("/help sc", Local::Help(find("rescan").ok())),
            ("/version", Local::Version),
            ("/exit", Local::Quit),
        ] {
            assert_eq!(action(line, &here()), Ok(Action::Local(local)), "{line}");
        }
    }

    #[test]
    fn a_private_room_is_left_only_after_a_yes() {
        let inside = Context { room: plan(), ..here() };
        assert_eq!(action("/part", &inside), Ok(Action::Local(Local::ConfirmPart)));
        assert_eq!(action("/part yes", &inside), Ok(Action::Node(Command::Part(plan()))));
        assert_eq!(action("/part", &here()), Ok(Action::Node(Command::Part(Room::Lobby))));
        assert_eq!(line_of(&Command::Part(plan())).as_deref(), Some("/part #plan#31313131"), "without the yes");
    }

    #[test]
    fn members_are_those_of_the_room_in_view() {
        let inside = Context { room: plan(), ..here() };
        assert_eq!(action("/members", &inside), Ok(Action::Node(Command::ListMembers(plan()))));
        let who = vec![Who::new("bob").unwrap()];
        assert_eq!(action("/kick bob", &inside), Ok(Action::Node(Command::Kick { room: plan(), who })));
        assert_eq!(action("/renew", &inside), Ok(Action::Node(Command::Renew(plan()))));
    }

    #[test]
    fn a_meaningless_line_has_a_code_and_a_text() {
        assert_eq!(error("/frob").0, "unknown_command");
        assert_eq!(error("  ").0, "empty");
        assert_eq!(error(&"x".repeat(100_000)).0, "too_long");
        assert_eq!(error("/nick \u{202e}").0, "nick");
        assert_eq!(error("/join a b").0, "room");
        assert_eq!(error("/join lоbby"), ("room", "That name looks like #lobby. Choose another one.".to_owned()));
        let text = "\"nowhere\" is not an IP address. Example: /connect 192.168.1.23 or /connect 192.168.1.23:4565";
        assert_eq!(error("/connect nowhere"), ("address", text.to_owned()));
    }

    #[test]
    fn a_command_turns_back_into_its_line() {
        for line in [
            "hello",
            "two\nlines",
            "/usr/bin/env\n\tindented  ",
            "//quit",
            "/me waves",
            "/nick Zoë 山田",
            "/connect 127.0.0.2:4565",
            "/rescan",
            "/lan on",
            "/lan off",
            "/away",
            "/away lunch",
            "/back",
            "/typing on",
            "/typing off",
            "/whois bob",
            "/ignore bob",
            "/unignore bob",
            "/trust bob#c04e",
            "/trust bob#c04e yes",
            "/untrust bob#c04e",
            "/unverify bob",
            "/verify bob",
            "/verify bob yes",
            "/verify bob no",
            "/join #dev",
            "/join #lobby",
            "/join #plan#31af",
            "/create plan private",
            "/create plan private ask",
            "/invite bob \"Zoë 山田\" carol#7f3a",
            "/kick bob",
            "/decline #plan",
            "/decline #plan#31af",
            "/renew",
            "/list",
            "/topic release day",
            "/query bob",
            "/msg bob hello  there ",
            "/msg \"Zoë 山田\" hello",
            "/msg bob two\nlines",
            "/search lab  key",
            "/search --all from:bob key",
        ] {
            let Ok(Action::Node(command)) = action(line, &here()) else { panic!("{line} is for the node") };
            assert_eq!(line_of(&command).as_deref(), Some(line));
        }
    }

    #[test]
    fn commands_that_nobody_types_have_no_line() {
        let room = Room::Lobby;
        let page = Command::Page { room: room.clone(), seek: Seek::Newest, max: 1 };
        for command in [Command::Typing(true), Command::Quit, page] {
            assert_eq!(line_of(&command), None, "{command:?}");
        }
        assert_eq!(line_of(&Command::Erase { room, network: None }).as_deref(), Some("/erase"), "without the yes");
    }
}
