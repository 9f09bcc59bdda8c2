//! Changes inputs at random.

use std::{
    cell::Cell,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestError, TestRunner},
};

use super::{Kind, corpus};

/// The longest input: slightly more than any decoder takes.
const MAX_BYTES: usize = 300 * 1024;

/// The most changes made to one input.
const MAX_CHANGES: usize = 5;

/// Numbers that tend to break lengths and counts.
const NUMBERS: [u64; 10] =
    [0, 1, 0x7f, 0x80, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, u64::MAX];

#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Set(Index, u8),
    Truncate(Index),
    Remove(Index, Index),
    Repeat(Index, Index, usize),
    Insert(Index, Vec<u8>),
    Number(Index, usize),
    /// The start of this input and the end of another.
    Splice(Index, Index, Index),
    /// Another input in the middle of this one.
    Nest(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        at().prop_map(Change::Truncate),
        (at(), at()).prop_map(|(from, to)| Change::Remove(from, to)),
        (at(), at(), 1usize..200).prop_map(|(from, to, times)| Change::Repeat(from, to, times)),
        (at(), proptest::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 0..NUMBERS.len()).prop_map(|(at, number)| Change::Number(at, number)),
        (at(), at(), at()).prop_map(|(other, at, from)| Change::Splice(other, at, from)),
        (at(), at()).prop_map(|(other, at)| Change::Nest(other, at)),
    ]
}

fn place(at: Index, bytes: &[u8]) -> usize {
    at.index(bytes.len() + 1)
}

fn range(one: Index, other: Index, bytes: &[u8]) -> std::ops::Range<usize> {
    let (one, other) = (place(one, bytes), place(other, bytes));
    one.min(other)..one.max(other)
}

fn apply(bytes: &mut Vec<u8>, change: &Change, inputs: &[(String, Vec<u8>)]) {
    match change {
        Change::Flip(at, bit) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        Change::Set(at, byte) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Change::Flip(..) | Change::Set(..) => {}
        Change::Truncate(at) => bytes.truncate(place(*at, bytes)),
        Change::Remove(from, to) => drop(bytes.drain(range(*from, *to, bytes))),
        Change::Repeat(from, to, times) => {
            let range = range(*from, *to, bytes);
            let times = (*times).min(MAX_BYTES / range.len().max(1));
            let again = bytes[range.clone()].repeat(times);
            bytes.splice(range.end..range.end, again);
        }
        Change::Insert(at, more) => {
            let at = place(*at, bytes);
            bytes.splice(at..at, more.iter().copied());
        }
        Change::Number(at, number) => {
            let at = place(*at, bytes);
            bytes.splice(at..at, super::protobuf::varint(NUMBERS[*number]));
        }
        Change::Splice(other, at, from) => {
            let other = &other.get(inputs).1;
            bytes.truncate(place(*at, bytes));
            bytes.extend(&other[place(*from, other)..]);
        }
        Change::Nest(other, at) => {
            let at = place(*at, bytes);
            bytes.splice(at..at, other.get(inputs).1.iter().copied());
        }
    }
    bytes.truncate(MAX_BYTES);
}

/// Tries `cases` changed inputs, chosen by `PROPTEST_RNG_SEED`. The smallest that fails is kept in the corpus.
pub(super) fn run(kind: Kind, cases: u32) {
    let inputs = corpus::read(kind.name);
    let strategy =
        (any::<Index>(), proptest::collection::vec(change(), 1..=MAX_CHANGES)).prop_map(|(base, changes)| {
            let mut bytes = base.get(&inputs).1.clone();
            for change in &changes {
                apply(&mut bytes, change, &inputs);
            }
            bytes
        });
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let result = TestRunner::new(config).run(&strategy, |bytes| guarded(kind, &bytes).map_err(TestCaseError::fail));
    if let Err(TestError::Fail(reason, bytes)) = result {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let path = corpus::directory(kind.name).join(format!("found-{:016x}", hasher.finish()));
        fs::write(&path, &bytes).expect("a file of the corpus");
        panic!("{reason}\nkept as {}", path.display());
    }
}

thread_local! {
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

/// Checks one input. A panic swallowed by a task counts as a failure too.
pub(super) fn guarded(kind: Kind, bytes: &[u8]) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.set(PANICS.get() + 1);
            before(info);
        }));
    });
    let panics = PANICS.get();
    let result = panic::catch_unwind(AssertUnwindSafe(|| (kind.check)(bytes)));
    let text = result.err().map(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref().map(|text: &&str| (*text).to_owned())).unwrap_or_default()
    });
    match text {
        Some(text) => Err(text),
        None if PANICS.get() != panics => Err("a task has panicked".to_owned()),
        None => Ok(()),
    }
}
