//! Reads settings from the machine. No other part of `config` touches files or the environment.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;

use super::{Args, Config, ConfigError, FileText, Sources, merge};
use crate::runtime::disk::directories;

/// The variable that names the config file.
const CONFIG_VARIABLE: &str = "PROXIMITY_CHAT_CONFIG";

/// A larger file is not a config file, and reading all of it could exhaust the memory.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Reads the settings from the command line, the environment and the config file.
///
/// # Errors
/// [`ConfigError`] as for [`merge()`], and if a config file exists but cannot be read, or was named but does not exist.
pub fn load(args: &Args) -> Result<Config, ConfigError> {
    let file = match named_file(args) {
        Some(path) => Some((read(&path)?, path)),
        None => match default_file() {
            Some(path) => read_if_there(&path)?.map(|bytes| (bytes, path)),
            None => None,
        },
    };
    let name = file.as_ref().map(|(_, path)| path.display().to_string()).unwrap_or_default();
    let lossy = |os: OsString| os.to_string_lossy().into_owned();
    let env: Vec<_> = std::env::vars_os().map(|(name, value)| (lossy(name), lossy(value))).collect();
    merge(Sources {
        args,
        env: &env,
        file: file.as_ref().map(|(bytes, _)| FileText { name: &name, bytes }),
        login: whoami::username().ok().as_deref(),
    })
}

fn named_file(args: &Args) -> Option<PathBuf> {
    let variable = || std::env::var_os(CONFIG_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    args.config.clone().or_else(variable)
}

fn default_file() -> Option<PathBuf> {
    let dirs = directories().ok()?;
    Some(dirs.config_dir().join("proximity-chat").join("config.json"))
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let mut bytes = Vec::new();
    let read = |bytes: &mut Vec<u8>| File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(bytes);
    match read(&mut bytes) {
        Ok(length) if length as u64 > MAX_FILE_BYTES => {
            Err(ConfigError::TooLarge { path: path.to_owned(), max: MAX_FILE_BYTES })
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(ConfigError::Read { path: path.to_owned(), error }),
    }
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, ConfigError> {
    match read(path) {
        // NotADirectory: there is a file in place of the config directory.
        Err(ConfigError::Read { error, .. })
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        other => other.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_named_config_file_must_exist() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("none.json");
        assert!(matches!(read(&path), Err(ConfigError::Read { .. })));
        assert!(read_if_there(&path).unwrap().is_none());
        std::fs::write(&path, "{}").unwrap();
        assert_eq!(read_if_there(&path).unwrap().as_deref(), Some(b"{}".as_slice()));
        assert!(read_if_there(dir.path()).is_err(), "a directory");
    }

    #[test]
    fn a_huge_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge.json");
        File::create(&path).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("larger than 1048576 bytes"));
    }
}
