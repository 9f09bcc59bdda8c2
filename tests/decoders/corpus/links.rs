//! What another node sends over a link, and what the user does meanwhile.

use proximity_chat::protocol::identity::short_code;

use super::{
    Corpus,
    events::{Author, batch, content, have, range, written},
    frames::{HOSTILE, address, bye, hello, peers, ping, presence, sas_commit, sas_reveal, sighting},
};
use crate::{
    links::{THEIR_SECRET, them, us},
    protobuf::varint,
};

const WAIT: &[u8] = &[];
const VERIFY: &[u8] = &[0];
const SAME: &[u8] = &[1];
const DIFFERENT: &[u8] = &[2];
const TRUST: &[u8] = &[3];
const IGNORE: &[u8] = &[4];
const UNIGNORE: &[u8] = &[5];
const WHOIS: &[u8] = &[6];
const AWAY: &[u8] = &[7];
const SAY: &[u8] = &[8];

fn parts<P: AsRef<[u8]>>(parts: &[P]) -> Vec<u8> {
    parts.iter().flat_map(|part| [varint(part.as_ref().len() as u64), part.as_ref().to_vec()].concat()).collect()
}

pub(super) fn link(corpus: &mut Corpus) {
    let hello = |nick: &str| hello(them().as_bytes(), nick.as_bytes(), 1_767_323_045_678, 4566);
    let mut add = |name: &str, first: &[u8], rest: Vec<u8>| corpus.add("link", name, [parts(&[first]), rest].concat());
    let bob = &hello("bob")[..];
    let (commit, reveal) = (sas_commit(&short_code::commitment(&[7; 32], &them())), sas_reveal(&[7; 32]));
    let (commit, reveal, other) = (&commit[..], &reveal[..], &sas_reveal(&[8; 32])[..]);
    let mut said = Author::them();
    let [hi, ho, bye_bye] = [&b"hi"[..], b"ho", b"bye"].map(|text| batch(&[said.line(text)]));
    let (hi, ho, bye_bye) = (&hi[..], &ho[..], &bye_bye[..]);

    let busy = presence(b"bob", true, b"lunch", true);
    add("talk", bob, parts(&[hi, &busy, &ping(7, false), SAY, AWAY, WHOIS, WAIT, ho, bye_bye, &bye(1)]));
    add("codes-of-theirs", bob, parts(&[commit, reveal, SAME, WHOIS]));
    add("codes-of-ours", bob, parts(&[VERIFY, commit, reveal, DIFFERENT]));
    add("codes-that-do-not-fit", bob, parts(&[VERIFY, commit, other, SAME]));
    add("codes-out-of-order", bob, parts(&[VERIFY, reveal, commit]));
    add("codes-again-and-again", bob, parts(&[commit, reveal, SAME]).repeat(20));
    add("codes-never-answered", bob, [parts(&[VERIFY]), parts(&[WAIT]).repeat(130), parts(&[commit, reveal])].concat());
    add("one-code-after-the-other", bob, [parts(&[commit, reveal]), parts(&[WAIT]).repeat(31)].concat().repeat(5));

    let robert = presence(b"robert", false, b"", false);
    add("codes-under-another-name", bob, parts(&[commit, reveal, &robert, SAME, WHOIS]));
    add(
        "codes-withheld",
        bob,
        [parts(&[commit]), parts(&[WAIT]).repeat(60), parts(&[VERIFY]), parts(&[WAIT]).repeat(61)].concat(),
    );
    add("codes-on-the-next-link", bob, parts(&[commit, reveal, &bye(1), bob, commit, reveal, VERIFY, reveal, SAME]));
    add(
        "named-like-a-key",
        bob,
        parts(&[&presence(b"5a5a5a5a", false, b"", false)[..], VERIFY, &presence(b"5a5a", false, b"", false), WHOIS]),
    );
    let names: Vec<_> = (0..100).map(|n| presence(format!("name{n}").as_bytes(), false, b"", false)).collect();
    add("renames", bob, parts(&names));
    let mut rude = Author::of(&THEIR_SECRET, 8);
    let texts: Vec<_> =
        HOSTILE.iter().flat_map(|(_, text)| [batch(&[rude.line(text)]), presence(text, true, text, true)]).collect();
    add("hostile-texts", bob, parts(&texts));
    add("ignored", bob, parts(&[IGNORE, hi, commit, reveal, UNIGNORE, ho, TRUST, WHOIS, bye_bye]));
    add("pings", bob, parts(&[ping(1, false), ping(2, true)]).repeat(1_000));

    let crowd = |net: u8| {
        let sightings = (0..60u8).map(|n| {
            let addrs: Vec<_> = (0..8).map(|host| address(&[net, 0, n, host], 4565 + u64::from(host))).collect();
            sighting(&[n; 32], &addrs)
        });
        peers(&sightings.collect::<Vec<_>>().concat())
    };
    add("hints", bob, parts(&[crowd(127), crowd(10), crowd(224), crowd(0)]));
    add("hints-without-end", bob, [parts(&[crowd(127)]), parts(&[WAIT])].concat().repeat(10));

    add("no-hello", hi, parts(&[bob, hi]));
    add("hello-twice", bob, parts(&[bob, hi]));
    add("comes-and-goes", bob, [parts(&[bye(1)]), parts(&[bob, hi])].concat().repeat(10));
    add("malformed", bob, parts(&[&[0xff, 0xff][..], hi, bob, hi]));
    add("stays", bob, parts(&[WAIT]).repeat(200));
    add("much-to-hear", bob, [parts(&[SAY]).repeat(100), parts(&[WAIT, &bye(1), bob, WAIT])].concat());
    let other_key = super::frames::hello(&[9; 32], b"bob", 1, 4566);
    add("not-its-key", &other_key, parts(&[hi]));
    let own_key = super::frames::hello(us().as_bytes(), b"bob", 1, 4566);
    add("our-key", &own_key, parts(&[hi]));

    logs(&mut |name, rest| add(name, bob, parts(&rest)));
}

/// Faults in the sequence of events, and in what is claimed about them.
fn logs(add: &mut impl FnMut(&str, Vec<Vec<u8>>)) {
    let mut bob = Author::them();
    let lines: Vec<_> = (0..20).map(|n| bob.line(format!("line {n}").as_bytes())).collect();
    let backwards: Vec<_> = lines.iter().rev().cloned().collect();
    let all = have(&[bob.range()], false, true);
    add("log-in-order", vec![all.clone(), batch(&lines), WAIT.to_vec(), SAY.to_vec(), WAIT.to_vec()]);
    // Each round lets one more of them find its place.
    add("log-backwards", [vec![all.clone()], vec![batch(&backwards); 20]].concat());
    add("log-again-and-again", vec![batch(&lines); 30]);
    add("log-with-a-hole", vec![all.clone(), batch(&lines[..5]), batch(&lines[6..]), WAIT.to_vec()]);
    add("log-that-is-told-and-never-sent", vec![all.clone(), WAIT.to_vec(), all, WAIT.to_vec()]);

    let mut other = Author::them();
    let forked: Vec<_> = (0..5).map(|n| other.line(format!("other {n}").as_bytes())).collect();
    add("log-forked", vec![batch(&lines[..5]), batch(&forked), have(&[other.range()], false, false), WAIT.to_vec()]);

    // Names them as the author, but carries somebody else's signature.
    let mut forger = Author::of(&[9; 32], 7);
    let mut draft = forger.draft(content(b"bob", b"forged"));
    draft.log.author = them();
    let pretended = written(&forger.sign(draft));
    add("log-forged", vec![batch(&[pretended]), batch(&[forger.line(b"a third one's")]), batch(&lines[..1])]);

    let strangers = (0..300u64).map(|n| {
        let mut secret = [3; 32];
        secret[..8].copy_from_slice(&n.to_be_bytes());
        let mut stranger = Author::of(&secret, n);
        (stranger.line(b"hi"), stranger.range())
    });
    let (lines_of_strangers, ranges): (Vec<_>, Vec<_>) = strangers.unzip();
    let told = ranges.chunks(512).map(|ranges| have(ranges, true, false));
    add("log-of-many-strangers", told.chain(lines_of_strangers.chunks(60).map(batch)).collect());

    let id = bob.id();
    let bases = [(20, 15), (20, 1), (20, 25), (500, 400), (3, 1), (20, i64::MAX as u64)];
    let ranges = bases.map(|(seq, base)| have(&[range(&id, seq, [7; 32], base)], false, false));
    add("log-whose-base-moves", ranges.into_iter().chain([batch(&lines[10..]), batch(&lines[..10])]).collect());
}
