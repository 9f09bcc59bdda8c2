//! How much each may keep when all together have too much.

/// The amount that each may keep so that all together have at most `limit`. Amounts below it stay as they are.
pub fn fair_level(limit: u128, mut amounts: Vec<u64>) -> u64 {
    amounts.sort_unstable();
    let mut left = limit;
    for (at, amount) in amounts.iter().enumerate() {
        let share = left / (amounts.len() - at) as u128;
        match u64::try_from(share) {
            Ok(share) if *amount > share => return share,
            _ => left -= u128::from(*amount),
        }
    }
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_amount_is_cut_first() {
        assert_eq!(fair_level(100, vec![10, 20, 30]), u64::MAX);
        assert_eq!(fair_level(100, vec![10, 200, 20]), 70);
        assert_eq!(fair_level(100, vec![10, 200, 300]), 45);
        assert_eq!(fair_level(0, vec![5]), 0);
        assert_eq!(fair_level(0, Vec::new()), u64::MAX);
    }

    #[test]
    fn the_level_keeps_the_limit_and_wastes_little() {
        for seed in 0..200 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let amounts: Vec<u64> = (0..rng.usize(1..50)).map(|_| rng.u64(0..10_000)).collect();
            let limit = rng.u64(0..200_000);
            let level = fair_level(limit.into(), amounts.clone());
            let kept: u64 = amounts.iter().map(|amount| (*amount).min(level)).sum();
            assert!(kept <= limit, "{seed}");
            assert!(level == u64::MAX || kept + amounts.len() as u64 >= limit, "{seed}");
        }
    }
}
