//! Padding: a carrier learns the step in which a length lies, not the length.

/// The shortest padded text, in bytes: a short answer is as long as any other.
const SHORTEST: usize = 64;

/// From here on the steps, in bytes, are all of this length: doubling would waste too much of a long text.
pub(super) const STEP: usize = 4096;

/// The length to which a text of `length` bytes is padded: a power of two from 64 to 4,096 bytes, above that the next
/// multiple of 4,096.
pub(super) const fn padded(length: usize) -> usize {
    if length <= SHORTEST {
        SHORTEST
    } else if length <= STEP {
        length.next_power_of_two()
    } else {
        length.next_multiple_of(STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_padded_to_powers_of_two_then_to_steps() {
        for (length, expected) in [
            (0, 64),
            (64, 64),
            (65, 128),
            (128, 128),
            (129, 256),
            (2048, 2048),
            (2049, 4096),
            (4096, 4096),
            (4097, 8192),
            (8192, 8192),
            (8193, 12288),
            (65_536, 65_536),
        ] {
            assert_eq!(padded(length), expected, "{length}");
            assert_eq!(padded(expected), expected);
        }
    }
}
