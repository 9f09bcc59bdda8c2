//! Reads a profile without using it, even while another copy has it: nothing is made, locked or changed.

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use super::{
    Options, ProfileError, error::File, key, known, load, networks, private, private_rooms, root, settings,
    settings::Settings,
};
use crate::{
    core::networks::NetworkRecord,
    domain::{
        bus::KeptPrivate,
        model::{Known, Network, Nick, NodeId, ProfileName},
    },
    protocol::identity::Identity,
};

/// What a profile says about its user.
#[derive(Debug)]
pub struct Existing {
    name: ProfileName,
    directory: PathBuf,
    identity: Identity,
    settings: Settings,
    known: Vec<Known>,
    networks: Vec<NetworkRecord>,
    private: KeptPrivate,
}

/// Reads the profile of that name; without a name, the one that the first copy takes. `None` if it was never used.
///
/// # Errors
/// [`ProfileError`], whose text says what to do.
pub fn find_existing(options: &Options) -> Result<Option<Existing>, ProfileError> {
    if options.ephemeral {
        return Ok(None);
    }
    let name = options.name.clone().unwrap_or_else(|| ProfileName::of_copy(NonZeroU32::MIN));
    let directory = root(options)?.join(name.as_str());
    if !directory.try_exists().map_err(|error| ProfileError::Directory { path: directory.clone(), error })? {
        return Ok(None);
    }
    private::check_directory(&directory)?;
    let Some(identity) = key::load(&directory)? else { return Ok(None) };
    let settings = load(&directory, File::Settings, settings::MAX_BYTES, Settings::parse)?;
    let (known, _) = load(&directory, File::Known, known::MAX_BYTES, known::parse)?;
    let networks = load(&directory, File::Networks, networks::MAX_BYTES, networks::parse)?;
    let private = load(&directory, File::Rooms, private_rooms::MAX_BYTES, private_rooms::parse)?;
    Ok(Some(Existing { name, directory, identity, settings, known, networks, private }))
}

impl Existing {
    /// Its name.
    pub const fn name(&self) -> &ProfileName {
        &self.name
    }

    /// Where its files are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The key that everybody knows its user by.
    pub fn node(&self) -> NodeId {
        self.identity.node()
    }

    /// Its key pair.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The name to go by, if one was given on the screen.
    pub const fn nick(&self) -> Option<&Nick> {
        self.settings.nick.as_ref()
    }

    /// On which networks the node is open or closed, as far as the user has chosen that on the screen.
    pub fn lan(&self) -> &[(Network, bool)] {
        &self.settings.lan
    }

    /// The private rooms that its user was in, with their names.
    pub const fn private_rooms(&self) -> &KeptPrivate {
        &self.private
    }

    /// The networks that it was on, if any run has kept them.
    pub fn networks(&self) -> &[NetworkRecord] {
        &self.networks
    }

    /// All keys that were met.
    pub fn known(&self) -> &[Known] {
        &self.known
    }
}
