//! Why it did not work, and what to do.

use std::io;

use crate::{
    domain::model::{ProfileName, RoomNameError, StoreFailure},
    frontend::words::disk,
    runtime::{
        profile::ProfileError,
        store::{OpenError, ReadError},
    },
};

/// Why a history cannot be printed or erased. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The profile cannot be read.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The profile that was named is not there.
    #[error("There is no profile {0}. Check --profile and --data-dir, or leave them out to use the first profile.")]
    NoProfile(ProfileName),
    /// No room has such a name.
    #[error("{0}")]
    Room(RoomNameError),
    /// Nobody is known by this name.
    #[error("You know no one called {0:?}. To see whom you know, start the chat and type /who.")]
    Nobody(String),
    /// Several people are known by this name.
    #[error("You know several people called {0:?}. Give the key instead: @ and its 64 digits, as /whois shows it.")]
    Several(String),
    /// Several private rooms have this name.
    #[error(
        "You are in several rooms called {0:?}. Add # and the first digits of the id of one, as the tabs show them."
    )]
    SeveralRooms(String),
    /// There is no direct room with this person.
    #[error("You have no direct messages with that person.")]
    NoDirect,
    /// Nothing is stored, so nothing can be read.
    #[error("With ephemeral, nothing is stored. Leave ephemeral out to read the history of a profile.")]
    Ephemeral,
    /// Another copy has the history open, so it cannot be erased.
    #[error("Profile {0} is in use by another copy. Type /erase there, or quit that copy and try again.")]
    InUse(ProfileName),
    /// The history cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The history cannot be opened for erasing.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A request to the history failed.
    #[error("{}", disk::store_failure(.0))]
    Store(#[from] StoreFailure),
    /// The system does not say which networks there are.
    #[error("Cannot list the network interfaces of this machine: {0}. Name the network with --network.")]
    Interfaces(io::Error),
    /// There is nobody to ask.
    #[error("Nothing was erased: there is no terminal to ask you on. Add --yes to erase without asking.")]
    NobodyToAsk,
    /// The user has thought better of it.
    #[error("Nothing was erased.")]
    Declined,
    /// The output cannot be written.
    #[error("Cannot write the output: {0}.")]
    Output(#[from] io::Error),
}

impl Error {
    /// Whether the command line or the settings are wrong.
    pub const fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Room(_)
                | Self::Nobody(_)
                | Self::Several(_)
                | Self::SeveralRooms(_)
                | Self::NoDirect
                | Self::Ephemeral
                | Self::NobodyToAsk
        )
    }
}
