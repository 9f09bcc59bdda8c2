//! Bytes as hexadecimal digits: two for each, written in lower case and read in either.

/// The digits of these bytes.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte)).map(char::from).collect()
}

/// The bytes of these digits. None if it is something else.
pub fn decode(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) {
        return None;
    }
    let values: Vec<u8> = hex.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
    Some(values.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// The two digits of a byte.
pub(super) const fn digits(byte: u8) -> [u8; 2] {
    [digit(byte >> 4), digit(byte & 0xf)]
}

/// The digit of four bits.
const fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_written_and_read() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all)), Some(all));
        assert_eq!(encode(&[0x00, 0x1a, 0xff]), "001aff");
        assert_eq!(decode("1aFF"), Some(vec![0x1a, 0xff]));
        assert_eq!(decode(""), Some(Vec::new()));
    }

    #[test]
    fn what_is_not_hexadecimal_is_not_read() {
        for bad in ["1", "123", "0g", "+1", " 1", "é", "１１"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
