//! What a node says about its program's version.

use std::sync::Arc;

/// The longest version text that we accept, in bytes.
const MAX_VERSION_BYTES: usize = 32;

/// A version text that is safe to show; "unknown" in place of one that is not.
pub(super) fn release(text: &str) -> Arc<str> {
    let is_safe = !text.is_empty() && text.len() <= MAX_VERSION_BYTES && text.bytes().all(|b| b.is_ascii_graphic());
    if is_safe { text.into() } else { "unknown".into() }
}
