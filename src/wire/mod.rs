//! The reference program's wire protocol, generated from `proto/message.proto`.
//!
//! Nothing here is validated: what comes off the wire stays bytes until [`crate::convert`] has looked at it.

use bytes::Bytes;

/// `NodeRequest` and `NodeReply` alike: one string on field 1.
///
/// The field is declared as bytes, which is the same on the wire: a line is encoded once and shared by every link, and
/// text that is not UTF-8 reaches [`crate::convert`] instead of ending the stream inside the decoder.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Line {
    /// The text, unvalidated.
    #[prost(bytes = "bytes", tag = "1")]
    pub msg: Bytes,
}

impl Line {
    /// A line that carries `text`.
    pub fn new(text: impl Into<Bytes>) -> Self {
        Self { msg: text.into() }
    }
}

#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
mod generated {
    tonic::include_proto!("message");
}

pub use generated::{chat_client, chat_server};
