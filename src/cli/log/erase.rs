//! Takes a room's history off this machine's disk.

use std::io::Write;

use super::{Error, Options, pages::unexpected, place};
use crate::{
    core::log::storage::{Reply, Request},
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
    let (room, network) = (options.room, &options.network);
    // Locked until it is done: a copy that runs knows what it holds, and would go on from there.
    let named = profile::Options { name: Some(profile.name().clone()), ..options.profile.clone() };
    let _locked = profile::open(&named).map_err(|error| match error {
        ProfileError::InUse(name) => Error::InUse(name),
        other => other.into(),
    })?;
    let question = format!(
        "This takes all that was said in {room} on this network ({network}) off this machine's disk, for good. Others keep \
         what they have. Type yes: "
    );
    if !confirm(&question)? {
        return Err(Error::Declined);
    }
    if let Ok(None) = store::open_in_its_format(&place(options, profile)) {
        writeln!(output, "Nothing was ever kept here.")?;
        return Ok(None);
    }
    let mut opened = store::open(&place(options, profile))?;
    let Reply::Raised { lines, .. } = opened.database.handle(Request::Erase(room.id()))? else {
        return Err(unexpected().into());
    };
    writeln!(output, "{lines} lines of {room} are gone from this machine.")?;
    Ok(opened.recovered.map(|_| "The history was damaged. The damaged file is gone too.".to_owned()))
}
