//! Lists and numbers within sentences.

use crate::domain::model::group;

/// `a`, `a and b`, `a, b and c`: `last` is the word before the last one.
pub(crate) fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., end] => format!("{} {last} {end}", others.join(", ")),
    }
}

/// A number with what it counts: `1 message`, `70,112 messages`. The plural of `unit` takes an s.
pub(crate) fn counted(n: impl TryInto<u64>, unit: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{} {unit}{}", group(n), if n == 1 { "" } else { "s" })
}

/// `1 person` or `1,234 people`.
pub(crate) fn people(number: usize) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", group(number)) }
}

/// `1 line was` or `1,234 lines were`.
pub(crate) fn were(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one} was") } else { format!("{} {many} were", group(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_join_their_last_item_and_one_is_singular() {
        let names = ["a", "b", "c"].map(str::to_owned);
        assert_eq!([0, 1, 2, 3].map(|n| list(&names[..n], "or")), ["", "a", "a or b", "a, b or c"]);
        assert_eq!([1, 0, 1_234].map(|n| were(n, "line", "lines")), ["1 line was", "0 lines were", "1,234 lines were"]);
    }
}
