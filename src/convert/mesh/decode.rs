//! From bytes to frames.

use std::net::{IpAddr, SocketAddr};

use prost::Message as _;

use super::{Caps, Frame, Hello, MAX_SIGHTINGS, Malformed, Reason, Sas, Sighting, Status};
use crate::{
    convert::version,
    model::{MAX_ADDRESSES, Nick, NodeId, Presence, Text, Timestamp},
    wire::mesh,
};

/// The longest frame, not counting a line of text at its begin: what a full [`Frame::Peers`] takes, twice.
const MAX_CONTROL_BYTES: usize = 2 * MAX_SIGHTINGS * (40 + MAX_ADDRESSES * 26);

/// The tag of [`mesh::Say`] on the wire: field 10, length-delimited.
const SAY_TAG: u8 = (10 << 3) | 2;

/// Reads one frame.
///
/// # Errors
/// [`Malformed`] if it is none. A field or a kind of frame that is unknown to us makes no frame malformed: later versions
/// may send it.
pub fn decode(bytes: &[u8]) -> Result<Frame, Malformed> {
    // Decoding allocates several times what a frame of tiny entries takes on the wire.
    if beside_text(bytes) > MAX_CONTROL_BYTES {
        return Err(Malformed);
    }
    let frame = mesh::Frame::decode(bytes).map_err(|_| Malformed)?;
    let Some(body) = frame.body else { return Ok(Frame::Nothing) };
    Ok(match body {
        mesh::frame::Body::Hello(hello) => Frame::Hello(read_hello(&hello)?),
        mesh::frame::Body::Sas(sas) => read_sas(&sas)?,
        mesh::frame::Body::Presence(presence) => Frame::Status(Status {
            nick: Nick::clean(&presence.nick),
            presence: if presence.away { Presence::away(&presence.note) } else { Presence::Here },
            typing: presence.typing,
        }),
        mesh::frame::Body::Peers(peers) => {
            if peers.peers.len() > MAX_SIGHTINGS {
                return Err(Malformed);
            }
            Frame::Peers(peers.peers.iter().map(read_sighting).collect::<Result<_, _>>()?)
        }
        mesh::frame::Body::Bye(bye) => Frame::Bye(match bye.reason() {
            mesh::Reason::Leaving => Reason::Leaving,
            mesh::Reason::Duplicate => Reason::Duplicate,
            mesh::Reason::Full => Reason::Full,
            mesh::Reason::Version => Reason::Version,
            mesh::Reason::Protocol => Reason::Protocol,
            mesh::Reason::Self_ => Reason::OwnKey,
            mesh::Reason::Unspecified => Reason::Other,
        }),
        mesh::frame::Body::Ping(ping) => Frame::Ping { token: ping.token, answer: ping.answer },
        mesh::frame::Body::Say(say) => match Text::cut(&say.text) {
            Some(text) => Frame::Say { text, action: say.action },
            None => Frame::Nothing,
        },
    })
}

/// Bytes of a frame that are not in the line of text with which it may begin.
fn beside_text(bytes: &[u8]) -> usize {
    let Some((&SAY_TAG, mut rest)) = bytes.split_first() else { return bytes.len() };
    prost::decode_length_delimiter(&mut rest).map_or(bytes.len(), |text| rest.len().saturating_sub(text))
}

fn read_hello(hello: &mesh::Hello) -> Result<Hello, Malformed> {
    Ok(Hello {
        min: hello.min,
        max: hello.max,
        caps: Caps::from_names(&hello.caps),
        node: node(&hello.node)?,
        boot: hello.boot,
        nick: Nick::clean(&hello.nick),
        wall: Timestamp::from_millis(i64::try_from(hello.wall_ms).map_err(|_| Malformed)?),
        port: u16::try_from(hello.port).map_err(|_| Malformed)?.try_into().ok(),
        version: version(&hello.version),
    })
}

fn read_sas(sas: &mesh::Sas) -> Result<Frame, Malformed> {
    let bytes = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| Malformed);
    Ok(match &sas.step {
        Some(mesh::sas::Step::Commit(commit)) => Frame::Sas(Sas::Commit(bytes(commit)?)),
        Some(mesh::sas::Step::Reveal(reveal)) => Frame::Sas(Sas::Reveal(bytes(reveal)?)),
        None => Frame::Nothing,
    })
}

fn read_sighting(sighting: &mesh::Sighting) -> Result<Sighting, Malformed> {
    if sighting.addrs.len() > MAX_ADDRESSES {
        return Err(Malformed);
    }
    Ok(Sighting { node: node(&sighting.node)?, addrs: sighting.addrs.iter().map(address).collect::<Result<_, _>>()? })
}

fn node(bytes: &[u8]) -> Result<NodeId, Malformed> {
    bytes.try_into().map(NodeId::new).map_err(|_| Malformed)
}

fn address(address: &mesh::Address) -> Result<SocketAddr, Malformed> {
    let bytes = address.ip.as_slice();
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let ip = v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).map_err(|_| Malformed)?;
    let port = u16::try_from(address.port).ok().filter(|port| *port != 0).ok_or(Malformed)?;
    // An IPv4 address in IPv6 clothing must not pass for another one.
    Ok(SocketAddr::new(ip.to_canonical(), port))
}
