//! The wire protocols, generated from `proto/`.
//!
//! Nothing here is validated: what comes off the wire stays bytes until [`crate::protocol::codec`] has decoded it.

mod raw;

use bytes::Bytes;
pub use raw::{RawCodec, RawFrame};

/// Both `NodeRequest` and `NodeReply`: one string in field 1.
///
/// The field is declared as bytes, which is the same on the wire. So a line is encoded once and shared by every link,
/// and text that is not UTF-8 reaches [`crate::protocol::codec`] instead of ending the stream inside the decoder.
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
mod reference {
    tonic::include_proto!("message");
}

/// The frames of the mesh protocol, unvalidated.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
pub(crate) mod mesh {
    tonic::include_proto!("proximity.v1");
}

#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
mod mesh_service {
    include!(concat!(env!("OUT_DIR"), "/service/proximity.v1.rs"));
}

pub use mesh_service::{mesh_client, mesh_server};
pub use reference::{chat_client, chat_server};
