//! The form of all files of a profile: JSON that people can read.

use serde::Serialize;

/// The contents of a file.
///
/// # Errors
/// Those of the encoder.
pub(super) fn pretty(stored: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(stored)?;
    json.push(b'\n');
    Ok(json)
}
