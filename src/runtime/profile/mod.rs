//! Who the user is, across runs: the private key, what was set on the screen, and whom they know.
//!
//! A profile is the directory `DATA/proximity-chat/<name>`, private and locked while it is in use, so that several
//! copies started by one user are several people. Nothing in it is ever replaced because it is damaged: silently
//! forgetting who was verified, or becoming somebody else, would be worse than not starting.

mod error;
mod existing;
mod key;
mod known;
mod lock;
mod networks;
mod pretty;
mod private;
mod private_rooms;
mod renewal;
mod rooms;
mod saver;
mod settings;
mod unreadable;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

pub use self::{
    error::{File, ProfileError, SaveError},
    existing::{Existing, find_existing},
    known::MAX_KNOWN,
    renewal::{Renewal, Renewed},
    saver::Saver,
    settings::Chosen,
};
use self::{known::Rest, settings::Settings, unreadable::Unreadable};
use crate::{
    core::networks::NetworkRecord,
    domain::{
        bus::{KeptPrivate, KeptRooms},
        model::{Known, Network, Nick, ProfileName, Text},
    },
    protocol::identity::Identity,
    runtime::disk::{check_owner, directories, ignored_variable},
};

/// The directory of all profiles, in the user's directory for data.
const DIRECTORY: &str = "proximity-chat";

/// How many characters of the reason why a file cannot be read are shown: a few lines of a terminal.
const MAX_REASON: usize = 400;

/// Which profile to use.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where profiles are, instead of the user's directory for data.
    pub data_dir: Option<PathBuf>,
    /// Which one; without a name the first one that no other copy has.
    pub name: Option<ProfileName>,
    /// Use none, but a throw-away key: nothing is read or stored. The other options then do not matter.
    pub ephemeral: bool,
}

/// An open profile. It belongs to this copy as long as it, or one of its [`Saver`]s, lives.
#[derive(Debug)]
pub struct Profile {
    identity: Identity,
    settings: Settings,
    known: Vec<Known>,
    networks: Vec<NetworkRecord>,
    private: KeptPrivate,
    notices: Vec<String>,
    saver: Saver,
}

/// Opens a profile, and makes it at its first use.
///
/// # Errors
/// [`ProfileError`], whose text says what to do. Nothing that existed is changed in that case.
pub fn open(options: &Options) -> Result<Profile, ProfileError> {
    if options.ephemeral {
        let (settings, known, notices) = (Settings::default(), Vec::new(), Vec::new());
        return Ok(Profile {
            identity: key::make()?,
            settings,
            known,
            networks: Vec::new(),
            private: KeptPrivate::default(),
            notices,
            saver: Saver::new(None, Settings::default(), Rest::default()),
        });
    }
    let root = root(options)?;
    let place = match &options.name {
        Some(name) => lock::take(&root, name)?,
        None => lock::take_free(&root)?,
    };
    let ignored = ignored_variable(&root).filter(|_| options.data_dir.is_none());
    let taken = NextFree::of(&place.name).filter(|_| options.name.is_none());
    let notices = ignored.map(|ignored| ignored.to_string()).into_iter().chain(taken.map(|taken| taken.to_string()));
    let notices = notices.collect();
    let identity = key::load_or_make(&place.directory)?;
    let settings = load(&place.directory, File::Settings, settings::MAX_BYTES, Settings::parse)?;
    let (known, rest) = load(&place.directory, File::Known, known::MAX_BYTES, known::parse)?;
    let networks = load(&place.directory, File::Networks, networks::MAX_BYTES, networks::parse)?;
    let private = load(&place.directory, File::Rooms, private_rooms::MAX_BYTES, private_rooms::parse)?;
    let saver = Saver::new(Some(place), settings.clone(), rest);
    Ok(Profile { identity, settings, known, networks, private, notices, saver })
}

/// Where the profiles are.
fn root(options: &Options) -> Result<PathBuf, ProfileError> {
    if let Some(directory) = &options.data_dir {
        return Ok(directory.clone());
    }
    let root = directories()?.data_dir().join(DIRECTORY);
    check_owner(&root)?;
    Ok(root)
}

/// Says that the profile is not the one that was expected, because others were in use.
#[derive(Debug, thiserror::Error)]
enum NextFree {
    #[error("Profile default is in use by another copy; this is {0}.")]
    Second(ProfileName),
    #[error("Profiles default and default-2 are in use by other copies; this is {0}.")]
    Third(ProfileName),
    #[error("Profiles default to default-{last} are in use by other copies; this is {0}.", last = .0.copy().get() - 1)]
    Later(ProfileName),
}

impl NextFree {
    fn of(name: &ProfileName) -> Option<Self> {
        match name.copy().get() {
            1 => None,
            2 => Some(Self::Second(name.clone())),
            3 => Some(Self::Third(name.clone())),
            _ => Some(Self::Later(name.clone())),
        }
    }
}

fn load<T: Default>(
    directory: &Path,
    file: File,
    max: u64,
    parse: impl FnOnce(&[u8]) -> Result<T, Unreadable>,
) -> Result<T, ProfileError> {
    let path = directory.join(file.name());
    match private::read(&path, file, max)? {
        Some(bytes) => parse(&bytes).map_err(|unreadable| unreadable.into_error(path, file, shown)),
        None => Ok(T::default()),
    }
}

/// What is wrong with a file, made safe for a terminal, because the reason quotes the file.
fn shown(what: &str) -> String {
    let mut plain = String::new();
    for c in what.chars().take(MAX_REASON) {
        if c.is_control() {
            plain.extend(c.escape_default());
        } else {
            plain.push(c);
        }
    }
    Text::cut(&plain).map_or_else(String::new, |text| text.to_string())
}

impl Profile {
    /// Its name; a throw-away one has none.
    pub fn name(&self) -> Option<&ProfileName> {
        self.saver.name()
    }

    /// Where its files are; a throw-away one has none.
    pub fn directory(&self) -> Option<&Path> {
        self.saver.directory()
    }

    /// The key that everybody knows us by.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The name to go by, if one was given on the screen in an earlier run.
    pub const fn nick(&self) -> Option<&Nick> {
        self.settings.nick.as_ref()
    }

    /// Whether messages are shown plainly, if that was chosen on the screen in an earlier run.
    pub const fn plain_view(&self) -> Option<bool> {
        self.settings.plain_view
    }

    /// The rooms that the user was in, in their order.
    pub fn rooms(&self) -> KeptRooms {
        KeptRooms { list: self.settings.rooms.clone(), private: self.private.clone() }
    }

    /// The private rooms that the user is in or was invited to.
    pub const fn private_rooms(&self) -> &KeptPrivate {
        &self.private
    }

    /// Whether others are told about typing, if that was chosen on the screen in an earlier run.
    pub const fn typing(&self) -> Option<bool> {
        self.settings.typing
    }

    /// On which networks the node is open or closed, as far as the user has chosen that on the screen.
    pub fn lan(&self) -> &[(Network, bool)] {
        &self.settings.lan
    }

    /// The networks that it was on, if any run has kept them.
    pub fn networks(&self) -> &[NetworkRecord] {
        &self.networks
    }

    /// All keys that we have met; at most [`MAX_KNOWN`].
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// What is worth saying about it at the start, one sentence each.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Stores what changes. It does nothing for a throw-away profile.
    pub fn saver(&self) -> Saver {
        self.saver.clone()
    }
}
