//! Routes each frame of a node to the machine that handles it.

use super::{CloseReason, Node, Output, dialing, peers::FrameQuota, rooms, verify};
use crate::{
    core::sync,
    domain::model::{LinkId, Nick, Now},
    protocol::codec::mesh::{Doubt, Frame, Reason},
};

impl Node {
    /// A node has sent frames.
    pub(super) fn frames(&mut self, link: LinkId, frames: Vec<Frame>, now: Now, out: &mut Vec<Output>) {
        for frame in frames {
            // Events are limited by their bytes, where they are read.
            if let Frame::Batch(events) = frame {
                self.drive_sync(sync::Input::Batch { link, events }, now, out);
                continue;
            }
            match self.peers.spend_frame(link, now) {
                Some(FrameQuota::Within) => {}
                Some(FrameQuota::Over) => continue,
                Some(FrameQuota::Flood) => return self.misbehaved(link, now, out),
                None => return,
            }
            match frame {
                // A node introduces itself once.
                Frame::Hello(_) => return self.misbehaved(link, now, out),
                Frame::Bye(reason) => {
                    return self
                        .with_peers(now, out, |peers, context, out| peers.dismissed(link, reason, context, out));
                }
                Frame::Ping { token, answer, wall } => {
                    self.with_peers(now, out, |peers, _, out| peers.pinged(link, (token, answer, wall), now, out));
                }
                Frame::Status(status) => {
                    self.with_peers(now, out, |peers, _, out| peers.status_changed(link, status, out));
                }
                Frame::Peers(sightings) => {
                    if let Some(from) = self.peers.node_of(link) {
                        self.drive_dialing(dialing::Input::PassedOn { from, sightings: &sightings }, now, out);
                    }
                }
                Frame::Sas(step) => self.drive_verify(verify::Input::Step { link, step }, now, out),
                Frame::Doubt(Doubt::CodesDiffer) => self.drive_verify(verify::Input::TheyDiffer(link), now, out),
                Frame::Doubt(Doubt::NameTaken(nick)) => self.name_taken(link, &nick, now, out),
                Frame::Refused(refused) => self.drive_sync(sync::Input::Refused { link, refused }, now, out),
                Frame::Rooms(names) => self.drive_rooms(rooms::Input::Announced { link, names }, now, out),
                Frame::Private(said) => self.drive_rooms(rooms::Input::Private { link, said, now: now.mono }, now, out),
                Frame::Have(have) => self.drive_sync(sync::Input::Have { link, have }, now, out),
                // Batches were handled above; Probe and ProbeReply belong to a call of their own, not to a link.
                Frame::Batch(_) | Frame::Probe(_) | Frame::ProbeReply(_) | Frame::Nothing => {}
            }
        }
    }

    /// A node says that it knows our user's name as another key's. Ignored if we do not go by that name.
    fn name_taken(&mut self, link: LinkId, nick: &Nick, now: Now, out: &mut Vec<Output>) {
        let Some(teller) = self.peers.node_of(link).filter(|_| *nick == self.myself.nick) else { return };
        let me = self.myself.node;
        self.with_trust(now, out, |trust, here, out| trust.name_taken(teller, nick, me, here, now, out));
    }

    /// The node at the other end of a link broke the rules: ends the link.
    pub(super) fn misbehaved(&mut self, link: LinkId, now: Now, out: &mut Vec<Output>) {
        self.with_peers(now, out, |peers, context, out| {
            peers.close(link, CloseReason::Protocol, Reason::Protocol, context, out);
        });
    }
}
