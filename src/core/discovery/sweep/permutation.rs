//! A random order of 0..n that needs no memory.

/// Rounds of the Feistel network. Four are enough to make the order look random. No secret depends on it.
const ROUNDS: u32 = 4;

/// A permutation of `0..len`: a Feistel network on the next even number of bits, with cycle walking until the value is
/// in range (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002).
#[derive(Debug, Clone, Copy)]
pub(super) struct Permutation {
    len: u64,
    half_bits: u32,
    seed: u64,
}

impl Permutation {
    pub(super) fn new(len: u64, seed: u64) -> Self {
        let bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        Self { len, half_bits: bits.div_ceil(2).max(1), seed }
    }

    /// Where `index` goes. It must be less than `len`.
    pub(super) fn get(&self, index: u64) -> u64 {
        let mut at = self.shuffle(index);
        // The domain is less than four times as large as the range, so this takes about four steps at most, on average.
        while at >= self.len {
            at = self.shuffle(at);
        }
        at
    }

    fn shuffle(&self, value: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ (mix(right ^ self.seed ^ (u64::from(round) << 56)) & mask));
        }
        left << self.half_bits | right
    }
}

/// The finaliser of `SplitMix64`.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_index_comes_once(len in 1u64..3_000, seed: u64) {
            let order = Permutation::new(len, seed);
            let seen: BTreeSet<u64> = (0..len).map(|i| order.get(i)).collect();
            prop_assert_eq!(seen.len() as u64, len);
            prop_assert!(seen.iter().all(|i| *i < len));
        }

        #[test]
        fn the_largest_ranges_work_too(index in 0u64..1 << 33, seed: u64) {
            prop_assert!(Permutation::new(1 << 33, seed).get(index) < 1 << 33);
        }
    }

    #[test]
    fn another_seed_gives_another_order() {
        let order = |seed| (0..256).map(|i| Permutation::new(256, seed).get(i)).collect::<Vec<_>>();
        assert_ne!(order(1), order(2));
        assert_ne!(order(1), (0..256).collect::<Vec<_>>());
    }
}
