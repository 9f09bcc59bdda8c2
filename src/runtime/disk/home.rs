//! The user's directories for data, settings and logs.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;

use super::trouble::foreign_owner;

/// Why the user's directories are not known. The text says why and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// The system names none.
    #[error(
        "No directory for your data is known. Set HOME, or give one with --data-dir, or add --ephemeral to store nothing."
    )]
    Unknown,
    /// Where it is would depend on where the program was started.
    #[error(
        "HOME is \"{}\", which is no whole path: it would be another directory wherever you start. Set HOME to a path that begins with /, or give a --data-dir, or add --ephemeral to store nothing.",
        .0.display()
    )]
    Relative(PathBuf),
    /// It belongs to another user, and what would be written there to this one.
    #[error(
        "HOME is {}, which belongs to another user ({owner}), so your files do not belong there. Set HOME to your own directory (sudo -H does), or give a --data-dir, or add --ephemeral to store nothing.",
        home.display()
    )]
    Foreign {
        /// The directory.
        home: PathBuf,
        /// Who owns it, and who the user is.
        owner: String,
    },
}

/// Where the user's directories are.
///
/// # Errors
/// [`HomeError`], with a text for the user.
pub fn directories() -> Result<impl BaseStrategy, HomeError> {
    match relative(env::var_os("HOME")) {
        // Other systems have other ways to say where it is.
        Some(home) if cfg!(unix) => Err(HomeError::Relative(home)),
        _ => etcetera::choose_base_strategy().map_err(|_| HomeError::Unknown),
    }
}

/// Keeps an administrator, who may write everywhere, from leaving files in the home of a user who cannot read them then.
/// Others are stopped by the system. `place` is where something is to be written; what is there already and the
/// administrator's own may be used.
///
/// # Errors
/// [`HomeError::Foreign`] if it is such a place.
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

/// Variables that were set to what cannot be used, and what was taken instead: `data` is where profiles are. One sentence
/// each.
pub fn ignored_variables(data: &Path) -> Vec<String> {
    if cfg!(unix) { ignored(env::var_os("HOME"), env::var_os("XDG_DATA_HOME"), data) } else { Vec::new() }
}

fn ignored(home: Option<OsString>, xdg: Option<OsString>, data: &Path) -> Vec<String> {
    let place = data.display();
    let mut said = Vec::new();
    if let Some(xdg) = relative(xdg) {
        let xdg = xdg.display();
        said.push(format!(
            "XDG_DATA_HOME is \"{xdg}\", which is no whole path, so it is ignored. Profiles are in {place}."
        ));
    } else if home.is_some_and(|home| home.is_empty()) {
        said.push(format!("HOME is empty, so your account's own directory is used. Profiles are in {place}."));
    }
    said
}

fn relative(variable: Option<OsString>) -> Option<PathBuf> {
    let path = PathBuf::from(variable?);
    (!path.as_os_str().is_empty() && !path.is_absolute()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_said_with_what_is_used() {
        let said = |home: &str, xdg: &str| {
            let data = Path::new("/data/proximity-chat");
            let said = ignored(Some(home.into()), Some(xdg.into()), data);
            assert!(said.iter().all(|text| text.ends_with("Profiles are in /data/proximity-chat.")), "{said:?}");
            said.iter().map(|text| text.split_whitespace().next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(said("/home/a", ""), [""; 0]);
        assert_eq!(said("/home/a", "/x"), [""; 0]);
        assert_eq!(said("/home/a", "x/y"), ["XDG_DATA_HOME"]);
        assert_eq!(said("", ""), ["HOME"]);
        assert_eq!(relative(Some("a/b".into())), Some("a/b".into()));
        assert_eq!(relative(Some("/a".into())), None);
    }
}
