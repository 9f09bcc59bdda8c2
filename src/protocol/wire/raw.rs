//! Frames that pass through gRPC unchanged.

use std::marker::PhantomData;

use bytes::{Buf, BufMut, Bytes};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// One encoded frame of the mesh protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFrame(pub Bytes);

/// Copies bytes in and out.
#[derive(Debug)]
pub struct RawCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for RawCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl Codec for RawCodec<RawFrame, RawFrame> {
    type Encode = RawFrame;
    type Decode = RawFrame;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self::default()
    }

    fn decoder(&mut self) -> Self {
        Self::default()
    }
}

impl Encoder for RawCodec<RawFrame, RawFrame> {
    type Item = RawFrame;
    type Error = Status;

    fn encode(&mut self, RawFrame(frame): RawFrame, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buf.put(frame);
        Ok(())
    }
}

impl Decoder for RawCodec<RawFrame, RawFrame> {
    type Item = RawFrame;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<RawFrame>, Status> {
        Ok(Some(RawFrame(buf.copy_to_bytes(buf.remaining()))))
    }
}
