//! What guests say. They send plain lines under a name that proves nothing.

use std::time::Instant;

use super::{Output, Peers};
use crate::{
    domain::{
        bus::Update,
        model::{LinkId, PeerId},
    },
    protocol::codec::ReferenceLine,
};

impl Peers {
    /// A guest sent lines. Lines beyond its pace are counted and dropped.
    pub(in crate::core::node) fn heard(
        &mut self,
        link: LinkId,
        lines: Vec<ReferenceLine>,
        now: Instant,
        out: &mut Vec<Output>,
    ) {
        let Some((peer, _)) = self.table.guest_mut(link) else { return };
        let PeerId::Guest(addr) = peer.id else { return };
        if peer.repute.ignored {
            return;
        }
        for ReferenceLine { nick, text, action } in lines {
            if !self.guest_pace.take(link, addr, now) {
                continue;
            }
            if let Some(new) = nick.as_ref().filter(|nick| peer.nick.as_ref() != Some(nick)) {
                peer.nick = Some(new.clone());
                out.push(Output::update(Update::PeerRenamed { peer: peer.id, nick: new.clone() }));
                out.push(Output::GuestNamed { addr, nick: new.clone() });
            }
            out.push(Output::GuestSaid { addr, nick, text, action });
        }
    }
}
