//! Older lines are held back.

use super::lists::list;

/// How many people are named; more are counted.
const MAX_NAMES: usize = 3;

/// The sentence, for people with these names; `None` if there are none.
pub(crate) fn withheld(names: &[String]) -> Option<String> {
    let who = match names {
        [] => return None,
        few if few.len() <= MAX_NAMES => list(few, "and"),
        _ => format!("{} people", names.len()),
    };
    Some(format!(
        "Earlier messages are held back from {who}: nobody who was on this network before is here. /lan share gives \
         them to everyone here."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_people_are_named_and_many_are_counted() {
        let names: Vec<String> = ["alice", "bob", "carol", "dave"].map(str::to_owned).to_vec();
        let said = |n: usize| withheld(&names[..n]);
        assert_eq!(said(0), None);
        assert!(said(1).unwrap().contains("held back from alice:"));
        assert!(said(3).unwrap().contains("held back from alice, bob and carol:"));
        assert!(said(4).unwrap().contains("held back from 4 people:"));
    }
}
