//! The command line of the simulation.

use std::ops::Range;

use proximity_chat::core::mutant::Mutant;

use crate::hostile;

pub(crate) const USAGE: &str = "\
cargo test --features simulation --test simulation -- [OPTIONS]

Without options it runs what CI runs. Each seed runs in a process of its own.
  --seeds A..B     these seeds
  --nodes N        with so many nodes, 3 to 16 (default: 5, and 8 for odd seeds)
  --hostile N      with so many hostile members, up to 2 (default: 2 for every second pair of seeds)
  --jobs N         so many at a time (default: 2)
  --mutant NAME    with this fault in the program; `all` tries each until a seed notices it
  --trace          print all that the nodes say
  --one SEED       this seed, in this process";

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Args {
    pub(crate) seeds: Option<Range<u64>>,
    pub(crate) nodes: Option<usize>,
    pub(crate) hostile: Option<usize>,
    pub(crate) jobs: usize,
    pub(crate) mutants: Vec<Mutant>,
    pub(crate) trace: bool,
    pub(crate) one: Option<u64>,
}

impl Args {
    pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut parsed =
            Self { seeds: None, nodes: None, hostile: None, jobs: 2, mutants: Vec::new(), trace: false, one: None };
        let mut args = args.into_iter();
        while let Some(option) = args.next() {
            if option == "--trace" {
                parsed.trace = true;
                continue;
            }
            let value = args.next().ok_or_else(|| format!("{option}: no such option, or its value is missing"))?;
            let wrong = || format!("{option} {value}: not understood");
            match option.as_str() {
                "--seeds" => {
                    let (from, to) = value.split_once("..").ok_or_else(wrong)?;
                    parsed.seeds = Some(from.parse().map_err(|_| wrong())?..to.parse().map_err(|_| wrong())?);
                }
                "--nodes" => {
                    let nodes = value.parse().ok().filter(|nodes| (3..=16).contains(nodes));
                    parsed.nodes = Some(nodes.ok_or_else(wrong)?);
                }
                "--hostile" => {
                    let members = value.parse().ok().filter(|members| *members <= hostile::MEMBERS);
                    parsed.hostile = Some(members.ok_or_else(wrong)?);
                }
                "--jobs" => parsed.jobs = value.parse().ok().filter(|jobs| *jobs > 0).ok_or_else(wrong)?,
                "--mutant" if value == "all" => parsed.mutants = Mutant::ALL.to_vec(),
                "--mutant" => parsed.mutants = vec![mutant(&value).ok_or_else(wrong)?],
                "--one" => parsed.one = Some(value.parse().map_err(|_| wrong())?),
                _ => return Err(wrong()),
            }
        }
        Ok(parsed)
    }

    /// How many nodes a seed has.
    pub(crate) fn nodes_of(&self, seed: u64) -> usize {
        self.nodes.unwrap_or(if seed.is_multiple_of(2) { 5 } else { 8 })
    }

    /// How many hostile members a seed has.
    pub(crate) fn hostile_of(&self, seed: u64) -> usize {
        let members = self.hostile.unwrap_or(if seed / 2 % 2 == 1 { hostile::MEMBERS } else { 0 });
        if self.nodes_of(seed) > hostile::MOST_HONEST { 0 } else { members }
    }
}

fn mutant(name: &str) -> Option<Mutant> {
    Mutant::ALL.into_iter().find(|mutant| format!("{mutant:?}").eq_ignore_ascii_case(name))
}
