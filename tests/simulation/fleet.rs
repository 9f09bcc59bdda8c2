//! Many seeds, each in its own process, a few at a time.

use std::{
    env,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use proximity_chat::core::mutant::Mutant;

use crate::{args::Args, run::BROKEN, say};

/// The seeds that CI runs: half with 5 and half with 8 nodes, and half of each with hostile members. At least one of
/// them must notice each fault in the program.
const CI_SEEDS: std::ops::Range<u64> = 0..52;

/// One seed and how to run it.
#[derive(Debug, Clone)]
struct Job {
    seed: u64,
    nodes: usize,
    hostile: usize,
    mutant: Option<Mutant>,
    trace: bool,
}

/// The result of a job.
#[derive(Debug, Clone)]
struct Outcome {
    passed: bool,
    text: String,
    hash: String,
}

pub(crate) fn run(args: &Args) -> bool {
    let began = Instant::now();
    let plain = args.seeds.is_none() && args.mutants.is_empty();
    let seeds = args.seeds.clone().unwrap_or(CI_SEEDS);
    let job = |seed, mutant| Job {
        seed,
        nodes: args.nodes_of(seed),
        hostile: args.hostile_of(seed),
        mutant,
        trace: args.trace,
    };
    let mut passed = true;
    if args.mutants.is_empty() {
        let jobs: Vec<_> = seeds.clone().map(|seed| job(seed, None)).collect();
        let (outcomes, took) = all(&jobs, args.jobs);
        let broken: Vec<_> = jobs.iter().zip(&outcomes).filter(|(_, o)| !o.passed).map(|(job, _)| job.seed).collect();
        say(&format!("{} seeds, {} broken {broken:?}, {:.1} s", jobs.len(), broken.len(), took.as_secs_f64()));
        passed &= broken.is_empty();
        // A seed must give the same trace each time.
        let runs = || jobs.iter().zip(&outcomes);
        let (peaceful, hostile) = (runs().find(|(job, _)| job.hostile == 0), runs().find(|(job, _)| job.hostile > 0));
        for (job, Outcome { hash, .. }) in peaceful.into_iter().chain(hostile).filter(|_| plain) {
            let same = one(job).hash == *hash && !hash.is_empty();
            say(&format!("seed {} again: {}", job.seed, if same { "the same trace" } else { "ANOTHER TRACE" }));
            passed &= same;
        }
    }
    let mutants = if plain { Mutant::ALL.to_vec() } else { args.mutants.clone() };
    if !mutants.is_empty() {
        passed &= hunt(&mutants, &seeds.map(|seed| job(seed, None)).collect::<Vec<_>>(), args.jobs);
    }
    say(&format!("{} after {:.1} s", if passed { "passed" } else { "FAILED" }, began.elapsed().as_secs_f64()));
    passed
}

/// Whether each of these faults is noticed by one of the seeds.
fn hunt(mutants: &[Mutant], jobs: &[Job], at_once: usize) -> bool {
    let found = in_parallel(mutants, at_once, |&mutant| {
        let noticed = jobs.iter().find_map(|job| {
            let outcome = one(&Job { mutant: Some(mutant), ..job.clone() });
            (!outcome.passed).then_some(outcome)
        });
        let text = noticed.as_ref().map_or("NOT NOTICED", |outcome| outcome.text.as_str());
        say(&format!("mutant {mutant:?}: {text}"));
        noticed.is_some()
    });
    let noticed = found.iter().filter(|noticed| **noticed).count();
    say(&format!("{noticed} of {} mutants noticed", mutants.len()));
    noticed == mutants.len()
}

fn all(jobs: &[Job], at_once: usize) -> (Vec<Outcome>, Duration) {
    let began = Instant::now();
    let outcomes = in_parallel(jobs, at_once, |job| {
        let outcome = one(job);
        say(&outcome.text);
        outcome
    });
    (outcomes, began.elapsed())
}

/// Runs a seed in its own process.
fn one(job: &Job) -> Outcome {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--one", &job.seed.to_string(), "--nodes", &job.nodes.to_string()]);
    command.args(["--hostile", &job.hostile.to_string()]);
    if let Some(mutant) = job.mutant {
        command.args(["--mutant", &format!("{mutant:?}")]);
    }
    if job.trace {
        command.arg("--trace");
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    let hash = text.split_whitespace().find_map(|word| word.strip_prefix("hash=")).unwrap_or_default().to_owned();
    let text = if text.is_empty() { format!("seed={} {BROKEN}: {}", job.seed, output.status) } else { text };
    Outcome { passed: output.status.success(), text, hash }
}

/// Does `work` for all items, `at_once` at a time. Returns the results in order.
fn in_parallel<T: Sync, R: Send>(items: &[T], at_once: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once.min(items.len()) {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    let result = work(item);
                    done.lock().unwrap().push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
