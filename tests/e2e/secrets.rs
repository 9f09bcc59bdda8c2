//! Who knows a text.

use std::path::Path;

use crate::support::Node;

/// Whether any file below `place` has this text in it.
pub(crate) fn holds(place: &Path, text: &str) -> bool {
    std::fs::read_dir(place).unwrap().any(|entry| {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            return holds(&entry.path(), text);
        }
        // A file may be gone by now, or be a socket.
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

/// Whether a node has printed it.
pub(crate) fn has_heard(node: &Node, text: &str) -> bool {
    !node.all(|event| (event["text"] == text).then_some(())).is_empty()
}
