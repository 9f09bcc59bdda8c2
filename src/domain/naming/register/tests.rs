//! Who needs a tag.

use super::*;

fn node(digits: &str) -> PeerId {
    PeerId::Node(format!("{digits:0<64}").parse().unwrap())
}

fn guest(port: u16) -> PeerId {
    PeerId::Guest(([127, 0, 0, 1], port).into())
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

const KNOWN: Repute = Repute::of(Trust::Known);
const NEW: Repute = Repute::of(Trust::New);
const GUEST: Repute = Repute::of(Trust::Guest);

/// A register of a user named alice, with these people here.
fn register(people: &[(PeerId, &str, Repute)]) -> Register {
    let mut register = Register::default();
    register.set_own(&nick("alice"));
    for (id, name, repute) in people {
        register.here(*id, Some(&nick(name)), *repute);
    }
    register
}

fn shown(register: &Register, id: PeerId, name: &str) -> String {
    format!("{name}{}", register.tags(id, &nick(name), NEW).whole.unwrap_or_default())
}

fn cut(register: &Register, id: PeerId, name: &str) -> String {
    register.tags(id, &nick(name), NEW).cut.unwrap_or_default().into()
}

#[test]
fn the_first_known_key_keeps_the_plain_name() {
    let [bob, other, third] = [node("c04e"), node("7f3a"), node("c04e5d")];
    let taken = Repute { namesake: true, ..Repute::of(Trust::Suspect) };
    let register = register(&[(other, "B0B", taken), (bob, "bob", KNOWN), (third, "bob", taken)]);
    assert_eq!(shown(&register, bob, "bob"), "bob");
    assert_eq!(shown(&register, other, "B0B"), "B0B#7f3a");
    assert_eq!(shown(&register, third, "bob"), "bob#c04e5d00", "found by trying keys");
}

#[test]
fn a_taken_name_is_tagged_even_without_its_owner_here() {
    let register = register(&[(node("c04e"), "bob", Repute { namesake: true, ..KNOWN })]);
    assert_eq!(shown(&register, node("c04e"), "bob"), "bob#c04e");
    assert_eq!(shown(&register, node("7f3a"), "carol"), "carol#7f3a", "never heard of");
}

#[test]
fn a_name_like_the_users_own_has_a_tag() {
    let mut register = register(&[(node("c04e"), "Alice", NEW)]);
    assert_eq!(shown(&register, node("c04e"), "Alice"), "Alice#c04e");
    register.set_own(&nick("zoe"));
    assert_eq!(shown(&register, node("c04e"), "Alice"), "Alice");
}

#[test]
fn guests_get_a_tag_beside_namesakes_but_cause_none() {
    let mut register = register(&[(node("c04e"), "bob", NEW), (guest(4566), "bob", GUEST)]);
    assert_eq!(shown(&register, guest(4566), "bob"), "bob#4566");
    assert_eq!(shown(&register, node("c04e"), "bob"), "bob");
    register.gone(node("c04e"));
    assert_eq!(shown(&register, guest(4566), "bob"), "bob#4566", "gone is not forgotten");
}

#[test]
fn names_that_look_alike_when_cut_are_tagged_there() {
    let [one, two] = [node("c04e"), node("7f3a")];
    let register = register(&[(one, "christopher", KNOWN), (two, "christine", KNOWN)]);
    assert_eq!(shown(&register, two, "christine"), "christine");
    assert_eq!([cut(&register, one, "christopher"), cut(&register, two, "christine")], ["", "#7f3a"]);
}

#[test]
fn namesakes_known_only_from_history_are_all_tagged() {
    let mut register = register(&[]);
    let [one, two, met] = [node("c04e"), node("7f3a"), node("0b1e")];
    assert!(register.heard(one, &nick("bob"), NEW).is_empty());
    assert_eq!(shown(&register, one, "bob"), "bob");
    assert_eq!(register.heard(two, &nick("b0b"), NEW), [one], "what it said is shown anew");
    assert!(register.heard(two, &nick("b0b"), NEW).is_empty(), "once is enough");
    assert_eq!([shown(&register, one, "bob"), shown(&register, two, "b0b")], ["bob#c04e", "b0b#7f3a"]);
    register.here(met, Some(&nick("bob")), KNOWN);
    assert_eq!(shown(&register, met, "bob"), "bob");
}

#[test]
fn an_earlier_name_is_judged_on_its_own() {
    let bob = node("c04e");
    let mut register = register(&[(bob, "bob", NEW)]);
    let taken = Repute { namesake: true, ..Repute::of(Trust::Suspect) };
    register.here(bob, Some(&nick("carol")), taken);
    assert_eq!([shown(&register, bob, "bob"), shown(&register, bob, "carol")], ["bob", "carol#c04e"]);
    // And the other way round: an innocent name clears nothing.
    register.here(bob, Some(&nick("zed")), NEW);
    assert_eq!(register.tags(bob, &nick("carol"), taken).whole.as_deref(), Some("#c04e"));
    assert_eq!(register.repute_as(bob, Some(&nick("carol")), taken), taken);
    register.set_repute(bob, Repute::of(Trust::Differs));
    assert_eq!(register.repute_as(bob, Some(&nick("bob")), NEW).trust, Trust::Differs, "that is about the key");
}

#[test]
fn strangers_and_guests_are_forgotten_before_known_people() {
    let mut register = register(&[(node("c04e"), "bob", KNOWN)]);
    register.gone(node("c04e"));
    for port in 1..=u16::try_from(MAX_ABSENT).unwrap() + 50 {
        register.here(guest(port), Some(&nick("gus")), GUEST);
        register.gone(guest(port));
    }
    assert_eq!(register.people.len(), MAX_ABSENT);
    assert_eq!(shown(&register, node("c04e"), "bob"), "bob");
    register.heard(node("7f3a"), &nick("carol"), NEW);
    assert_eq!(shown(&register, node("7f3a"), "carol"), "carol", "a guest made room");
}

#[test]
fn memory_is_bounded_but_present_people_are_always_known() {
    let mut register = register(&[]);
    for n in 0..MAX_ABSENT + 100 {
        register.heard(node(&format!("{n:08x}")), &nick(&format!("n{n}x")), NEW);
    }
    for n in 0..100 {
        register.heard(node("00000000"), &nick(&format!("m{n}x")), NEW);
    }
    assert_eq!(register.people.len(), MAX_ABSENT);
    let late = node(&format!("{:08x}", MAX_ABSENT + 50));
    assert!(shown(&register, late, "late").contains('#'), "and anyone after that has a tag");
    register.here(late, Some(&nick("late")), NEW);
    assert_eq!(shown(&register, late, "late"), "late");
    register.gone(late);
    assert!(register.people.len() <= MAX_ABSENT + 1);
    for n in 0..MAX_ABSENT + 100 {
        register.forget(node(&format!("{n:08x}")));
    }
    register.forget(late);
    assert!(register.people.is_empty() && register.alike.is_empty() && register.cut_alike.is_empty());
    assert_eq!(register.absent(), 0);
}

/// Found by a newcomer: somebody took bob's name for three seconds, and bob was shown with a tag from then on.
#[test]
fn a_name_taken_for_a_moment_is_not_kept() {
    let [zoe, bob] = [node("c04e"), node("7f3a")];
    let mut register = register(&[(zoe, "zoe", KNOWN), (bob, "bob", NEW)]);
    register.here(zoe, Some(&nick("bob")), Repute { namesake: true, ..KNOWN });
    assert_eq!([shown(&register, zoe, "bob"), shown(&register, bob, "bob")], ["bob#c04e", "bob"]);
    register.here(zoe, Some(&nick("zoe")), KNOWN);
    assert_eq!([shown(&register, zoe, "zoe"), shown(&register, bob, "bob")], ["zoe", "bob"]);
}

/// Found by a newcomer: the first sam called itself tom, and the second one, whom the user trusted, kept its tag.
#[test]
fn an_abandoned_name_is_plain_for_its_new_holder() {
    let [tom, sam] = [node("c04e"), node("7f3a")];
    let mut register = register(&[(tom, "sam", NEW), (sam, "sam", Repute { namesake: true, ..NEW })]);
    register.here(tom, Some(&nick("tom")), NEW);
    assert_eq!(shown(&register, sam, "sam"), "sam#7f3a", "the name is the first one's still");
    register.set_repute(sam, NEW);
    assert_eq!([shown(&register, sam, "sam"), shown(&register, tom, "tom")], ["sam", "tom"]);
    assert_eq!(shown(&register, tom, "sam"), "sam#c04e", "what tom said as sam");
}
