//! How it is said that older lines are held back.

/// Names that are said; of more people the number.
const MAX_NAMES: usize = 3;

/// The sentence, for people of these names; none if there are none.
pub(crate) fn withheld(names: &[String]) -> Option<String> {
    let who = match names {
        [] => return None,
        [one] => one.clone(),
        [others @ .., last] if names.len() <= MAX_NAMES => format!("{} and {last}", others.join(", ")),
        _ => format!("{} people", names.len()),
    };
    Some(format!(
        "What was said on this network before is held back from {who}: nobody known from this network is here. /lan share \
         gives it to everybody who is here."
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
