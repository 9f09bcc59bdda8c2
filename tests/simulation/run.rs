//! One seed, from the first start to the last check.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    panic,
    path::Path,
    process,
    rc::Rc,
    thread,
    time::{Duration, Instant, UNIX_EPOCH},
};

use proximity_chat::{
    core::{
        budgets::{MAX_KEYS, MAX_NODES_PER_HOST},
        clock::Clocks,
    },
    domain::model::{LinkId, Machine, Now, Timestamp},
};
use turmoil::Sim;

use crate::{
    all_rules,
    faults::{Faults, LATENCY},
    host::{self, Host},
    hostile::{self, GONE_AT, Member},
    places,
    private::{self, Story},
    say,
    speakers::Speakers,
    speech::{self, MEMBERS, SECRET},
    trace::Trace,
    world::World,
};

/// How the line about a seed reports a broken rule.
pub(crate) const BROKEN: &str = "BROKEN";

/// How long anything may happen.
pub(crate) const CHAOS: Duration = Duration::from_secs(30);

/// How long lines are said after that, the last ones while all is well.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// By then all links are open again and the clocks are measured, which happens every 10 s.
const COMPARED: Duration = Duration::from_secs(13);

/// By then everybody must have everything: the longest pause between two dials, and some more.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long nothing more may happen after that. A superfluous link, or a line that comes twice, shows by then.
const QUIET: Duration = Duration::from_secs(12);

/// How long nothing may have been written at the end.
const DRAINED: Duration = Duration::from_secs(5);

/// One step of the simulation.
const TICK: Duration = Duration::from_millis(2);

/// What the clocks show at the beginning: a day in January 2027.
pub(crate) const EPOCH: Duration = Duration::from_hours(500_000);

/// A seed that takes longer than this in real time counts as hanging.
const HANGS: Duration = Duration::from_mins(5);

/// Runs a seed and prints the result.
pub(crate) fn one(seed: u64, nodes: usize, hostile: usize, trace: bool) -> bool {
    watch(seed);
    let began = Instant::now();
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let directory = tempfile::tempdir_in(place).unwrap();
    let honest: Vec<_> = (0..nodes).map(|index| host::identity_of(seed, index)).collect();
    let world = World::new(seed, &honest, Trace::new(trace));
    world.is_hostile.set(hostile > 0);
    let converged = run(&world, nodes, hostile, directory.path());
    let hash = world.trace.borrow().hash();
    let mut line =
        format!("seed={seed} nodes={nodes} hostile={hostile} hash={hash} events={}", world.rules.borrow().messages());
    let _ = write!(line, " heard={}", world.heard.get());
    if private::happens(seed) {
        let _ = write!(line, " private={}", world.rules.borrow().rooms.private.summary());
    }
    if let Some(after) = converged {
        let _ = write!(line, " converged={:.1}s", after.as_secs_f64());
    }
    let _ = write!(line, " took={:.1}s", began.elapsed().as_secs_f64());
    let broken = world.broken();
    match &broken {
        None => line += " ok",
        Some(what) => {
            let _ = write!(line, " {BROKEN}: {what}");
        }
    }
    say(&line);
    broken.is_none()
}

/// Makes a panic anywhere, which tokio would hide, and an endless run failures of this seed.
fn watch(seed: u64) {
    panic::set_hook(Box::new(move |info| {
        say(&format!("seed={seed} {BROKEN}: {info}").replace('\n', " "));
        process::exit(1);
    }));
    thread::spawn(move || {
        // Nobody wakes this thread.
        thread::park_timeout(HANGS);
        say(&format!("seed={seed} {BROKEN}: hangs"));
        process::exit(1);
    });
}

/// Runs a seed. Returns how long after the last repair everybody had everything.
fn run(world: &Rc<World>, nodes: usize, hostile: usize, directory: &Path) -> Option<Duration> {
    let mut random = fastrand::Rng::with_seed(world.seed);
    let mut sim = turmoil::Builder::new()
        .rng_seed(random.u64(..))
        .epoch(UNIX_EPOCH + EPOCH)
        .simulation_duration(Duration::MAX)
        .tick_duration(TICK)
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(LATENCY)
        .tcp_capacity(4_096)
        .enable_random_order()
        .build();
    // With hostile members, the trust records start full, so that there is no room for the throw-away keys.
    let strangers = if hostile > 0 { MAX_KEYS - nodes } else { 0 };
    let hosts = hosts(world.seed, (nodes, strangers), &mut random, directory);
    for host in &hosts {
        let (world, host) = (world.clone(), host.clone());
        sim.host(host.ip, move || host::live(world.clone(), host.clone()));
    }
    let victims: Vec<_> = hosts.iter().map(|host| SocketAddr::new(host.ip, host::PORT)).collect();
    for number in 0..hostile {
        let (world, member) = (world.clone(), Rc::new(Member::new(number, victims.clone())));
        sim.host(member.ip, move || hostile::live(world.clone(), member.clone()));
    }
    // It has the address of the first hostile member.
    if hostile == 0 && nodes <= hostile::MOST_HONEST && places::is_moving(world.seed) {
        let (world, visitor) = (world.clone(), Rc::new(Member::new(0, victims.clone())));
        sim.host(visitor.ip, move || hostile::visit(world.clone(), visitor.clone()));
    }
    let mut faults = Faults::new(world.clone(), hosts.clone(), random.fork());
    let mut story = Story::new(hosts.clone(), world.clone());
    let mut speakers = Speakers::new(hosts.clone(), world.clone(), random);
    let step = |sim: &mut Sim<'_>, faults: &mut Faults| {
        if let Err(error) = sim.step() {
            world.must(Err(error.to_string()));
        }
        faults.look(sim.elapsed());
        world.broken().is_none()
    };
    while sim.elapsed() < CHAOS {
        faults.step(&mut sim);
        speakers.speak(sim.elapsed());
        if let Some(story) = &mut story {
            story.goes_on(sim.elapsed());
        }
        if !step(&mut sim, &mut faults) {
            return None;
        }
    }
    faults.end(&mut sim);
    let healed = sim.elapsed();
    // From then on nobody whose clock is right is misled, because most of those whom they reach are right too.
    let right = hosts.iter().filter(|host| host.is_right()).count();
    if 2 * right.saturating_sub(2) >= nodes - 1 {
        world.sane_from.set(healed + COMPARED);
    }
    let times = hosts.iter().map(|host| goes_by(host, &hosts, &faults, healed)).collect();
    world.rules.borrow_mut().go_by(times);
    let mut converged = None;
    loop {
        let now = sim.elapsed();
        faults.due(&mut sim, now);
        if now < healed + LAST_WORDS {
            speakers.speak(now);
            if let Some(story) = &mut story {
                story.goes_on(now);
            }
        } else if converged.is_none() && world.rules.borrow().all_have_all() && all_listed(world, &hosts, &faults) {
            converged = Some(now);
        }
        let busy_until = if hostile > 0 { GONE_AT } else { Duration::ZERO };
        if converged.is_some_and(|at| now > at.max(busy_until) + QUIET) {
            break;
        }
        if converged.is_none() && now > healed + PATIENCE {
            let rules = world.rules.borrow();
            let (held, missing) = (rules.lobby().held(), rules.missing());
            let listed: Vec<_> = hosts.iter().map(|host| host.listed.borrow().len()).collect();
            let what = format!("nothing lost: {missing:?}, lines {held:?}, peers {listed:?}, after {PATIENCE:?}");
            world.must(Err(what));
        }
        if !step(&mut sim, &mut faults) {
            return None;
        }
    }
    check_links(world, &hosts, &faults);
    world.must(world.rules.borrow().all_shown());
    check_strangers(world, sim.elapsed(), &hosts, &victims, hostile);
    check_disks(world, &mut sim, &hosts);
    if !world.rules.borrow().all_have_all() || !all_listed(world, &hosts, &faults) {
        world.must(Err("everybody had everything, and then no more".to_owned()));
    }
    converged.map(|at| at.saturating_sub(healed))
}

fn hosts(seed: u64, (nodes, strangers): (usize, usize), random: &mut fastrand::Rng, directory: &Path) -> Vec<Rc<Host>> {
    let host = |index: usize| {
        // One host in four comes late. Some know others by configuration, and some only by sweeping.
        let joins_at = if random.u8(..4) == 0 { random.u64(5_000..25_000) } else { random.u64(..2_000) };
        let knows: Vec<_> = (0..nodes).filter(|&other| other != index && random.u8(..3) == 0).collect();
        let directory = directory.join(index.to_string());
        Rc::new(Host::new(index, nodes, strangers, seed, Duration::from_millis(joins_at), &knows, directory))
    };
    (0..nodes).map(host).collect()
}

/// The time of a host when it is linked with all hosts it can reach.
fn goes_by(host: &Host, hosts: &[Rc<Host>], faults: &Faults, at: Duration) -> Timestamp {
    let correct = i64::try_from((EPOCH + at).as_millis()).unwrap();
    let now = Now { mono: Instant::now(), wall: Timestamp::from_millis(correct.saturating_add(host.skew())) };
    let mut clocks = Clocks::default();
    for other in hosts.iter().filter(|other| other.index != host.index) {
        if !faults.are_strangers(host.index, other.index) {
            let (link, machine) = (LinkId::Accepted(other.index as u32), Machine::Key(other.node));
            clocks.up(link, other.node, machine, other.skew().saturating_sub(host.skew()), now);
        }
    }
    clocks.look(|_| true, now);
    clocks.reference(now).wall
}

fn pairs(hosts: &[Rc<Host>]) -> impl Iterator<Item = (&Rc<Host>, &Rc<Host>)> {
    hosts.iter().enumerate().flat_map(|(index, one)| hosts[..index].iter().map(move |other| (one, other)))
}

/// Whether all nodes list everybody whom they can reach, and those of them who are in the same room.
fn all_listed(world: &World, hosts: &[Rc<Host>], faults: &Faults) -> bool {
    let rules = world.rules.borrow();
    let in_rooms = hosts.iter().all(|host| rules.lists_members(host.index, &host.listed_in.borrow()));
    in_rooms && all_present_listed(hosts, faults)
}

fn all_present_listed(hosts: &[Rc<Host>], faults: &Faults) -> bool {
    pairs(hosts).all(|(one, other)| {
        let listed = |a: &Host, b: &Host| a.listed.borrow().contains(&b.node);
        faults.are_strangers(one.index, other.index) || (listed(one, other) && listed(other, one))
    })
}

/// All disks must have the same events in the same order, and nothing else.
fn check_disks(world: &World, sim: &mut Sim<'_>, hosts: &[Rc<Host>]) {
    for host in hosts {
        sim.crash(host.ip);
        let read = host.read(world, true);
        let kept = read.and_then(|(_, snapshot)| world.rules.borrow().strangers(host.index, &snapshot));
        world.must(kept);
        world.must(nothing_of_others(host, hosts.len()));
        if !world.rules.borrow().rooms.private.was_in_any(&host.node) {
            world.must(nothing_of_members(host));
        }
    }
    if !world.rules.borrow().all_have_all() {
        world.must(Err("not everything is on all disks".to_owned()));
    }
    world.must(world.rules.borrow().private_rooms());
}

/// Nothing that was said between two others is in any file of a host.
fn nothing_of_others(host: &Host, hosts: usize) -> Result<(), String> {
    let others = (0..hosts).flat_map(|one| (0..one).map(move |other| (one, other)));
    let others = others.filter(|(one, other)| host.index != *one && host.index != *other);
    let texts: Vec<String> = others.map(|(one, other)| speech::between(one, other)).collect();
    for file in host.files() {
        for at in all_rules::found(&file, SECRET.as_bytes()) {
            if let Some(text) = texts.iter().find(|text| file[at..].starts_with(text.as_bytes())) {
                return Err(format!("only the two have it: node {} has what was said {text}", host.index));
            }
        }
    }
    Ok(())
}

/// Nothing that was said in a private room is in any file of a host that was never in one.
fn nothing_of_members(host: &Host) -> Result<(), String> {
    let has = |file: &Vec<u8>| all_rules::found(file, MEMBERS.as_bytes()).next().is_some();
    if host.files().iter().any(has) {
        return Err(format!("only members have it: node {} has what was said in a private room", host.index));
    }
    Ok(())
}

/// Checks what hostile members have on each host at the end, and what they have made hosts do.
fn check_strangers(world: &World, now: Duration, hosts: &[Rc<Host>], victims: &[SocketAddr], hostile: usize) {
    for number in 0..hostile {
        let ip = Member::new(number, victims.to_vec()).ip;
        for host in hosts {
            let links = world.cables.between(ip, host.ip);
            if links > MAX_NODES_PER_HOST {
                world.must(Err(format!("strangers have few places: node {} has {links} links of {ip}", host.index)));
            }
        }
    }
    if let Some(other) = world.cables.dialled().iter().find(|addr| addr.port() != host::PORT) {
        world.must(Err(format!("nobody knocks where no chat can be: {other} was dialled")));
    }
    if now < world.last_written.get() + DRAINED {
        world.must(Err("in the end all queues are empty, and somebody writes".to_owned()));
    }
}

/// Each pair must have one link at the end.
fn check_links(world: &World, hosts: &[Rc<Host>], faults: &Faults) {
    for (one, other) in pairs(hosts) {
        let links = world.cables.between(one.ip, other.ip);
        if links != usize::from(!faults.are_strangers(one.index, other.index)) {
            world.must(Err(format!("one link per pair: nodes {} and {} have {links}", one.index, other.index)));
        }
    }
}
