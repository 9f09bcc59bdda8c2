//! Keys: who we are, and how two people make sure of each other. Pure: randomness is passed in, files are read
//! elsewhere.

mod key;
pub mod short_code;

pub use key::{Identity, KeyFileError, SECRET_BYTES, SIGNATURE_BYTES, is_signed_by};
