//! HTTP/2 bytes (RFC 9113) and gRPC, written by hand, including bytes that no library would write.

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const ACK: u8 = 0x1;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

pub(super) fn settings() -> Vec<u8> {
    [frame(4, 0, 0, []), frame(4, ACK, 0, [])].concat()
}

/// A header whose name is in the static table of HPACK (RFC 7541, appendix A) or given here.
fn header(index: u8, name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
    match index {
        0 => [vec![0], text(name), text(value)].concat(),
        1..15 => [vec![index], text(value)].concat(),
        _ => [vec![0x0f, index - 15], text(value)].concat(),
    }
}

/// A call of `path`.
pub(super) fn call(stream: u32, path: &str) -> Vec<u8> {
    let headers = [
        vec![0x83, 0x86],
        header(4, "", path),
        header(1, "", "127.0.0.1:4565"),
        header(31, "", "application/grpc"),
        header(0, "te", "trailers"),
    ];
    frame(1, END_HEADERS, stream, headers.concat())
}

/// The start of an answer to a call.
pub(super) fn answer(stream: u32) -> Vec<u8> {
    frame(1, END_HEADERS, stream, [vec![0x88], header(31, "", "application/grpc")].concat())
}

/// The end of an answer.
pub(super) fn end(stream: u32, status: &str) -> Vec<u8> {
    frame(1, END_HEADERS | END_STREAM, stream, header(0, "grpc-status", status))
}

/// A gRPC message.
pub(super) fn message(stream: u32, message: impl AsRef<[u8]>) -> Vec<u8> {
    let message = message.as_ref();
    frame(0, 0, stream, [&[0], &(message.len() as u32).to_be_bytes()[..], message].concat())
}
