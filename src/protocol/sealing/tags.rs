//! What each hash, signature and derived key is for. A tag stands in front of the bytes of one use and no other, so
//! that the result of one use never fits another.

/// Derives the sealing key from the seed of an identity.
pub(super) const SEALING_KEY: &[u8] = b"proximity-chat/1 sealing key\0";

/// In front of a card when it is signed.
pub(super) const CARD: &[u8] = b"proximity-chat/1 card\0";

/// Hashes what a card binds together.
pub(super) const CARD_HASH: &[u8] = b"proximity-chat/1 card hash\0";

/// In the salt of the pair secret.
pub(super) const PAIR: &[u8] = b"proximity-chat/1 pair secret\0";

/// Derives the id of a direct room from the pair secret.
pub(super) const DIRECT_ROOM: &[u8] = b"proximity-chat/1 direct room\0";

/// Derives the name of the one generation of a direct room from the pair secret.
pub(super) const DIRECT_GENERATION: &[u8] = b"proximity-chat/1 direct generation\0";

/// Derives the key of a direct room from the pair secret.
pub(super) const DIRECT_KEY: &[u8] = b"proximity-chat/1 direct key\0";

/// Derives the key that seals grants between two people from their pair secret.
pub(super) const GRANT_KEY: &[u8] = b"proximity-chat/1 grant key\0";

/// Hashes the id of a private room.
pub(super) const PRIVATE_ROOM: &[u8] = b"proximity-chat/1 private room\0";

/// Hashes the name of a generation of a private room.
pub(super) const GENERATION: &[u8] = b"proximity-chat/1 generation\0";

/// Derives the key that seals the grants of an identity to itself.
pub(super) const OWN_GRANT_KEY: &[u8] = b"proximity-chat/1 own grant key\0";

/// Derives the key of one sealed content.
pub(super) const CONTENT: &[u8] = b"proximity-chat/1 sealed content\0";

/// Makes the salt of one sealed content.
pub(super) const CONTENT_SALT: &[u8] = b"proximity-chat/1 sealed content salt\0";

/// Derives the key that seals one other key.
pub(super) const SEALED_KEY: &[u8] = b"proximity-chat/1 sealed key\0";

/// Makes the salt of one sealed key.
pub(super) const SEALED_KEY_SALT: &[u8] = b"proximity-chat/1 sealed key salt\0";

/// In the associated data of the previous generation's key.
pub(super) const PREVIOUS: &[u8] = b"proximity-chat/1 previous key\0";

/// In the associated data of a grant.
pub(super) const GRANT: &[u8] = b"proximity-chat/1 grant\0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_begins_with_another() {
        let all = [
            SEALING_KEY,
            CARD,
            CARD_HASH,
            PAIR,
            DIRECT_ROOM,
            DIRECT_GENERATION,
            DIRECT_KEY,
            GRANT_KEY,
            PRIVATE_ROOM,
            GENERATION,
            OWN_GRANT_KEY,
            CONTENT,
            CONTENT_SALT,
            SEALED_KEY,
            SEALED_KEY_SALT,
            PREVIOUS,
            GRANT,
        ];
        for (at, tag) in all.iter().enumerate() {
            let others = all.iter().enumerate().filter(|(other, _)| *other != at);
            assert!(others.clone().all(|(_, other)| !other.starts_with(tag)), "{}", tag.escape_ascii());
            assert_eq!(tag.iter().position(|&byte| byte == 0), Some(tag.len() - 1), "{}", tag.escape_ascii());
        }
    }
}
