//! Names of profiles, which are names of directories too.

use std::{fmt, num::NonZeroU32};

/// The longest name, in bytes: it appears in messages and in paths.
const MAX_BYTES: usize = 32;

/// The profile of a user who names none, and the prefix of further ones.
const DEFAULT: &str = "default";

/// Names that are devices on Windows, whatever the directory; refused everywhere, so that a profile can move to another
/// system.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Devices followed by a digit from 0 to 9.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// The name of a profile: 1 to 32 ASCII letters, digits, `-` and `_`, beginning with a letter or a digit. It cannot
/// contain a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProfileName(Box<str>);

impl ProfileName {
    /// Checks a name that somebody gave.
    pub fn new(name: &str) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let fits = (1..=MAX_BYTES).contains(&name.len()) && name.chars().all(allowed);
        (fits && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && !is_device(name)).then(|| Self(name.into()))
    }

    /// The profile that a copy of the program takes when none is named: `default`, `default-2`, `default-3`.
    pub fn of_copy(number: NonZeroU32) -> Self {
        Self(if number == NonZeroU32::MIN { DEFAULT.into() } else { format!("{DEFAULT}-{number}").into() })
    }

    /// Which copy takes this profile by default; also 1 for profiles that no copy takes.
    pub fn copy(&self) -> NonZeroU32 {
        let number = self.0.strip_prefix(DEFAULT).and_then(|rest| rest.strip_prefix('-')?.parse().ok());
        number.filter(|&number| Self::of_copy(number) == *self).unwrap_or(NonZeroU32::MIN)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_device(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let numbered = |device| name.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.parse::<u8>().is_ok());
    DEVICES.contains(&name.as_str()) || NUMBERED_DEVICES.into_iter().any(numbered)
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_plain_word() {
        for name in ["default", "default-2", "work", "A_1", "7", "console", "com10", &"x".repeat(32)] {
            assert_eq!(ProfileName::new(name).map(|name| name.to_string()).as_deref(), Some(name));
        }
        for name in ["", ".", "..", "a/b", "a\\b", "a b", "-x", "_x", "é", "a\0", "a:b", "CON", "lpt1", &"x".repeat(33)]
        {
            assert_eq!(ProfileName::new(name), None, "{name}");
        }
    }

    #[test]
    fn copies_are_numbered() {
        for (number, name) in [(1, "default"), (2, "default-2"), (17, "default-17")] {
            let number = NonZeroU32::new(number).unwrap();
            let profile = ProfileName::of_copy(number);
            assert_eq!((profile.as_str(), profile.copy()), (name, number));
            assert_eq!(ProfileName::new(name), Some(profile));
        }
        for name in ["work", "work-2", "default2", "default-1", "default-02", "default-0", "default-x"] {
            assert_eq!(ProfileName::new(name).unwrap().copy(), NonZeroU32::MIN, "{name}");
        }
    }
}
