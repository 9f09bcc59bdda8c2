//! What guests say, and how we are.

use super::{LinkId, Node, Output, link::Link};
use crate::{
    core::sync,
    domain::{
        bus::{NoticeCode, Update},
        model::{Nick, Now, PeerId, Presence},
    },
    protocol::codec::Heard,
};

impl Node {
    pub(super) fn heard(&mut self, link: LinkId, lines: Vec<Heard>, now: Now, out: &mut Vec<Output>) {
        for Heard { nick, text, action } in lines {
            let Some(Link::Up { peer, .. }) = self.links.get_mut(&link) else { return };
            if peer.ignored {
                return;
            }
            let author = peer.id;
            if nick.is_some() && peer.nick != nick {
                peer.nick.clone_from(&nick);
                let renamed = nick.clone().map(|nick| Output::Update(Update::PeerRenamed { peer: author, nick }));
                out.extend(renamed);
                self.look_at_guests_name(author, nick.as_ref(), now, out);
            }
            let PeerId::Guest(addr) = author else { return };
            self.feed_sync(sync::Input::GuestLine { addr, nick, text, action }, now, out);
        }
    }

    /// A guest may call itself what it likes, also by the name of somebody whose key is known: then the user is told.
    fn look_at_guests_name(&mut self, guest: PeerId, nick: Option<&Nick>, now: Now, out: &mut Vec<Output>) {
        let (PeerId::Guest(addr), Some(nick)) = (guest, nick) else { return };
        if self.trust.is_somebodys(nick, now.wall) && self.told.may_tell(NoticeCode::GuestName, now.mono) {
            let text = format!(
                "The guest at {addr} calls itself {nick}, like somebody whose key you know. A guest proves nothing: it is \
                 somebody else, unless they tell you in person."
            );
            out.push(Output::Update(Update::Notice { code: NoticeCode::GuestName, text }));
        }
    }

    pub(super) fn set_nick(&mut self, nick: Nick, now: Now, out: &mut Vec<Output>) {
        self.nick = nick.clone();
        out.push(Output::Update(Update::NickSet(nick)));
        self.tell_status(false, now, out);
    }

    pub(super) fn set_presence(&mut self, presence: Presence, now: Now, out: &mut Vec<Output>) {
        self.presence = presence.clone();
        out.push(Output::Update(Update::PresenceSet(presence)));
        self.tell_status(false, now, out);
    }
}
