//! Finds out who the user means by a name, a key, a key prefix, or an address.
//!
//! Anybody may take any name, so a name never means more than it says. Peers who are here come before those who are
//! only known. If the text can be a key, its holder is meant as well, so that nobody can hijack the key by taking it as
//! a name. A name that merely looks alike is good enough to show somebody, never to trust them.

use super::{
    book::TrustBook,
    find::{Match, Wanted},
    naming::Names,
};
use crate::{
    core::node::views::Directory,
    domain::{
        bus::{Candidate, WhoFailure},
        model::{PeerId, Timestamp, Who},
    },
};

/// Everyone that the user may mean.
#[derive(Clone, Copy)]
pub(in crate::core::node) struct People<'a> {
    book: &'a TrustBook,
    here: &'a dyn Directory,
    /// The user's time, which decides who is new.
    wall: Timestamp,
}

/// Those that the user may mean.
#[derive(Debug, Default)]
struct Found {
    /// By the exact name, by the key or by the address.
    certain: Vec<PeerId>,
    /// Those whose name looks alike, if nobody is certain; peers who are here come first.
    alike: Vec<PeerId>,
    /// How many of these are here.
    here: usize,
}

impl<'a> People<'a> {
    pub(super) fn new(book: &'a TrustBook, here: &'a dyn Directory, wall: Timestamp) -> Self {
        Self { book, here, wall }
    }

    /// What people are called.
    pub(in crate::core::node) fn names(&self) -> Names<'a> {
        Names { book: self.book, here: self.here }
    }

    /// Who is linked.
    pub(in crate::core::node) fn here(&self) -> &'a dyn Directory {
        self.here
    }

    /// The one person that the user means, for a command that must affect nobody else.
    ///
    /// # Errors
    /// [`WhoFailure`] if it is nobody, or several, or only somebody whose name looks alike.
    pub(in crate::core::node) fn resolve(&self, who: &Who) -> Result<PeerId, WhoFailure> {
        let found = self.find(who);
        match (found.certain.as_slice(), found.alike.as_slice()) {
            ([one], _) => Ok(*one),
            ([], []) => Err(WhoFailure::Nobody(who.clone())),
            ([], alike) => Err(WhoFailure::OnlyAlike { who: who.clone(), people: self.candidates(alike) }),
            (several, _) => Err(self.several(who, several)),
        }
    }

    /// The one person that the user means, for showing what is known about them. A name that looks alike is enough.
    ///
    /// # Errors
    /// [`WhoFailure`] if it is nobody, or several.
    pub(in crate::core::node) fn resolve_loosely(&self, who: &Who) -> Result<PeerId, WhoFailure> {
        let found = self.find(who);
        let here = found.alike.get(..found.here).filter(|here| !here.is_empty()).unwrap_or(&found.alike);
        match (found.certain.as_slice(), here) {
            ([one], _) | ([], [one]) => Ok(*one),
            ([], []) => Err(WhoFailure::Nobody(who.clone())),
            ([], several) | (several, _) => Err(self.several(who, several)),
        }
    }

    /// Everybody the user may mean. A name that looks alike counts if nobody has the name itself.
    pub(in crate::core::node) fn everyone(&self, who: &Who) -> Vec<PeerId> {
        let Found { certain, alike, .. } = self.find(who);
        if certain.is_empty() { alike } else { certain }
    }

    /// Asks which of several people is meant.
    pub(in crate::core::node) fn several(&self, who: &Who, several: &[PeerId]) -> WhoFailure {
        WhoFailure::Several { who: who.clone(), people: self.candidates(several) }
    }

    fn candidates(&self, ids: &[PeerId]) -> Vec<Candidate> {
        self.names().candidates(ids, self.wall)
    }

    fn find(&self, who: &Who) -> Found {
        let wanted = Wanted::new(who);
        let here: Vec<(PeerId, Match)> = self
            .here
            .everyone()
            .filter_map(|peer| {
                let by_address = || (who.as_str() == peer.addr.to_string()).then_some(Match::Key);
                let how = match &peer.id {
                    PeerId::Node(node) => wanted.node(node, peer.nick.as_ref()),
                    PeerId::Guest(addr) => wanted.guest(*addr, peer.nick.as_ref()),
                };
                Some((peer.id, how.or_else(by_address)?))
            })
            .collect();
        let known = self.book.find(&wanted).into_iter().map(|(node, how)| (PeerId::Node(node), how));
        let known: Vec<(PeerId, Match)> = known.filter(|(id, _)| self.here.peer(*id).is_none()).collect();
        let of = |from: &[(PeerId, Match)], hows: &[Match]| -> Vec<PeerId> {
            from.iter().filter(|(_, how)| hows.contains(how)).map(|(id, _)| *id).collect()
        };
        let all = [here.as_slice(), &known].concat();
        // Both somebody who is here under the name and the absent key that holds it could be meant.
        let by_name = if wanted.is_digits() { &[Match::Name, Match::Key][..] } else { &[Match::Name] };
        let levels = [of(&all, by_name), of(&all, &[Match::Tag, Match::Key])];
        if let Some(mut certain) = levels.into_iter().find(|level| !level.is_empty()) {
            // Between "Bob" and "bob", nobody can be sure which was meant.
            let lower = who.as_str().to_lowercase();
            let names = self.names();
            let same = |id: &PeerId| names.nick(*id).is_some_and(|nick| nick.as_str().to_lowercase() == lower);
            certain.extend(of(&all, &[Match::Alike]).into_iter().filter(same));
            return Found { certain, ..Found::default() };
        }
        let (alike, here) = (of(&all, &[Match::Alike]), of(&here, &[Match::Alike]).len());
        Found { certain: Vec::new(), alike, here }
    }
}
