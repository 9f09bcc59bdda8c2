//! The list of commands that the draft could become. It takes no keys and has no state: the draft says it all.

use crate::frontend::slash::{self, Spec};

/// The commands that `draft` could become; none unless it is the start of one.
pub(crate) fn suggestions(draft: &str) -> Vec<&'static Spec> {
    match draft.strip_prefix('/') {
        Some(name) if !name.contains(|c: char| c.is_whitespace() || c == '/') => slash::complete(name),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_start_of_a_command_has_suggestions() {
        let names = |draft| suggestions(draft).iter().map(|spec| spec.name).collect::<Vec<_>>();
        assert_eq!(names("/res"), ["rescan"]);
        assert_eq!(names("/").len(), slash::COMMANDS.len());
        for draft in ["", "res", "/rescan ", "//res", "/r/s"] {
            assert_eq!(names(draft), [""; 0], "{draft:?}");
        }
    }
}
