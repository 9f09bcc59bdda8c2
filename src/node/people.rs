//! What the user does about people.

use super::{Node, Out, link::Link};
use crate::{
    bus::{FailureCode, NoticeCode, Update, Whois},
    model::{NodeId, Now, Peer, PeerId, Presence, Who, skeleton},
};

/// Guests that are ignored at once; they are known by their address only, and forgotten with the program.
const MAX_IGNORED_GUESTS: usize = 256;

/// People that are named when several could be meant.
const MAX_NAMED: usize = 8;

/// Digits of a key in the names that are offered when several people could be meant.
const TAG_DIGITS: usize = 8;

impl Node {
    /// Finds out whom the user means: among those who are here first.
    pub(super) fn resolve(&self, who: &Who) -> Result<PeerId, Update> {
        let mut found = self.here(who);
        if found.is_empty() {
            found = self.trust.find(who).into_iter().map(PeerId::Node).collect();
        }
        let text = match found.as_slice() {
            [one] => return Ok(*one),
            [] => format!("Nobody is known as {who}. /who lists who is here."),
            several => {
                let names: Vec<_> = several.iter().take(MAX_NAMED).map(|id| self.called(*id)).collect();
                format!("{who} could be {}. Which one?", names.join(", "))
            }
        };
        Err(Update::Failed { code: FailureCode::WhoIsMeant, text })
    }

    fn here(&self, who: &Who) -> Vec<PeerId> {
        let typed = who.as_str();
        let exactly = |peer: &&Peer| peer.nick.as_ref().is_some_and(|nick| nick.as_str() == typed);
        let alike = crate::model::Nick::new(typed).ok().map(|nick| skeleton(&nick));
        let similar = |peer: &&Peer| alike.is_some() && peer.nick.as_ref().map(skeleton) == alike;
        let by_id = |peer: &&Peer| peer.id.to_string() == typed || peer.addr.to_string() == typed;
        // `bob#c04e` or, of a guest, `bob#4566`.
        let tagged = |peer: &&Peer| {
            typed.rsplit_once('#').is_some_and(|(name, tag)| {
                let is_name = peer.nick.as_ref().is_some_and(|nick| nick.as_str() == name);
                let is_tag = match peer.id {
                    PeerId::Node(node) => !tag.is_empty() && node.to_string().starts_with(tag),
                    PeerId::Guest(addr) => addr.to_string().ends_with(tag),
                };
                is_name && is_tag
            })
        };
        let hex: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        let by_key = |peer: &&Peer| hex.len() >= 4 && peer.id.node().is_some_and(|id| id.to_string().starts_with(&hex));
        let peers = || {
            self.links.values().filter_map(|link| match link {
                Link::Up { peer, .. } => Some(peer),
                _ => None,
            })
        };
        let tests: [&dyn Fn(&&Peer) -> bool; 5] = [&exactly, &tagged, &by_id, &similar, &by_key];
        let matches = tests.into_iter().map(|test| peers().filter(test).map(|peer| peer.id).collect::<Vec<_>>());
        matches.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The name of somebody, so that it can be typed and nobody else is meant.
    pub(super) fn called(&self, id: PeerId) -> String {
        let here = self.peer(id).and_then(|peer| peer.nick.clone());
        match id {
            PeerId::Node(node) => {
                let nick = here.or_else(|| self.trust.get(&node).and_then(|known| known.nick.clone()));
                nick.map_or_else(|| node.tag(TAG_DIGITS), |nick| format!("{nick}#{}", node.tag(TAG_DIGITS)))
            }
            PeerId::Guest(addr) => here.map_or_else(|| addr.to_string(), |nick| format!("{nick}#{}", addr.port())),
        }
    }

    /// The name of somebody, for people.
    pub(super) fn name(&self, id: PeerId) -> String {
        let known = |node: &NodeId| self.trust.get(node).and_then(|known| known.nick.as_ref().map(ToString::to_string));
        let here = self.peer(id).map(Peer::display_name);
        here.or_else(|| id.node().and_then(known)).unwrap_or_else(|| self.called(id))
    }

    pub(super) fn peer(&self, id: PeerId) -> Option<&Peer> {
        match self.links.get(self.peers.get(&id)?)? {
            Link::Up { peer, .. } => Some(peer),
            _ => None,
        }
    }

    pub(super) fn do_trust(&mut self, who: &Who, now: Now, out: &mut Vec<Out>) {
        let id = match self.resolve(who) {
            Ok(id) => id,
            Err(update) => return out.push(Out::Update(update)),
        };
        let name = self.name(id);
        let PeerId::Node(node) = id else {
            let text = format!("{name} is a guest: nobody can say who that is, so there is nothing to trust.");
            return out.push(Out::Update(Update::Failed { code: FailureCode::NotPossible, text }));
        };
        self.trust.trust(&node);
        let text = format!("The key {} is trusted to be {name}.", node.short());
        out.push(Out::Update(Update::Notice { code: NoticeCode::Trust, text }));
        self.judge_anew(node, now, out);
    }

    pub(super) fn do_ignore(&mut self, who: &Who, ignore: bool, now: Now, out: &mut Vec<Out>) {
        let id = match self.resolve(who) {
            Ok(id) => id,
            Err(update) => return out.push(Out::Update(update)),
        };
        let name = self.name(id);
        let text = match (id, ignore) {
            (PeerId::Node(_), true) => {
                format!("{name} is ignored, under whatever name. /unignore {name} ends that.")
            }
            (PeerId::Guest(_), true) => format!(
                "The guest {name} is ignored while it keeps its address: nothing else is known of guests. \
                 /unignore {name} ends that."
            ),
            (_, false) => format!("{name} is not ignored any more."),
        };
        match id {
            PeerId::Node(node) if ignore => self.trust.ignore(&node),
            PeerId::Node(node) => self.trust.unignore(&node),
            PeerId::Guest(addr) => self.ignore_guest(addr, ignore, out),
        }
        out.push(Out::Update(Update::Notice { code: NoticeCode::Trust, text }));
        if let PeerId::Node(node) = id {
            self.judge_anew(node, now, out);
        }
    }

    fn ignore_guest(&mut self, addr: std::net::SocketAddr, ignore: bool, out: &mut Vec<Out>) {
        if !ignore {
            self.ignored_guests.remove(&addr);
        } else if self.ignored_guests.len() < MAX_IGNORED_GUESTS {
            self.ignored_guests.insert(addr);
        }
        let id = PeerId::Guest(addr);
        let link = self.peers.get(&id).and_then(|link| self.links.get_mut(link));
        if let Some(Link::Up { peer, .. }) = link {
            peer.ignored = ignore;
            out.push(Out::Update(Update::PeerTrust { peer: id, trust: peer.trust, ignored: ignore }));
        }
    }

    pub(super) fn whois(&self, who: &Who, out: &mut Vec<Out>) {
        let id = match self.resolve(who) {
            Ok(id) => id,
            Err(update) => return out.push(Out::Update(update)),
        };
        let known = id.node().and_then(|node| self.trust.get(node)).cloned();
        let session = self.peers.get(&id).and_then(|link| self.links.get(link)).and_then(Link::session);
        let peer = self.peer(id).cloned();
        let addrs = match (session, &peer, &known) {
            (Some((_, session)), ..) => session.addrs.all(),
            (None, Some(peer), _) => vec![peer.addr],
            (None, None, known) => known.as_ref().map(|known| known.addrs.clone()).unwrap_or_default(),
        };
        out.push(Out::Update(Update::Whois(Box::new(Whois {
            peer,
            known,
            addrs,
            presence: session.map_or(Presence::Here, |(_, session)| session.presence.clone()),
            round_trip: session.and_then(|(_, session)| session.round_trip),
            clock_ahead_ms: session.map(|(_, session)| session.clock_ahead_ms),
        }))));
    }
}
