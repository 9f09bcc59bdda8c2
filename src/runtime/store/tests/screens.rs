//! Pages and search results.

use super::{
    ask::texts,
    people::{Author, append, guest, memory, position},
};
use crate::{
    core::log::storage::Write,
    domain::model::{Hlc, Position, Seek},
    runtime::store::{Database, lines},
};

fn numbered(count: u64) -> (Database, Vec<Position>) {
    let mut alice = Author::new(1, 5);
    let mut database = memory(alice.node()).database;
    for number in 0..count {
        database.commit(alice.write(1_000 + number.cast_signed(), &format!("line {number}"), true)).unwrap();
    }
    (database, alice.said.iter().map(|(event, _)| position(event)).collect())
}

#[test]
fn a_page_has_the_requested_lines_and_reports_its_neighbours() {
    let (mut database, at) = numbered(20);
    let mut page = |seek, max| {
        let page = database.seek(seek, max);
        let lines: Vec<usize> =
            page.lines.iter().map(|line| at.iter().position(|at| *at == line.position).unwrap()).collect();
        (lines, page.before, page.after)
    };
    assert_eq!(page(Seek::Newest, 3), (vec![17, 18, 19], true, false));
    assert_eq!(page(Seek::Newest, 99), ((0..20).collect(), false, false));
    assert_eq!(page(Seek::Before(at[3]), 2), (vec![1, 2], true, true));
    assert_eq!(page(Seek::Before(at[2]), 2), (vec![0, 1], false, true));
    assert_eq!(page(Seek::Before(at[0]), 2), (vec![], false, true));
    assert_eq!(page(Seek::After(at[17]), 2), (vec![18, 19], true, false));
    assert_eq!(page(Seek::After(at[19]), 2), (vec![], true, false));
    assert_eq!(page(Seek::Around(at[10]), 5), (vec![8, 9, 10, 11, 12], true, true));
    assert_eq!(page(Seek::Around(at[0]), 4), (vec![0, 1, 2, 3], false, true));
    assert_eq!(page(Seek::Around(at[19]), 4), (vec![16, 17, 18, 19], true, false));
    assert_eq!(page(Seek::Newest, 0), (vec![], true, false));
    let never = Position { hlc: Hlc(u64::MAX), seq: u64::MAX, epoch: u64::MAX, ..at[0] };
    assert_eq!(page(Seek::Before(never), 1), (vec![19], true, false));
}

#[test]
fn simultaneous_lines_have_one_order() {
    let mut authors: Vec<Author> = (1..6).map(|seed| Author::new(seed, u64::from(seed) << 61)).collect();
    let mut database = memory(authors[0].node()).database;
    for author in &mut authors {
        database.commit(author.write(1_000, "same time", false)).unwrap();
    }
    database.commit(vec![Write::Guest(Box::new(guest(1_000, 200, "same time too")))]).unwrap();
    let all: Vec<Position> = database.seek(Seek::Newest, 9).lines.iter().map(|line| line.position).collect();
    assert!(all.len() == 6 && all.is_sorted());
    for (at, position) in all.iter().enumerate() {
        let before: Vec<_> = database.seek(Seek::Before(*position), 9).lines.iter().map(|l| l.position).collect();
        let after: Vec<_> = database.seek(Seek::After(*position), 9).lines.iter().map(|l| l.position).collect();
        assert_eq!((&before[..], &after[..]), (&all[..at], &all[at + 1..]));
        let older: Vec<_> = database.find("same", Some(*position), 9).lines.iter().map(|l| l.position).collect();
        assert!(older.iter().rev().eq(&all[..at]));
    }
    let mut found = Vec::new();
    while let Some(line) = database.find("time", found.last().copied(), 1).lines.pop() {
        found.push(line.position);
    }
    assert!(found.iter().rev().eq(&all), "page by page");
}

#[test]
fn words_of_all_scripts_are_found_however_they_are_typed() {
    let mut alice = Author::new(1, 5);
    let mut database = memory(alice.node()).database;
    for (at, text) in (0..).zip([
        "Der Café-Termin ist um 10",
        "我有，在二楼会议室",
        "会议取消",
        "東京タワーに行く",
        "오늘 회의는 3층에서",
        "ประชุมวันนี้",
        "don't panic",
        "naïve résumé 👍",
        "Привет, Мир",
    ]) {
        database.commit(alice.write(at, text, true)).unwrap();
    }
    for (query, found) in [
        ("cafe", &[0][..]),
        ("CAFÉ TERM", &[0]),
        ("term caf 10", &[0]),
        ("erm", &[0]),
        ("er", &[]),
        ("会议", &[1, 2]),
        ("会议室", &[1]),
        ("议会", &[]),
        ("二楼 会议", &[1]),
        ("タワー", &[3]),
        ("회의", &[4]),
        ("วัน", &[5]),
        ("don't", &[6]),
        ("dont", &[]),
        ("resume", &[7]),
        ("👍", &[7]),
        ("привет", &[8]),
        ("", &[]),
        ("\"", &[]),
        ("* OR ^a", &[]),
        ("NEAR(x)", &[]),
        ("text:cafe", &[]),
        ("cafe AND", &[]),
        ("_1", &[0]),
        ("_2", &[]),
        ("-cafe", &[0]),
    ] {
        let mut at: Vec<u64> = database.find(query, None, 99).lines.iter().map(|l| l.position.seq - 1).collect();
        at.reverse();
        assert_eq!(at, found, "{query}");
    }
    let many = "x ".repeat(5_000) + &"很".repeat(5_000) + &"\"'()*:^-+".repeat(100);
    assert!(database.find(&many, None, 9).lines.is_empty());
}

#[test]
fn results_are_newest_first_and_say_whether_there_are_more() {
    let (mut database, at) = numbered(10);
    let found = database.find("line", None, 3);
    assert_eq!((texts(&found.lines), found.more), (vec!["line 9".into(), "line 8".into(), "line 7".into()], true));
    let found = database.find("line", Some(at[2]), 2);
    assert_eq!((texts(&found.lines), found.more), (vec!["line 1".into(), "line 0".into()], false));
}

#[test]
fn a_full_millisecond_still_takes_lines() {
    let mut alice = Author::new(1, 5);
    let mut database = memory(alice.node()).database;
    database.commit(alice.write(1_000, "one", true)).unwrap();
    let last = lines::last_spot(alice.said[0].0.hlc);
    database.connection.execute("UPDATE lines SET spot = ?", [last]).unwrap();
    for text in ["two", "three"] {
        let said = alice.say(1_000, text, Vec::new());
        database.commit(vec![append(said, true), Write::Log(alice.state(1))]).unwrap();
    }
    assert_eq!(texts(&database.seek(Seek::Newest, 9).lines), ["one", "two", "three"]);
    assert_eq!(database.events(vec![(alice.log, 1)], 9, usize::MAX).len(), 3);
}

/// SQLite's plan for a page or a search must never scan all lines and never sort them.
#[test]
fn no_request_scans_all_lines() {
    let (database, _) = numbered(1);
    let plan = |sql: &str| {
        let mut plan = database.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        for parameter in 1..=plan.parameter_count() {
            plan.raw_bind_parameter(parameter, if sql.contains("MATCH") && parameter == 1 { "x" } else { "1" })
                .unwrap();
        }
        let mut rows = plan.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>(3).unwrap());
        }
        steps.join("; ")
    };
    for sql in crate::runtime::store::paging::statements() {
        let plan = plan(&sql);
        assert!(plan.contains("USING INDEX lines_in_order (place=?"), "{plan}");
        // The only list that may be scanned is that of ignored people.
        assert!(
            !plan.replace("SCAN json_each", "").contains("SCAN") && !plan.contains("TEMP B-TREE FOR ORDER BY"),
            "{plan}"
        );
    }
    let topic = plan(&crate::runtime::store::topics::newest());
    assert!(topic.contains("USING INDEX topics_in_order (place=?") && !topic.contains("BTREE FOR ORDER BY"), "{topic}");
    let with_words = plan(&crate::runtime::store::searching::with_words());
    assert!(!with_words.contains("SCAN lines") && !with_words.contains("TEMP B-TREE"), "{with_words}");
    let of_logs = plan(&crate::runtime::store::searching::of_logs());
    assert!(of_logs.contains("USING INDEX lines_in_order (place=?"), "{of_logs}");
    assert!(!of_logs.contains("SCAN lines") && !of_logs.contains("TEMP B-TREE FOR ORDER BY"), "{of_logs}");
}
