//! Which person the user means, and that nobody can take another person's place.

use super::*;
use crate::{
    domain::{
        bus::{Failure, Notice, TrustNotice, VerifyStep, WhoFailure},
        model::{Met, Trust, Who},
    },
    protocol::{
        codec::mesh::{self, Doubt, Sas, Status},
        identity::short_code,
    },
};

const US: &str = "10.0.0.5:4565";

/// Somebody whose key begins with `digits`.
fn node_of(digits: &str) -> NodeId {
    format!("{digits:0<64}").parse().unwrap()
}

fn bob() -> NodeId {
    node_of("7f3a91c0")
}

fn mallory() -> NodeId {
    node_of("c04e")
}

/// A user, and the people who join.
struct Desk {
    bench: Harness,
    links: u32,
}

impl Desk {
    fn new(known: Vec<Known>) -> Self {
        let mut bench = Harness::new(US);
        bench.node = Node::new(Me { known, ..me(US, 1) });
        Self { bench, links: 0 }
    }

    fn joins(&mut self, node: NodeId, nick: &str) -> (LinkId, Vec<Output>) {
        self.links += 1;
        let link = LinkId::Accepted(self.links);
        let hello = Hello {
            card: None,
            min: 2,
            max: 2,
            caps: Caps::ours(),
            node,
            boot: 1,
            nick: Nick::clean(nick),
            wall: None,
            port: None,
            version: "0".into(),
        };
        let [_, _, high, low] = self.links.to_be_bytes();
        let source = SocketAddr::from(([10, 1, high, low], 50_000));
        let secure = Secure { node, exporter: [7; 32] };
        (link, self.bench.feed(Input::NodeArrived { link, source, secure, hello }))
    }

    fn is(&mut self, node: NodeId, nick: &str) -> LinkId {
        self.joins(node, nick).0
    }

    fn renames(&mut self, link: LinkId, nick: &str) -> Vec<Update> {
        let status = Status { nick: Nick::clean(nick), presence: Presence::Here, typing: false };
        updates(self.bench.feed(Input::Frames { link, frames: vec![Frame::Status(status)] }))
    }

    fn leaves(&mut self, link: LinkId) -> Vec<Update> {
        updates(self.bench.feed(Input::Closed { link, reason: CloseReason::Ended }))
    }

    /// `node` begins to compare codes, and our user sees one.
    fn shows(&mut self, link: LinkId, node: NodeId) {
        let steps = [Sas::Commit(short_code::commitment(&[7; 32], &node)), Sas::Reveal([7; 32])];
        let frames = steps.into_iter().map(Frame::Sas).collect();
        let seen = updates(self.bench.feed(Input::Frames { link, frames }));
        let is_code = |update: &Update| matches!(update, Update::Verify { step: VerifyStep::Code { .. }, .. });
        assert!(seen.iter().any(is_code), "{seen:?}");
    }

    fn trusts(&mut self, text: &str) -> Vec<Update> {
        self.asks(|who| Command::Trust { who, sure: false }, text)
    }

    fn asks(&mut self, command: fn(Who) -> Command, text: &str) -> Vec<Update> {
        updates(self.bench.feed(Input::Command(command(Who::new(text).unwrap()))))
    }

    fn yes(&mut self, text: &str) -> Vec<Update> {
        self.asks(|who| Command::Verify { who, same: Some(true) }, text)
    }

    fn is_verified(&self, node: NodeId) -> bool {
        self.bench.node.trust.book().get(&node).is_some_and(|known| known.verified)
    }
}

fn updates(outs: Vec<Output>) -> Vec<Update> {
    outs.into_iter().filter_map(|out| if let Output::Update(update) = out { Some(update) } else { None }).collect()
}

/// The people whom the user is asked to choose from, sorted.
fn question(updates: &[Update]) -> Vec<&str> {
    match updates {
        [Update::Failed(Failure::Who(WhoFailure::Several { people, .. } | WhoFailure::OnlyAlike { people, .. }))] => {
            let mut people: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
            people.sort_unstable();
            people
        }
        _ => panic!("{updates:?}"),
    }
}

fn ended(updates: &[Update], node: NodeId) -> bool {
    updates.contains(&Update::Verify { peer: PeerId::Node(node), step: VerifyStep::Ended })
}

#[test]
fn a_name_cannot_hijack_a_command_that_names_a_key() {
    // Eight digits are not a name: a peer that tries is shown by its key.
    let mut desk = Desk::new(vec![verified(bob(), "bob")]);
    let link = desk.is(mallory(), "7f3a91c0");
    desk.renames(link, "7F3A 91C0");
    assert_eq!(desk.bench.node.peers.peer(PeerId::Node(mallory())).unwrap().nick, None);
    desk.asks(Command::Ignore, "7f3a91c0");
    let ignored = |desk: &Desk, node| desk.bench.node.trust.book().get(&node).unwrap().ignored;
    assert!(ignored(&desk, bob()) && !ignored(&desk, mallory()));

    // With fewer digits, either may be meant.
    for here in [true, false] {
        let mut desk = Desk::new(vec![Known { verified: false, ..verified(bob(), "bob") }]);
        if here {
            desk.is(bob(), "bob");
        }
        desk.is(mallory(), "7f3a");
        for command in [|who| Command::Trust { who, sure: false }, Command::Ignore, Command::Whois] {
            let asked = desk.asks(command, "7f3a");
            assert_eq!(question(&asked), ["7f3a#c04e0000", "bob#7f3a91c0"]);
        }
        assert!(!ignored(&desk, bob()) && !ignored(&desk, mallory()));
        desk.asks(Command::Ignore, "7f3a91");
        assert!(ignored(&desk, bob()) && !ignored(&desk, mallory()));
        desk.asks(Command::Ignore, "7f3a#c04e");
        assert!(ignored(&desk, mallory()));
    }
}

#[test]
fn offered_names_stay_unique_against_ground_key_prefixes() {
    let ground = node_of("7f3a91c0ff");
    let mut desk = Desk::new(Vec::new());
    desk.is(bob(), "bob");
    desk.is(ground, "bob");
    let asked = desk.trusts("bob#7f3a");
    let offered = "bob#7f3a91c0ff000000";
    assert!(question(&asked).contains(&offered), "{asked:?}");
    desk.asks(|who| Command::Trust { who, sure: true }, offered);
    let trusted = |node: NodeId| desk.bench.node.trust.book().get(&node).unwrap().trusted;
    assert!(trusted(ground) && trusted(bob()), "both are here");
}

#[test]
fn a_look_alike_name_is_not_enough_for_trust() {
    // The key with exactly that name is away, but it is meant all the same.
    let met = Some(Met { days: 2, proven: true, ..Met::default() });
    let mut desk = Desk::new(vec![Known { verified: false, met, ..verified(bob(), "bob") }]);
    desk.is(mallory(), "вов");
    desk.trusts("bob");
    let trusted = |desk: &Desk, node| desk.bench.node.trust.book().get(&node).unwrap().trusted;
    assert!(trusted(&desk, bob()) && !trusted(&desk, mallory()));

    // Nobody has exactly that name.
    let mut desk = Desk::new(Vec::new());
    desk.is(mallory(), "b0b");
    let commands: [fn(Who) -> Command; 4] = [
        |who| Command::Trust { who, sure: false },
        Command::Ignore,
        Command::Unignore,
        |who| Command::Verify { who, same: None },
    ];
    for command in commands {
        let asked = desk.asks(command, "bob");
        assert_eq!(question(&asked), ["b0b#c04e0000"]);
    }
    let shown = desk.asks(Command::Whois, "bob");
    let [Update::Whois(whois)] = &shown[..] else { panic!("{shown:?}") };
    assert_eq!(whois.peer.as_ref().unwrap().id, PeerId::Node(mallory()));
    assert!(!trusted(&desk, mallory()));
}

#[test]
fn yes_answers_the_code_shown_under_that_name() {
    let mut desk = Desk::new(Vec::new());
    let (bobs, mallorys) = (desk.is(bob(), "bob"), desk.is(mallory(), "mallory"));
    desk.shows(bobs, bob());
    desk.shows(mallorys, mallory());
    assert!(ended(&desk.leaves(bobs), bob()));
    assert!(ended(&desk.renames(mallorys, "bob"), mallory()), "who goes by another name has no code any more");
    let failed = desk.yes("bob");
    assert!(matches!(failed[..], [Update::Failed(Failure::Verify(_))]), "{failed:?}");
    desk.yes("c04e");
    assert!(!desk.is_verified(mallory()) && !desk.is_verified(bob()));
    // Another code, under the name under which bob's was shown a moment ago.
    desk.bench.wait(31_000);
    desk.shows(mallorys, mallory());
    let asked = desk.yes("bob");
    assert_eq!(question(&asked), ["bob#7f3a91c0", "bob#c04e0000"]);
    assert!(!desk.is_verified(mallory()));
    desk.yes("bob#c04e0000");
    assert!(desk.is_verified(mallory()) && !desk.is_verified(bob()));
}

#[test]
fn yes_to_one_name_does_not_verify_a_look_alike() {
    let mut desk = Desk::new(Vec::new());
    let bobs = desk.is(bob(), "bob");
    let mallorys = desk.is(mallory(), "b0b");
    desk.shows(mallorys, mallory());
    desk.yes("bob");
    desk.leaves(bobs);
    desk.yes("bob");
    desk.yes("B0b");
    assert!(!desk.is_verified(mallory()) && !desk.is_verified(bob()));
    desk.yes("b0b");
    assert!(desk.is_verified(mallory()), "the code is still there");
}

#[test]
fn two_codes_under_one_name_are_told_apart() {
    let mut desk = Desk::new(Vec::new());
    let (bobs, mallorys) = (desk.is(bob(), "bob"), desk.is(mallory(), "bob"));
    desk.shows(bobs, bob());
    desk.shows(mallorys, mallory());
    assert_eq!(question(&desk.yes("bob")).len(), 2);
    desk.leaves(bobs);
    assert_eq!(question(&desk.yes("bob")).len(), 2, "the user may be answering bob's");
    desk.yes("bob#7f3a91c0");
    assert!(!desk.is_verified(mallory()) && !desk.is_verified(bob()));
    // But not for ever.
    desk.leaves(mallorys);
    desk.bench.wait(240_000);
    let mallorys = desk.is(mallory(), "bob");
    desk.shows(mallorys, mallory());
    desk.yes("bob");
    assert!(desk.is_verified(mallory()));
}

#[test]
fn a_new_link_allows_no_extra_code() {
    let mut desk = Desk::new(Vec::new());
    let link = desk.is(mallory(), "mallory");
    desk.shows(link, mallory());
    assert!(ended(&desk.leaves(link), mallory()));
    let link = desk.is(mallory(), "mallory");
    let commit = Frame::Sas(Sas::Commit(short_code::commitment(&[8; 32], &mallory())));
    assert_eq!(desk.bench.feed(Input::Frames { link, frames: vec![commit] }), []);
}

#[test]
fn many_keys_under_a_known_name_raise_few_alarms() {
    let mut desk = Desk::new(vec![verified(bob(), "bob")]);
    let (mut alarms, mut notices, mut suspects) = (0, 0, 0);
    let mut links = Vec::new();
    for n in 0..100u8 {
        let (link, outs) = desk.joins(node_of(&format!("a0{n:02x}")), "bob");
        links.push(link);
        for update in updates(outs) {
            match update {
                Update::Alarm(_) => alarms += 1,
                Update::Notice(Notice::Trust(TrustNotice::ManyAlarms(_))) => notices += 1,
                Update::PeerJoined(peer) => suspects += usize::from(peer.repute.trust == Trust::Suspect),
                _ => {}
            }
        }
    }
    assert_eq!((alarms, notices, suspects), (5, 1, 100));
    desk.bench.wait(29_000);
    let raised = |updates: &[Update]| updates.iter().filter(|update| matches!(update, Update::Alarm(_))).count();
    let more = desk.joins(node_of("b001"), "bob").1;
    assert_eq!(raised(&updates(more)), 0);
    desk.bench.wait(1_000);
    let more = desk.joins(node_of("b002"), "bob").1;
    assert_eq!(raised(&updates(more)), 1, "one every half minute");
}

#[test]
fn namesakes_stay_marked_when_the_names_owner_leaves() {
    let mut desk = Desk::new(vec![verified(bob(), "bob")]);
    let bobs = desk.is(bob(), "bob");
    for n in 0..100u8 {
        desk.is(node_of(&format!("a0{n:02x}")), "bob");
    }
    let news = desk.leaves(bobs);
    assert!(!news.iter().any(|update| matches!(update, Update::Alarm(_))), "{news:?}");
    let is_suspect = |n: u8| {
        let id = PeerId::Node(node_of(&format!("a0{n:02x}")));
        desk.bench.node.peers.peer(id).is_some_and(|peer| peer.repute.trust == Trust::Suspect && peer.repute.namesake)
    };
    assert!((0..100).all(is_suspect));
}

/// The key that was known first keeps the name, and the second one learns how it is shown.
#[test]
fn a_node_that_takes_anothers_name_is_told() {
    let mut desk = Desk::new(vec![verified(bob(), "bob")]);
    let (link, outs) = desk.joins(mallory(), "bob");
    let taken = mesh::encode(&Frame::Doubt(Doubt::NameTaken(Nick::new("bob").unwrap())));
    assert!(outs.contains(&Output::Tell { link, frame: taken }), "{outs:?}");
    // And the other way round.
    let own = desk.bench.node.myself.nick.clone();
    let doubt = |nick: &Nick| vec![Frame::Doubt(Doubt::NameTaken(nick.clone()))];
    let told = updates(desk.bench.feed(Input::Frames { link, frames: doubt(&own) }));
    let [Update::Notice(Notice::Trust(TrustNotice::NameTaken { teller, nick, me }))] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((teller.as_str(), nick, *me), ("bob#c04e", &own, desk.bench.node.myself.node));
    let other = Nick::new("somebody").unwrap();
    assert_eq!(desk.bench.feed(Input::Frames { link, frames: doubt(&other) }), [], "no name of ours");
    assert_eq!(desk.bench.feed(Input::Frames { link, frames: doubt(&own) }), [], "not again and again");
}

/// An answer that the codes differ counts on both sides, and lasts.
#[test]
fn each_side_tells_the_other_that_codes_differ() {
    let mut desk = Desk::new(Vec::new());
    let link = desk.is(mallory(), "mallory");
    let doubt = || Input::Frames { link, frames: vec![Frame::Doubt(Doubt::CodesDiffer)] };
    assert_eq!(desk.bench.feed(doubt()), [], "nobody has compared anything");
    desk.shows(link, mallory());
    let outs =
        desk.bench.feed(Input::Command(Command::Verify { who: Who::new("mallory").unwrap(), same: Some(false) }));
    let frame = mesh::encode(&Frame::Doubt(Doubt::CodesDiffer));
    assert!(outs.contains(&Output::Tell { link, frame }), "{outs:?}");
    let trust = |desk: &Desk| desk.bench.node.peers.peer(PeerId::Node(mallory())).unwrap().repute.trust;
    assert_eq!(trust(&desk), Trust::Differs);

    let mut desk = Desk::new(Vec::new());
    let link = desk.is(bob(), "bob");
    desk.shows(link, bob());
    desk.yes("bob");
    let told = updates(desk.bench.feed(Input::Frames { link, frames: vec![Frame::Doubt(Doubt::CodesDiffer)] }));
    let step = VerifyStep::TheySayDiffers;
    assert!(told.contains(&Update::Verify { peer: PeerId::Node(bob()), step }), "{told:?}");
    assert!(!desk.is_verified(bob()), "what they say counts as much");
}

/// Somebody in between must not escape a "no" by ending the link or waiting.
#[test]
fn a_no_counts_after_the_link_or_the_code_ends() {
    let no = |desk: &mut Desk| desk.asks(|who| Command::Verify { who, same: Some(false) }, "mallory");
    let differs = |desk: &Desk| desk.bench.node.trust.book().get(&mallory()).is_some_and(|known| known.differs);
    let mut desk = Desk::new(Vec::new());
    let link = desk.is(mallory(), "mallory");
    desk.shows(link, mallory());
    desk.leaves(link);
    no(&mut desk);
    assert!(differs(&desk));
    let (link, outs) = desk.joins(mallory(), "mallory");
    let frame = mesh::encode(&Frame::Doubt(Doubt::CodesDiffer));
    assert!(outs.contains(&Output::Tell { link, frame }), "it is told when it is back: {outs:?}");

    let mut desk = Desk::new(Vec::new());
    let link = desk.is(mallory(), "mallory");
    desk.shows(link, mallory());
    desk.bench.wait(130_000);
    no(&mut desk);
    assert!(differs(&desk), "the time was over");
}

/// The same run comes on another link under another name: the front end must be told the name as well.
#[test]
fn a_second_link_under_another_name_is_a_rename() {
    let mut desk = Desk::new(vec![verified(bob(), "bob")]);
    desk.joins(mallory(), "bob");
    let told = updates(desk.joins(mallory(), "zed").1);
    let renamed = Update::PeerRenamed { peer: PeerId::Node(mallory()), nick: Nick::new("zed").unwrap() };
    let at = |is: &dyn Fn(&Update) -> bool| told.iter().position(is);
    let trusted = at(&|update| matches!(update, Update::PeerTrust { .. }));
    assert!(at(&|update| *update == renamed).is_some_and(|renamed| Some(renamed) < trusted), "{told:?}");
}

/// Two names that differ only in case: nobody can be sure which one was meant.
#[test]
fn names_that_differ_only_in_case_are_ambiguous() {
    let mut desk = Desk::new(vec![verified(bob(), "Bob")]);
    desk.is(mallory(), "bob");
    for name in ["bob", "Bob"] {
        let asked = desk.trusts(name);
        assert_eq!(question(&asked), ["Bob#7f3a91c0", "bob#c04e0000"]);
    }
}
