//! How many lines each gives up, so that nobody is cut below what others keep.

use crate::domain::limit::fair_level;

/// How many lines each gives up until `beyond` are gone, if the next line always comes from the one with the most.
/// Among equals, that is the one that had more at first, and then the one that stands first in the list.
pub(super) fn give_up(counts: &[u64], beyond: u64) -> Vec<u64> {
    let sum = |counts: &[u64]| counts.iter().copied().map(u128::from).sum::<u128>();
    let Some(kept) = sum(counts).checked_sub(beyond.into()) else { return counts.to_vec() };
    let level = fair_level(kept, counts.to_vec());
    let mut gone: Vec<u64> = counts.iter().map(|count| count.saturating_sub(level)).collect();
    // These are a few too many. The last ones to go stay.
    let too_much = sum(&gone).saturating_sub(beyond.into());
    let mut last: Vec<(usize, &mut u64)> = gone.iter_mut().enumerate().filter(|(_, gone)| **gone > 0).collect();
    last.sort_by_key(|(at, gone)| (**gone, std::cmp::Reverse(*at)));
    for (_, gone) in last.into_iter().take(usize::try_from(too_much).unwrap_or(usize::MAX)) {
        *gone -= 1;
    }
    gone
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_one_with_the_most_gives_first() {
        assert_eq!(give_up(&[600, 100], 200), [200, 0]);
        assert_eq!(give_up(&[600, 100], 550), [525, 25]);
        assert_eq!(give_up(&[600, 100], 551), [526, 25], "who had more gives the odd one");
        assert_eq!(give_up(&[5, 5, 5], 4), [2, 1, 1]);
        assert_eq!(give_up(&[5, 0], 0), [0, 0]);
        assert_eq!(give_up(&[5, 2], 9), [5, 2]);
        assert_eq!(give_up(&[], 9), [0; 0]);
        assert_eq!(give_up(&[u64::MAX, u64::MAX], u64::MAX - 1), [u64::MAX / 2, u64::MAX / 2]);
    }

    proptest! {
        #[test]
        fn equals_taking_lines_one_by_one(counts in prop::collection::vec(0_u64..20, 0..8), beyond in 0_u64..200) {
            let mut left = counts.clone();
            for _ in 0..beyond {
                let most = (0..left.len()).max_by_key(|&at| (left[at], counts[at], std::cmp::Reverse(at)));
                if let Some(at) = most.filter(|&at| left[at] > 0) {
                    left[at] -= 1;
                }
            }
            let gone: Vec<u64> = counts.iter().zip(left).map(|(count, left)| count - left).collect();
            prop_assert_eq!(give_up(&counts, beyond), gone);
        }
    }
}
