//! Announcements: the datagram by which nodes on one network find each other in milliseconds.
//!
//! | Bytes | What |
//! |---|---|
//! | 0..4 | `pxch` |
//! | 4 | the version of this form: 1 |
//! | 5 | the kind: 0 "I am here", 1 "who is there?" |
//! | 6..8 | the TCP port that the sender listens on |
//! | 8..40 | its key |
//! | 40..48 | its boot: random, one per start of the program |
//! | 48..56 | a counter, greater in each announcement of one boot |
//! | 56..120 | an Ed25519 signature over `proximity-chat/1 announcement\0` and the bytes before |
//!
//! Numbers are big-endian. Only the datagram's source says where the sender is: an address in it could be anybody's. It
//! has no name in it either, because everybody on the network can read it.

use crate::domain::model::NodeId;

/// Bytes of an announcement.
pub const ANNOUNCEMENT_BYTES: usize = BODY_BYTES + SIGNATURE_BYTES;

const MAGIC: [u8; 4] = *b"pxch";
const VERSION: u8 = 1;
const BODY_BYTES: usize = 56;
const SIGNATURE_BYTES: usize = 64;

/// Precedes the body when it is signed, so that no signature made for something else fits.
const DOMAIN: &[u8] = b"proximity-chat/1 announcement\0";

/// What a datagram is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// The sender listens: a receiver that does not know it dials it.
    Here,
    /// The sender looks for others: every receiver that listens answers.
    Who,
}

/// A datagram's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announcement {
    /// What it is for.
    pub call: Call,
    /// The TCP port that its sender listens on.
    pub port: u16,
    /// Its sender's key.
    pub node: NodeId,
    /// Random, one per start of the program.
    pub boot: u64,
    /// Greater in each announcement of one boot.
    pub counter: u64,
}

/// An announcement whose signature has not been verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproven {
    /// What it says.
    pub announcement: Announcement,
    /// The bytes that must have been signed.
    pub message: Vec<u8>,
    /// The signature, supposedly by the sender's key.
    pub signature: [u8; SIGNATURE_BYTES],
}

/// The datagram, signed by `sign`.
pub fn write(
    announcement: &Announcement,
    sign: impl FnOnce(&[u8]) -> [u8; SIGNATURE_BYTES],
) -> [u8; ANNOUNCEMENT_BYTES] {
    let Announcement { call, port, node, boot, counter } = announcement;
    let kind = match call {
        Call::Here => 0,
        Call::Who => 1,
    };
    let mut body = Vec::with_capacity(ANNOUNCEMENT_BYTES);
    body.extend_from_slice(&MAGIC);
    body.extend_from_slice(&[VERSION, kind]);
    body.extend_from_slice(&port.to_be_bytes());
    body.extend_from_slice(node.as_bytes());
    body.extend_from_slice(&boot.to_be_bytes());
    body.extend_from_slice(&counter.to_be_bytes());
    let signature = sign(&[DOMAIN, &body].concat());
    body.extend_from_slice(&signature);
    let mut datagram = [0; ANNOUNCEMENT_BYTES];
    datagram.iter_mut().zip(body).for_each(|(to, from)| *to = from);
    datagram
}

/// Reads a datagram; `None` if it is not an announcement that this release understands, or says "I am here" without a
/// port to dial.
pub fn read(datagram: &[u8]) -> Option<Unproven> {
    let (body, signature) = datagram.split_first_chunk::<BODY_BYTES>()?;
    let signature = signature.try_into().ok()?;
    let (magic, rest) = body.split_first_chunk::<4>()?;
    let ([version, kind], rest) = rest.split_first_chunk::<2>()?;
    let (port, rest) = rest.split_first_chunk::<2>()?;
    let (node, rest) = rest.split_first_chunk::<32>()?;
    let (boot, counter) = rest.split_first_chunk::<8>()?;
    let call = match kind {
        0 => Call::Here,
        1 => Call::Who,
        _ => return None,
    };
    let port = u16::from_be_bytes(*port);
    if *magic != MAGIC || *version != VERSION || (port == 0 && call == Call::Here) {
        return None;
    }
    let announcement = Announcement {
        call,
        port,
        node: NodeId::new(*node),
        boot: u64::from_be_bytes(*boot),
        counter: u64::from_be_bytes(counter.try_into().ok()?),
    };
    Some(Unproven { announcement, message: [DOMAIN, body].concat(), signature })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn announcement() -> Announcement {
        Announcement { call: Call::Here, port: 4_565, node: NodeId::new([7; 32]), boot: 3, counter: 9 }
    }

    #[test]
    fn an_announcement_reads_back_with_its_signed_bytes() {
        let mut signed = Vec::new();
        let datagram = write(&announcement(), |message| {
            signed = message.to_vec();
            [5; 64]
        });
        let read = read(&datagram).unwrap();
        assert_eq!((read.announcement, read.signature), (announcement(), [5; 64]));
        assert_eq!(read.message, signed);
        assert!(signed.starts_with(b"proximity-chat/1 announcement\0pxch"));
    }

    #[test]
    fn other_datagrams_are_ignored() {
        let datagram = write(&announcement(), |_| [5; 64]);
        for (at, byte) in [(0, b'q'), (4, 2), (5, 2)] {
            let mut other = datagram;
            other[at] = byte;
            assert_eq!(read(&other), None, "{at}");
        }
        let nowhere = Announcement { port: 0, ..announcement() };
        assert_eq!(read(&write(&nowhere, |_| [5; 64])), None);
        assert!(read(&write(&Announcement { call: Call::Who, ..nowhere }, |_| [5; 64])).is_some());
        assert_eq!(read(&datagram[..119]), None);
        assert_eq!(read(&[&datagram[..], &[0]].concat()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_do_any_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
