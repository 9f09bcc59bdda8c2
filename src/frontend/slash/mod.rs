//! Slash commands: one table, one parser and one meaning for the screen and for pipes.
//!
//! [`parse`] reads a line by its grammar, [`action()`] turns it into what a front end does, and [`line_of`] is the way
//! back.

mod action;
mod argument;
mod grammar;
mod parse;
mod room;
mod table;

pub use action::{Action, ActionError, Context, Local, action, action_of, line_of, room_of};
pub use argument::Argument;
pub use parse::{SlashError, each_once, find, is_command, parse};
pub use room::TypedRoom;
pub use table::{COMMANDS, Spec, complete};

use std::{num::NonZeroU32, sync::Arc};

use crate::domain::model::{Network, Who};

/// What `/lan` should do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lan {
    /// Show where the node is.
    Show,
    /// Open the chat to the network, or close it.
    Open(bool),
    /// Open it to the network that this interface leads to.
    At(Arc<str>),
    /// Treat this network as that one; without a name, as the one that it most likely is.
    Same(Option<Network>),
    /// Give the history to everybody who is here.
    Share,
}

/// What a typed line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slash {
    /// Say something in the current room.
    Say {
        /// What was typed, not yet checked, without the `/me ` of an action.
        text: String,
        /// Whether it is an action.
        action: bool,
    },
    /// Take this name, or show the current one.
    Nick(Option<String>),
    /// List the people who are here.
    Who,
    /// Show everything known about someone.
    Whois(Who),
    /// Be away, with this note, which is not cut to length yet.
    Away(Option<String>),
    /// Be here again.
    Back,
    /// Tell others when the user types and show when they do, or neither; or show the setting.
    Typing(Option<bool>),
    /// Stop showing the messages of someone.
    Ignore(Who),
    /// Show the messages of someone again.
    Unignore(Who),
    /// Let someone have the name they go by, even if another key had it before.
    Trust {
        /// The person.
        who: Who,
        /// Whether another key may lose the name although that key is verified or here.
        sure: bool,
    },
    /// Take back a `/trust`.
    Untrust(Who),
    /// Take back the result of comparing codes with someone.
    Unverify(Who),
    /// Compare codes with someone.
    Verify {
        /// The other person.
        who: Who,
        /// `None` starts; after that, whether the codes were the same.
        same: Option<bool>,
    },
    /// Be in this room, which is not yet checked.
    Join(String),
    /// Leave a room.
    Part {
        /// Which one, not yet checked; none is the current one.
        room: Option<String>,
        /// Whether the user has confirmed it.
        sure: bool,
    },
    /// Show the room that this is the name, the number or a beginning of.
    Go(String),
    /// List the open rooms of the network, the user's private rooms, and what they are invited to.
    List,
    /// Say what the current room is about, not yet checked, or show it.
    Topic(Option<String>),
    /// Make a room.
    Create {
        /// Its name, not yet checked.
        name: String,
        /// Whether only members can read it.
        private: bool,
        /// Whether the owner is asked before others come in.
        ask: bool,
    },
    /// Invite these people to the current room.
    Invite(Vec<Who>),
    /// Refuse the invitation to this room, which is not yet checked.
    Decline(String),
    /// List the members of the current room.
    Members,
    /// Remove these people from the current room.
    Kick(Vec<Who>),
    /// Make the current room anew.
    Renew,
    /// Open the room between the user and this person.
    Query(Who),
    /// Say something to one person alone.
    Tell {
        /// The person.
        who: Who,
        /// What was typed, not yet checked.
        text: String,
    },
    /// Connect to this address, not yet checked.
    Connect(String),
    /// Open the chat to the network or close it, or show which it is.
    Lan(Lan),
    /// Sweep now.
    Rescan,
    /// Say here what the user said on that network, or on any other one, and nobody has received.
    Deliver(Option<Network>),
    /// Find messages with these words; without any, show the last result again.
    Search {
        /// What was typed, not yet checked.
        query: Option<String>,
        /// Whether to search all rooms, not only this one.
        all: bool,
    },
    /// Empty the screen.
    Clear,
    /// Copy a message to the clipboard: the one that is this many back, or the newest.
    Copy(Option<NonZeroU32>),
    /// Show messages plainly, or in columns again.
    PlainView,
    /// Erase the history of the current room from this machine's disk.
    Erase {
        /// Whether the user has confirmed it.
        sure: bool,
    },
    /// Show help, or the help of one command, by its full name without the slash.
    Help(Option<String>),
    /// Show the version.
    Version,
    /// Leave.
    Quit,
}
