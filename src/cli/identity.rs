//! `proximity-chat identity`: prints the user's key, or makes a new one.

use std::io::{self, Write};

use crate::{
    domain::model::ProfileName,
    frontend::words::identity as words,
    runtime::profile::{self, ProfileError, Renewal, Renewed},
};

/// Why it did not work. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// There is no profile yet, so there is no key.
    #[error(
        "There is no key yet: the chat makes one when it first starts. If it has run before, check --profile and --data-dir."
    )]
    NoKey,
    /// Ephemeral profiles have a new key each time.
    #[error("With ephemeral, every run has a new key. Leave ephemeral out to see or replace the key of a profile.")]
    Ephemeral,
    /// Another copy of the program is using this profile.
    #[error("Profile {0} is in use by another copy. Quit that copy and try again.")]
    InUse(ProfileName),
    /// There is nobody to ask.
    #[error("The key was not replaced: there is no terminal to ask you on. Add --yes to replace it without asking.")]
    NobodyToAsk,
    /// The user has thought better of it.
    #[error("The key was not replaced.")]
    Declined,
    /// The output cannot be written.
    #[error("Cannot write the output: {0}.")]
    Output(#[from] io::Error),
}

impl Error {
    /// Whether the command line or the settings are wrong.
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Ephemeral | Self::NobodyToAsk)
    }
}

/// Prints the key of a profile, or gives it a new one once `confirm` has answered a question with yes. `date` is
/// today's date, for the name of the old key's file. `confirm` returns `None` if nobody can be asked.
///
/// # Errors
/// [`Error`], whose text says what happened and what to do.
pub fn run(
    options: &profile::Options,
    new: bool,
    date: &str,
    mut output: impl Write,
    confirm: impl FnOnce(&str) -> Option<bool>,
) -> Result<(), Error> {
    if options.ephemeral {
        return Err(Error::Ephemeral);
    }
    let Some(existing) = profile::find_existing(options)? else { return Err(Error::NoKey) };
    let name = existing.name().clone();
    if !new {
        writeln!(output, "{}", existing.node())?;
        return Ok(());
    }
    // Locked until it is done: a running copy would go on with the old key.
    let named = profile::Options { name: Some(name.clone()), ..options.clone() };
    let renewal = Renewal::begin(&named).map_err(|error| match error {
        ProfileError::InUse(name) => Error::InUse(name),
        other => other.into(),
    })?;
    match confirm(&words::question(&name)) {
        None => return Err(Error::NobodyToAsk),
        Some(false) => return Err(Error::Declined),
        Some(true) => {}
    }
    let Renewed { old, new, kept } = renewal.make(date)?;
    writeln!(output, "{}", words::renewed(&new.short(), &old.short(), &kept))?;
    Ok(())
}
