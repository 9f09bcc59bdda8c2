//! Stores what changes while the program runs.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    error::{File, SaveError},
    known::{self, Rest},
    lock::Locked,
    networks, private, private_rooms,
    settings::{Chosen, Settings},
};
use crate::{
    core::networks::NetworkRecord,
    domain::{
        bus::KeptPrivate,
        model::{Known, Nick, ProfileName},
    },
};

/// Writes into an open profile. Every call waits for the disk: a few milliseconds, seconds on a bad day. Clones share
/// the profile; calls from several threads follow one another.
#[derive(Debug, Clone)]
pub struct Saver {
    /// `None` for a throw-away profile.
    place: Option<Arc<SettingsFile>>,
}

#[derive(Debug)]
struct SettingsFile {
    locked: Locked,
    /// What is in the settings file. Its lock makes sure that files are written one at a time: two writers would share
    /// the file beside the real one.
    settings: Mutex<Settings>,
    /// What a later release has noted about keys. It stays in the file.
    rest: Rest,
}

impl Saver {
    pub(super) fn new(locked: Option<Locked>, settings: Settings, rest: Rest) -> Self {
        let settings = Mutex::new(settings);
        Self { place: locked.map(|locked| Arc::new(SettingsFile { locked, settings, rest })) }
    }

    pub(super) fn directory(&self) -> Option<&Path> {
        self.place.as_deref().map(|place| place.locked.directory.as_path())
    }

    pub(super) fn name(&self) -> Option<&ProfileName> {
        self.place.as_deref().map(|place| &place.locked.name)
    }

    /// Whether anything is kept at all. A throw-away profile keeps nothing.
    pub fn keeps(&self) -> bool {
        self.place.is_some()
    }

    /// Remembers the name to go by.
    ///
    /// # Errors
    /// [`SaveError`]; the name that was remembered before still is.
    pub fn save_nick(&self, nick: &Nick) -> Result<(), SaveError> {
        self.save_chosen(&Chosen { nick: Some(nick.clone()), ..Chosen::default() })
    }

    /// Remembers what the user has chosen.
    ///
    /// # Errors
    /// [`SaveError`]; what was remembered before still is.
    pub fn save_chosen(&self, chosen: &Chosen) -> Result<(), SaveError> {
        if let Some(private) = &chosen.private {
            self.save_private_rooms(private)?;
        }
        if chosen.changes_no_settings() { Ok(()) } else { self.save_settings(|settings| settings.choose(chosen)) }
    }

    /// Remembers these networks in place of the earlier ones.
    ///
    /// # Errors
    /// [`SaveError`]; the networks that were remembered before still are.
    pub fn save_networks(&self, records: &[NetworkRecord]) -> Result<(), SaveError> {
        self.replace(File::Networks, |_| networks::to_json(records))
    }

    fn save_private_rooms(&self, rooms: &KeptPrivate) -> Result<(), SaveError> {
        self.replace(File::Rooms, |_| private_rooms::to_json(rooms))
    }

    fn save_settings(&self, change: impl FnOnce(&mut Settings)) -> Result<(), SaveError> {
        let Some(place) = &self.place else { return Ok(()) };
        let mut held = place.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut settings = held.clone();
        change(&mut settings);
        write(place, File::Settings, settings.to_json().ok_or_else(|| io::ErrorKind::InvalidData.into()))?;
        *held = settings;
        Ok(())
    }

    /// Remembers these keys in place of the earlier ones. If there are more than [`super::MAX_KNOWN`], those that the
    /// user decided about come first, then those met on two days, then those seen last; the rest are left out.
    ///
    /// # Errors
    /// [`SaveError`]; the keys that were remembered before still are.
    pub fn save_known(&self, known: &[Known]) -> Result<(), SaveError> {
        self.replace(File::Known, |place| known::to_json(known, &place.rest))
    }

    /// Replaces a file that has nothing to do with the settings.
    fn replace(
        &self,
        file: File,
        json: impl FnOnce(&SettingsFile) -> serde_json::Result<Vec<u8>>,
    ) -> Result<(), SaveError> {
        let Some(place) = &self.place else { return Ok(()) };
        // Nothing is half changed when a writer panics: the files are replaced as a whole.
        let _writing = place.settings.lock().unwrap_or_else(PoisonError::into_inner);
        write(place, file, json(place).map_err(io::Error::from))
    }
}

fn write(place: &SettingsFile, file: File, json: io::Result<Vec<u8>>) -> Result<(), SaveError> {
    let path = place.locked.directory.join(file.name());
    let json = json.map_err(|error| SaveError { path: path.clone(), error })?;
    private::replace(&path, &json)
}
