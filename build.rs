//! Compiles `proto/` with protox, so that no `protoc` is needed on the machine.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let reference = protox::compile(["proto/message.proto"], ["proto"])?;
    tonic_prost_build::configure()
        // Both messages are one string in field 1. Mapping them to one type of ours keeps the bytes on the wire, and
        // lets all links share one encoded line (see src/protocol/wire).
        .extern_path(".message.NodeRequest", "crate::protocol::wire::Line")
        .extern_path(".message.NodeReply", "crate::protocol::wire::Line")
        .build_transport(false)
        .compile_fds(reference)?;

    // The mesh frames as types, and the service with frames as bytes: all links share one encoded frame, and incoming
    // frames are decoded only in `protocol/codec`.
    let mesh = protox::compile(["proto/mesh.proto"], ["proto"])?;
    let service = PathBuf::from(env::var("OUT_DIR")?).join("service");
    fs::create_dir_all(&service)?;
    tonic_prost_build::configure().build_client(false).build_server(false).compile_fds(mesh.clone())?;
    tonic_prost_build::configure()
        .out_dir(service)
        .extern_path(".proximity.v1.Frame", "crate::protocol::wire::RawFrame")
        .extern_path(".proximity.v1", "crate::protocol::wire::mesh")
        .codec_path("crate::protocol::wire::RawCodec")
        .build_transport(false)
        .compile_fds(mesh)?;
    Ok(())
}
