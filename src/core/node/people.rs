//! What the user does about people.

use std::collections::BTreeSet;

use super::{
    Node, Output,
    link::Link,
    trust::{Match, Wanted},
};
use crate::domain::{
    bus::{FailureCode, NoticeCode, Update, Whois},
    model::{NodeId, Now, Peer, PeerId, Presence, Who},
};

/// Guests that are ignored at once; they are known by their address only, and forgotten with the program.
const MAX_IGNORED_GUESTS: usize = 256;

/// People that are named when several could be meant.
const MAX_NAMED: usize = 8;

/// Digits of a key in the names that are offered when several people could be meant: as few of these as tell them apart.
const TAG_DIGITS: [usize; 3] = [8, 16, 32];

/// Digits of a whole key.
const ALL_DIGITS: usize = 64;

/// Whom the user may mean.
#[derive(Debug, Default)]
struct Found {
    /// By the letter, by the key or by the address.
    certain: Vec<PeerId>,
    /// Those whose name looks so, if there is nobody certain; who is here first.
    alike: Vec<PeerId>,
    /// How many of these are here.
    here: usize,
}

impl Node {
    /// Finds out whom the user means, for something that only that one must be meant by: a name that merely looks so is
    /// not enough.
    #[expect(clippy::result_large_err, reason = "what is said to the user, once for each command of theirs")]
    pub(super) fn resolve(&self, who: &Who) -> Result<PeerId, Update> {
        let found = self.find(who);
        match (found.certain.as_slice(), found.alike.as_slice()) {
            ([one], _) => Ok(*one),
            ([], []) => Err(nobody(who)),
            ([], alike) => {
                let text = format!("Nobody is called {who} to the letter. Do you mean {}?", self.names(alike, " or "));
                Err(Update::Failed { code: FailureCode::WhoIsMeant, text })
            }
            (several, _) => Err(self.which(who, several)),
        }
    }

    /// Finds out whom the user means, for showing what is known of them.
    #[expect(clippy::result_large_err, reason = "what is said to the user, once for each command of theirs")]
    fn resolve_loosely(&self, who: &Who) -> Result<PeerId, Update> {
        let found = self.find(who);
        let here = found.alike.get(..found.here).filter(|here| !here.is_empty()).unwrap_or(&found.alike);
        match (found.certain.as_slice(), here) {
            ([one], _) | ([], [one]) => Ok(*one),
            ([], []) => Err(nobody(who)),
            ([], several) | (several, _) => Err(self.which(who, several)),
        }
    }

    /// Asks which of several people is meant.
    pub(super) fn which(&self, who: &Who, several: &[PeerId]) -> Update {
        let text = format!("{who} could be {}. Which one?", self.names(several, ", "));
        Update::Failed { code: FailureCode::WhoIsMeant, text }
    }

    /// Those who are here go before those who are not, but for text that may be a key: then whoever has the key is meant
    /// as well, and nobody takes that over by a name.
    fn find(&self, who: &Who) -> Found {
        let wanted = Wanted::new(who);
        let peers = self.links.values().filter_map(|link| match link {
            Link::Up { peer, .. } => Some(peer),
            _ => None,
        });
        let here: Vec<(PeerId, Match)> = peers
            .filter_map(|peer| {
                let by_address = || (who.as_str() == peer.addr.to_string()).then_some(Match::Key);
                let how = match &peer.id {
                    PeerId::Node(node) => wanted.node(node, peer.nick.as_ref()),
                    PeerId::Guest(addr) => wanted.guest(*addr, peer.nick.as_ref()),
                };
                Some((peer.id, how.or_else(by_address)?))
            })
            .collect();
        let known = self.trust.find(&wanted).into_iter().map(|(node, how)| (PeerId::Node(node), how));
        let known: Vec<(PeerId, Match)> = known.filter(|(id, _)| !self.peers.contains_key(id)).collect();
        let of = |from: &[(PeerId, Match)], hows: &[Match]| -> Vec<PeerId> {
            from.iter().filter(|(_, how)| hows.contains(how)).map(|(id, _)| *id).collect()
        };
        let all = [here.as_slice(), &known].concat();
        let levels = [
            if wanted.is_digits() { of(&all, &[Match::Name, Match::Key]) } else { of(&here, &[Match::Name]) },
            of(&all, &[Match::Tag, Match::Key]),
            of(&known, &[Match::Name]),
        ];
        if let Some(certain) = levels.into_iter().find(|level| !level.is_empty()) {
            return Found { certain, ..Found::default() };
        }
        let (alike, here) = (of(&all, &[Match::Alike]), of(&here, &[Match::Alike]).len());
        Found { certain: Vec::new(), alike, here }
    }

    /// The names of several people, each of which means that one alone.
    fn names(&self, ids: &[PeerId], between: &str) -> String {
        let tagged = |digits: usize| ids.iter().take(MAX_NAMED).map(|id| self.tagged(*id, digits)).collect::<Vec<_>>();
        let distinct = |names: &Vec<String>| names.iter().collect::<BTreeSet<_>>().len() == names.len();
        let names = TAG_DIGITS.into_iter().map(tagged).find(distinct);
        names.unwrap_or_else(|| tagged(ALL_DIGITS)).join(between)
    }

    /// The name of somebody, so that it can be typed and nobody else is meant.
    pub(super) fn called(&self, id: PeerId) -> String {
        self.names(&[id], "")
    }

    fn tagged(&self, id: PeerId, digits: usize) -> String {
        let here = self.peer(id).and_then(|peer| peer.nick.as_ref());
        match id {
            PeerId::Node(node) => {
                let tag = node.tag(digits);
                let nick = here.or_else(|| self.trust.nick(&node));
                nick.map_or_else(|| tag.clone(), |nick| format!("{nick}#{tag}"))
            }
            PeerId::Guest(addr) => here.map_or_else(|| addr.to_string(), |nick| format!("{nick}#{addr}")),
        }
    }

    /// The name of somebody, for people.
    pub(super) fn name(&self, id: PeerId) -> String {
        let known = |node: &NodeId| self.trust.nick(node).map(ToString::to_string);
        let here = self.peer(id).map(Peer::display_name);
        here.or_else(|| id.node().and_then(known)).unwrap_or_else(|| self.called(id))
    }

    pub(super) fn peer(&self, id: PeerId) -> Option<&Peer> {
        match self.links.get(self.peers.get(&id)?)? {
            Link::Up { peer, .. } => Some(peer),
            _ => None,
        }
    }

    pub(super) fn do_trust(&mut self, who: &Who, now: Now, out: &mut Vec<Output>) {
        let id = match self.resolve(who) {
            Ok(id) => id,
            Err(update) => return out.push(Output::Update(update)),
        };
        let name = self.name(id);
        let PeerId::Node(node) = id else {
            let text = format!("{name} is a guest: nobody can say who that is, so there is nothing to trust.");
            return out.push(Output::Update(Update::Failed { code: FailureCode::NotPossible, text }));
        };
        self.trust.trust(&node);
        let text = format!("The key {} is trusted to be {name}.", node.short());
        out.push(Output::Update(Update::Notice { code: NoticeCode::Trust, text }));
        self.judge_anew(node, now, out);
    }

    pub(super) fn do_ignore(&mut self, who: &Who, ignore: bool, now: Now, out: &mut Vec<Output>) {
        let id = match self.resolve(who) {
            Ok(id) => id,
            Err(update) => return out.push(Output::Update(update)),
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
        out.push(Output::Update(Update::Notice { code: NoticeCode::Trust, text }));
        if let PeerId::Node(node) = id {
            self.judge_anew(node, now, out);
        }
    }

    fn ignore_guest(&mut self, addr: std::net::SocketAddr, ignore: bool, out: &mut Vec<Output>) {
        if !ignore {
            self.ignored_guests.remove(&addr);
        } else if self.ignored_guests.len() < MAX_IGNORED_GUESTS {
            self.ignored_guests.insert(addr);
        }
        let id = PeerId::Guest(addr);
        let link = self.peers.get(&id).and_then(|link| self.links.get_mut(link));
        if let Some(Link::Up { peer, .. }) = link {
            peer.ignored = ignore;
            out.push(Output::Update(Update::PeerTrust { peer: id, trust: peer.trust, ignored: ignore }));
        }
    }

    pub(super) fn whois(&self, who: &Who, out: &mut Vec<Output>) {
        let id = match self.resolve_loosely(who) {
            Ok(id) => id,
            Err(update) => return out.push(Output::Update(update)),
        };
        let known = id.node().and_then(|node| self.trust.get(node)).cloned();
        let session = self.peers.get(&id).and_then(|link| self.links.get(link)).and_then(Link::session);
        let peer = self.peer(id).cloned();
        let addrs = match (session, &peer, &known) {
            (Some((_, session)), ..) => session.addrs.all(),
            (None, Some(peer), _) => vec![peer.addr],
            (None, None, known) => known.as_ref().map(|known| known.addrs.clone()).unwrap_or_default(),
        };
        out.push(Output::Update(Update::Whois(Box::new(Whois {
            peer,
            known,
            addrs,
            presence: session.map_or(Presence::Here, |(_, session)| session.presence.clone()),
            round_trip: session.and_then(|(_, session)| session.round_trip),
            clock_ahead_ms: session.map(|(_, session)| session.clock_ahead_ms),
        }))));
    }
}

fn nobody(who: &Who) -> Update {
    let text = format!("Nobody is known as {who}. /who lists who is here.");
    Update::Failed { code: FailureCode::WhoIsMeant, text }
}
