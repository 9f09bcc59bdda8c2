//! What links may cost: queues, HTTP/2 windows and timeouts.

use std::time::Duration;

/// How many events other than frames may wait for the actor, over all links. When it is full, the links wait.
pub(super) const INBOX_CAPACITY: usize = 256;

/// How many frames a link reads at a time, and how many bytes of them unless one frame is longer. One such batch of
/// each link may wait for the actor, and HTTP/2's windows make its peer wait. A batch is large enough to be passed on
/// cheaply. All links together, 320 of them, have 5 MiB.
pub(super) const READ_FRAMES: usize = 64;
/// See [`READ_FRAMES`].
pub(super) const READ_BYTES: usize = 16 * 1024;

/// Bytes beyond [`READ_BYTES`] that the batches of all links may have: eight of the longest frames.
pub(super) const INBOX_LARGE: u32 = 2 * 1024 * 1024;

/// The longest message of the reference protocol, decoded: 64 KiB of text, a nick and some room.
pub(super) const MAX_MESSAGE_BYTES: usize = 72 * 1024;

/// The longest frame of the mesh protocol, decoded.
pub(super) const MAX_FRAME_BYTES: usize = 256 * 1024;

/// HTTP/2 flow control, per stream: bytes that a peer may have on their way and that we have not read. It is so small
/// that they may all be short lines (see [`CONNECTION_WINDOW`]). It allows 13 MB/s at a round trip of 5 ms, more than a
/// peer may send in the long run.
pub(super) const STREAM_WINDOW: u32 = 64 * 1024;

/// HTTP/2 flow control, per connection. h2 (since 0.4.16) charges 256 bytes less its length for every unread frame, and
/// ends the connection when that adds up to half of this window. Frames of 8 bytes and more that fill a stream's window
/// must fit. With smaller windows, a peer that talked while our own output waited in its pipe was thrown out (measured:
/// 1,110 short lines with 256 and 512 KiB). The stream's window is what bounds memory.
pub(super) const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;

/// Bytes that may wait to be written on one stream, in addition to what the ring holds for all. Each peer that never
/// reads costs this much: 250 of them took 88 MB with the 400 KiB that the library's server allows.
pub(super) const MAX_SEND_BUFFER: usize = 64 * 1024;

/// The largest header list that is read, in bytes.
pub(super) const MAX_HEADER_LIST: u32 = 8 * 1024;

/// How long a connection may take from its accept or connect until its first frame was answered.
pub(super) const HELLO_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a TLS handshake that we begin may take. A node needs milliseconds, and a packet that is lost is sent again
/// after 0.2, 0.6 and 1.4 s; a host that accepts and stays silent should not hold up other dials.
pub(super) const HANDSHAKE_TIMEOUT: Duration = Duration::from_millis(2_300);

/// How long a link that we close may take to pass on its last lines.
pub const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);
