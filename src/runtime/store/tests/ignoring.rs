//! Pages and searches without the people whom the user ignores.

use super::{
    ask::texts,
    people::{Author, append, guest, memory, position},
};
use crate::{
    core::log::storage::{Ignored, Write},
    domain::model::Seek,
};

fn ignored(authors: &[&Author]) -> Ignored {
    Ignored { nodes: authors.iter().map(|author| author.node()).collect(), ..Ignored::default() }
}

#[test]
fn a_page_is_full_despite_ten_thousand_ignored_lines() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut database = memory(alice.node()).database;
    for number in 0..30 {
        database.commit(alice.write(number, &format!("alice {number}"), true)).unwrap();
    }
    database
        .commit((0..10_000).map(|number| append(bob.say(100 + number, "bob", Vec::new()), false)).collect())
        .unwrap();
    database.commit(vec![Write::Log(bob.state(1))]).unwrap();
    database.commit(alice.write(90_000, "alice again", true)).unwrap();
    let page = database.seek_without(ignored(&[&bob]), Seek::Newest, 20);
    assert_eq!((page.lines.len(), page.before, page.after), (20, true, false));
    assert_eq!(texts(&page.lines)[17..], ["alice 28", "alice 29", "alice again"]);
    // The same holds in the middle of what is not shown.
    let middle = position(&bob.said[5_000].0);
    let page = database.seek_without(ignored(&[&bob]), Seek::Around(middle), 4);
    assert_eq!(texts(&page.lines), ["alice 27", "alice 28", "alice 29", "alice again"]);
    let page = database.seek_without(ignored(&[&bob]), Seek::After(position(&alice.said[29].0)), 4);
    assert_eq!((texts(&page.lines), page.before, page.after), (vec!["alice again".to_owned()], true, false));
    // No one else has said anything there.
    let page = database.seek_without(ignored(&[&alice, &bob]), Seek::Newest, 20);
    assert_eq!((page.lines.len(), page.before, page.after), (0, false, false));
    assert_eq!(database.seek(Seek::Newest, 20).lines.len(), 20);
}

#[test]
fn lines_of_ignored_people_and_guests_are_not_found() {
    let (mut alice, mut bob) = (Author::new(1, 5), Author::new(2, 5));
    let mut earlier = Author::new(2, 4);
    let mut database = memory(alice.node()).database;
    for number in 0..10_u8 {
        let at = i64::from(number);
        database.commit(alice.write(at, "word of alice", true)).unwrap();
        database.commit(bob.write(at, "word of bob", false)).unwrap();
        database.commit(earlier.write(at, "word of bob before", false)).unwrap();
        database.commit(vec![Write::Guest(Box::new(guest(at, number, "word of a guest")))]).unwrap();
    }
    let guests = [guest(0, 0, "x").addr].into();
    let mut find = |ignored: Ignored, max| {
        let found = database.find_without(ignored.clone(), "word", None, max);
        let page = database.seek_without(ignored, Seek::Newest, max);
        assert_eq!((page.lines.len(), page.before), (found.lines.len(), found.more));
        (found.lines.len(), found.more)
    };
    assert_eq!(find(ignored(&[]), 99), (40, false));
    assert_eq!(find(ignored(&[&bob]), 99), (20, false), "all logs of one person");
    assert_eq!(find(Ignored { guests, ..ignored(&[&bob]) }, 9), (9, true));
    let other = ["127.0.0.1:9".parse().unwrap()].into();
    assert_eq!(find(Ignored { guests: other, ..ignored(&[&Author::new(9, 9)]) }, 99), (40, false));
}
