//! Which tab the user means by what they type.

/// Why it is not clear which tab is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// None.
    Nothing,
    /// It may be one of these.
    Several(Vec<String>),
}

/// The tab that `typed` means, of tabs with these `labels`: its number, its name, or a beginning of the name that no
/// other one has. A name is found with and without its `#` or `@`, and the lock before it, in any case.
///
/// # Errors
/// [`NotFound`] if it means none of them, or several.
pub(super) fn find(typed: &str, labels: &[String]) -> Result<usize, NotFound> {
    let typed = typed.trim().trim_start_matches('*').to_lowercase();
    if let Some(at) = typed.parse::<usize>().ok().and_then(|number| number.checked_sub(1))
        && at < labels.len()
    {
        return Ok(at);
    }
    let is_marked = typed.starts_with(['#', '@']);
    let name = |label: &String| {
        let label = label.to_lowercase();
        if is_marked { label } else { label.trim_start_matches(['#', '@']).to_owned() }
    };
    let names: Vec<String> = labels.iter().map(name).collect();
    let mut exact = names.iter().enumerate().filter(|(_, name)| **name == typed).map(|(at, _)| at);
    if let (Some(at), None) = (exact.next(), exact.next()) {
        return Ok(at);
    }
    let begins = |name: &&String| !typed.is_empty() && name.starts_with(&typed);
    let found: Vec<usize> = names.iter().enumerate().filter(|(_, name)| begins(name)).map(|(at, _)| at).collect();
    match found.as_slice() {
        [] => Err(NotFound::Nothing),
        [one] => Ok(*one),
        several => Err(NotFound::Several(several.iter().filter_map(|at| labels.get(*at).cloned()).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<String> {
        ["#lobby", "#dev", "#dev-tools", "@bob", "@Zoë 山田", "#bob", "#42"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_tab_is_meant_by_number_name_or_beginning() {
        for (typed, at) in [
            ("1", 0),
            ("3", 2),
            ("dev", 1),
            ("#dev", 1),
            ("DEV-", 2),
            ("l", 0),
            ("@bob", 3),
            ("@b", 3),
            ("zoë 山", 4),
            ("#b", 5),
            ("#42", 6),
            ("42", 6),
        ] {
            assert_eq!(find(typed, &labels()), Ok(at), "{typed}");
        }
    }

    #[test]
    fn an_unclear_name_means_no_tab() {
        let several = |names: &[&str]| Err(NotFound::Several(names.iter().map(|name| (*name).to_owned()).collect()));
        assert_eq!(find("de", &labels()), several(&["#dev", "#dev-tools"]));
        assert_eq!(find("bob", &labels()), several(&["@bob", "#bob"]));
        for typed in ["", "#", "x", "0", "9", "-1", "@dev"] {
            let found = find(typed, &labels());
            assert!(matches!(found, Err(NotFound::Nothing)) || typed == "#" && found.is_err(), "{typed}: {found:?}");
        }
    }
}
