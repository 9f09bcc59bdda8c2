//! A history that an earlier version let strangers fill up.

use std::sync::Arc;

use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::{alone, apart, count, hears, start};
use crate::{
    attack::{Author, Key, id, now, read},
    support::{Node, Ports, until},
};

/// Keys and logs of each: together as many as the table has places for.
const KEYS: u64 = 64;
const LOGS_EACH: u64 = 64;

/// The low bits of a line's position on disk, which number the lines of one millisecond.
const IN_MILLISECOND: u32 = 20;

/// Stores a stranger's line in each of as many logs as there may be, as the store of 0.4.0 did.
fn poison(home: &TempDir) {
    let history = home.path().join("proximity-chat/default/history.db");
    let mut connection = Connection::open(history).unwrap();
    let place: i64 = connection.query_row("SELECT key FROM places LIMIT 1", [], |row| row.get(0)).unwrap();
    let transaction = connection.transaction().unwrap();
    for n in 0..KEYS {
        let key = Key::random();
        for m in 0..LOGS_EACH {
            let mut author = Author::new(&key, &format!("m{n}"));
            let signed = author.line(&format!("x {n}"));
            let (event, id) = (read(&signed), id(&signed));
            let log = event.log.unwrap();
            // The database keeps epochs with their top bit flipped.
            let epoch = (log.epoch ^ (1 << 63)).cast_signed();
            let hlc = event.hlc.cast_signed();
            transaction
                .execute(
                    "INSERT INTO logs (place, room, author, epoch, base, head, head_id, head_hlc) VALUES (?, ?, ?, ?, 1, 1, ?, ?)",
                    params![place, log.room, log.author, epoch, id, hlc],
                )
                .unwrap();
            let key = transaction.last_insert_rowid();
            let spot = (((now() >> 16) << IN_MILLISECOND) + n * LOGS_EACH + m).cast_signed();
            let wall = event.wall_ms.cast_signed();
            transaction
                .execute(
                    "INSERT INTO lines (spot, place, hlc, log, seq, id, kind, wall, arrived, body, sig, content)
                     VALUES (?, ?, ?, ?, 1, ?, 1, ?, ?, ?, ?, ?)",
                    params![spot, place, hlc, key, id, wall, wall, signed.body, signed.sig, signed.content],
                )
                .unwrap();
            transaction
                .execute("INSERT INTO words (rowid, text) VALUES (?, ?)", params![spot, format!("x {n}")])
                .unwrap();
        }
    }
    transaction.commit().unwrap();
}

#[test]
fn a_history_filled_by_strangers_heals_by_itself() {
    let (_alone, ports) = (alone(), Ports::take());
    let setup = apart("victor", &ports, 0, &[]);
    let home = Arc::new(TempDir::new().unwrap());
    let mut victor = Node::start_at(&home, &setup);
    victor.say("the first");
    hears(&victor, "the first");
    victor.quit();
    poison(&home);
    let mut victor = Node::start_at(&home, &setup);
    assert!(count(&victor, "SELECT count(*) FROM logs") > 4_000, "it is filled");
    let mut bob = start(&apart("bob", &ports, 1, &[0]));
    bob.wait_peer(&victor.id());
    bob.say("is there room for me?");
    println!("a newcomer is heard after {:.1?} (promised: 2 s)", hears(&victor, "is there room for me?"));
    victor.say("there is");
    hears(&bob, "there is");
    until("strangers have no more logs than they may", super::HEARD * 3, || {
        (count(&victor, "SELECT count(*) FROM logs WHERE base <= head") <= 1_024 + 32).then_some(())
    });
    assert!(victor.history_texts().contains(&"the first".to_owned()), "own lines stay");
    victor.assert_clean();
    bob.assert_clean();
}
