//! Compiles `proto/` with protox, so that no `protoc` is needed on the machine.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["proto/message.proto"], ["proto"])?;
    tonic_prost_build::configure()
        // Both messages are one string on field 1. Mapping them to one type of ours keeps the bytes on the wire and
        // lets one encoded line be shared by all links (see src/wire).
        .extern_path(".message.NodeRequest", "crate::wire::Line")
        .extern_path(".message.NodeReply", "crate::wire::Line")
        .build_transport(false)
        .compile_fds(files)?;
    Ok(())
}
