//! Erases a room's history from this machine's disk.

use std::io::Write;

use super::{Error, Options, pages::unexpected, place, room_id};
use crate::{
    core::log::storage::{Reply, Request},
    frontend::words::log as words,
    runtime::{
        profile::{self, Existing, ProfileError},
        store,
    },
};

pub(super) fn run(
    options: &Options,
    profile: &Existing,
    mut output: impl Write,
    confirm: impl FnOnce(&str) -> Result<bool, Error>,
) -> Result<Option<String>, Error> {
    let (room, network, id) = (&options.room, &options.network, room_id(options, profile)?);
    // Locked until it is done: a running copy knows what it holds, and would go on from there.
    let named = profile::Options { name: Some(profile.name().clone()), ..options.profile.clone() };
    let _locked = profile::open(&named).map_err(|error| match error {
        ProfileError::InUse(name) => Error::InUse(name),
        other => other.into(),
    })?;
    if !confirm(&words::erase_question(room, network))? {
        return Err(Error::Declined);
    }
    if let Ok(None) = store::open_in_its_format(&place(options, profile)) {
        writeln!(output, "{}", words::NOTHING_TO_ERASE)?;
        return Ok(None);
    }
    let mut opened = store::open(&place(options, profile))?;
    let Reply::Raised { lines, .. } = opened.database.handle(Request::Erase(id))? else {
        return Err(unexpected().into());
    };
    writeln!(output, "{}", words::erased(room, lines))?;
    Ok(opened.recovered.map(|_| words::DAMAGED_ERASED.to_owned()))
}
