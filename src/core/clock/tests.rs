use std::time::Duration;

use super::*;
use crate::domain::model::Host;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

struct World {
    clocks: Clocks,
    now: Now,
    known: Vec<NodeId>,
}

impl World {
    /// Nodes on machines of their own, each so many milliseconds ahead of us.
    fn new(aheads: &[i64]) -> Self {
        let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(1_795_000_000_000) };
        let mut clocks = Clocks::default();
        for (n, ahead) in (1..).zip(aheads) {
            clocks.up(LinkId::Dialled(n.into()), node(n), machine(n), *ahead, now);
        }
        Self { clocks, now, known: Vec::new() }
    }

    fn look(&mut self) -> Look {
        self.clocks.look(|node| self.known.contains(node), self.now)
    }
}

fn node(n: u8) -> NodeId {
    NodeId::new([n; 32])
}

fn machine(n: u8) -> Machine {
    Machine::new(node(n), Some(Host::of([10, 0, 0, n].into())))
}

#[test]
fn two_others_override_our_clock_if_half_a_day_off() {
    for off in [13 * HOUR, -13 * HOUR, 87_600 * HOUR, -1_000 * HOUR] {
        let look = World::new(&[off, off + MINUTE]).look();
        let nearer = if off > 0 { off } else { off + MINUTE };
        assert_eq!((look.correction, look.agreed, look.contradicted), (nearer, true, true));
        assert_eq!(look.off, Some(Off { ahead: -nearer, of: vec![node(1), node(2)] }));
    }
    let look = World::new(&[HOUR, HOUR]).look();
    assert_eq!((look.correction, look.agreed, look.contradicted), (0, true, false), "an hour does no harm");
    assert!(look.off.is_some(), "but is told");
}

#[test]
fn the_median_of_others_decides_whose_clock_is_off() {
    let far_off = |aheads: &[i64]| {
        let mut world = World::new(aheads);
        world.look();
        world.clocks.far_off(world.now).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(far_off(&[0, 72 * HOUR, -HOUR, 9 * MINUTE]), [(node(2), 72 * HOUR), (node(3), -HOUR)]);
    assert_eq!(far_off(&[10 * MINUTE]), [(node(1), 10 * MINUTE)], "with one other, our own clock is right");
    assert_eq!(far_off(&[HOUR, HOUR + MINUTE]), [], "ours is off");
    assert_eq!(far_off(&[72 * HOUR, 72 * HOUR, 0]), [(node(3), -72 * HOUR)], "ours and the third are off");
    assert_eq!(far_off(&[]), []);
}

#[test]
fn one_wrong_clock_of_two_convinces_nobody() {
    for off in [72 * HOUR, -72 * HOUR] {
        assert_eq!(World::new(&[off, 0]).look(), Look { agreed: true, ..Look::default() });
    }
}

#[test]
fn a_single_other_is_believed_if_known_and_ahead() {
    for (off, known, correction) in
        [(72 * HOUR, true, 72 * HOUR), (72 * HOUR, false, 0), (-72 * HOUR, true, 0), (11 * HOUR, true, 0)]
    {
        let mut world = World::new(&[off]);
        world.known.extend(known.then_some(node(1)));
        assert_eq!(world.look().correction, correction, "{off} {known}");
    }
}

#[test]
fn machines_count_once_and_two_known_people_outvote_strangers() {
    let mut world = World::new(&[]);
    for n in 1..=8 {
        world.clocks.up(LinkId::Dialled(n.into()), node(n), machine(9), 72 * HOUR, world.now);
    }
    assert_eq!(world.look().correction, 0, "eight keys of one machine are one");
    let mut world = World::new(&[0, 0, 72 * HOUR, 72 * HOUR, 72 * HOUR]);
    assert_eq!(world.look().correction, 72 * HOUR);
    world.known = vec![node(1), node(2)];
    assert_eq!(world.look().correction, 0);
}

#[test]
fn only_a_jump_of_our_clock_changes_the_reference() {
    let mut world = World::new(&[0, 0]);
    let hour = Duration::from_hours(1);
    world.now = Now { mono: world.now.mono + hour, wall: Timestamp::from_millis(world.now.wall.as_millis() + HOUR) };
    assert_eq!(world.look(), Look { agreed: true, ..Look::default() });
    let right = world.now;
    world.now.wall = Timestamp::from_millis(right.wall.as_millis() + 9_000 * HOUR);
    assert_eq!(world.look().correction, -9_000 * HOUR);
    assert_eq!(world.clocks.reference(world.now), right);
}

#[test]
fn small_offsets_are_not_reported() {
    assert_eq!(World::new(&[119_000, 119_000]).look().off, None);
    assert_eq!(World::new(&[3 * MINUTE]).look().off, Some(Off { ahead: -3 * MINUTE, of: vec![node(1)] }));
    assert_eq!(World::new(&[3 * MINUTE, 0]).look().off, None, "it is the other one's clock");
}

#[test]
fn offsets_of_others_are_measured_from_the_reference() {
    let mut world = World::new(&[72 * HOUR, 72 * HOUR, 0]);
    world.look();
    assert_eq!(world.clocks.ahead_of_reference(&node(1), world.now), 0);
    assert_eq!(world.clocks.ahead_of_reference(&node(3), world.now), -72 * HOUR);
    world.clocks.down(LinkId::Dialled(3));
    assert_eq!(world.clocks.ahead_of_reference(&node(3), world.now), 0);
}

#[test]
fn clocks_from_before_the_program_existed_do_not_count() {
    let ten_years = 87_600 * HOUR;
    let mut world = World::new(&[-ten_years, -ten_years, MINUTE]);
    assert_eq!(world.look(), Look { agreed: true, ..Look::default() });
    world.now.wall = Timestamp::from_millis(world.now.wall.as_millis() - ten_years);
    world.known = vec![node(3)];
    let look = world.look();
    assert_eq!((look.correction, look.agreed), (ten_years + MINUTE, true), "ours is as wrong");
}
