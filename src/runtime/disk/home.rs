//! The user's directories for data, settings and logs.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;

use super::trouble::{ForeignOwner, foreign_owner};

/// Why the user's directories are not known. The text says why and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// The system names none.
    #[error(
        "Your data directory is unknown. Set HOME, give another directory with --data-dir, or add --ephemeral to store nothing."
    )]
    Unknown,
    /// `HOME` is relative, so the directory would depend on where the program was started.
    #[error(
        "HOME is \"{}\", which is not an absolute path. Set HOME to a path that begins with /, give another directory with --data-dir, or add --ephemeral to store nothing.",
        .0.display()
    )]
    Relative(PathBuf),
    /// `HOME` belongs to another user, but files written there would belong to this one.
    #[error(
        "HOME is {}, which belongs to another user ({owner}). Set HOME to your own directory (sudo -H does), give another directory with --data-dir, or add --ephemeral to store nothing.",
        home.display()
    )]
    Foreign {
        /// The directory.
        home: PathBuf,
        /// Who owns it, and who the user is.
        owner: ForeignOwner,
    },
}

/// Where the user's directories are.
///
/// # Errors
/// [`HomeError`], with a text for the user.
pub fn directories() -> Result<impl BaseStrategy, HomeError> {
    match relative(env::var_os("HOME")) {
        // Other systems have other ways to name the home directory.
        Some(home) if cfg!(unix) => Err(HomeError::Relative(home)),
        _ => etcetera::choose_base_strategy().map_err(|_| HomeError::Unknown),
    }
}

/// Keeps an administrator, who may write everywhere, from leaving files in the home of another user, who could not read
/// them. The system stops everyone else. `place` is where something is to be written. If it already exists and is the
/// administrator's own, it may be used.
///
/// # Errors
/// [`HomeError::Foreign`] if `place` is in the home of another user.
pub fn check_owner(place: &Path) -> Result<(), HomeError> {
    let Some(home) =
        env::var_os("HOME").map(PathBuf::from).filter(|home| is_administrator() && place.starts_with(home))
    else {
        return Ok(());
    };
    match foreign_owner(&home) {
        Some(owner) if !place.exists() || foreign_owner(place).is_some() => Err(HomeError::Foreign { home, owner }),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn is_administrator() -> bool {
    rustix::process::geteuid().is_root()
}

/// Windows keeps the directories of its users apart by itself.
#[cfg(not(unix))]
fn is_administrator() -> bool {
    false
}

/// An environment variable whose value cannot be used. The text says what was used instead.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IgnoredVariable {
    /// `XDG_DATA_HOME` is relative, so the directory would depend on where the program was started.
    #[error(
        "XDG_DATA_HOME is \"{}\", which is not an absolute path, so it is ignored. Profiles are in {}.",
        value.display(),
        profiles.display()
    )]
    Data {
        /// The value of the variable.
        value: PathBuf,
        /// Where profiles are.
        profiles: PathBuf,
    },
    /// `HOME` is empty.
    #[error("HOME is empty, so the home directory of your account is used. Profiles are in {}.", profiles.display())]
    Home {
        /// Where profiles are.
        profiles: PathBuf,
    },
}

/// The variable that was ignored, if any. `data` is where profiles are.
pub fn ignored_variable(data: &Path) -> Option<IgnoredVariable> {
    if cfg!(unix) { ignored(env::var_os("HOME"), env::var_os("XDG_DATA_HOME"), data) } else { None }
}

fn ignored(home: Option<OsString>, xdg: Option<OsString>, data: &Path) -> Option<IgnoredVariable> {
    let profiles = data.to_owned();
    match relative(xdg) {
        Some(value) => Some(IgnoredVariable::Data { value, profiles }),
        None if home.is_some_and(|home| home.is_empty()) => Some(IgnoredVariable::Home { profiles }),
        None => None,
    }
}

fn relative(variable: Option<OsString>) -> Option<PathBuf> {
    let path = PathBuf::from(variable?);
    (!path.as_os_str().is_empty() && !path.is_absolute()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_variables_are_reported_with_the_directory_in_use() {
        let said = |home: &str, xdg: &str| {
            let data = Path::new("/data/proximity-chat");
            let said = ignored(Some(home.into()), Some(xdg.into()), data)?.to_string();
            assert!(said.ends_with("Profiles are in /data/proximity-chat."), "{said:?}");
            said.split_whitespace().next().map(str::to_owned)
        };
        assert_eq!(said("/home/a", ""), None);
        assert_eq!(said("/home/a", "/x"), None);
        assert_eq!(said("/home/a", "x/y").as_deref(), Some("XDG_DATA_HOME"));
        assert_eq!(said("", "").as_deref(), Some("HOME"));
        assert_eq!(relative(Some("a/b".into())), Some("a/b".into()));
        assert_eq!(relative(Some("/a".into())), None);
    }
}
