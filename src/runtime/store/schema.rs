//! The tables, and the steps that bring a file of an earlier version up to date.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{counts, lines, moving, words};

/// Version of the format: how many of [`STEPS`] a file has taken. SQLite keeps it as `user_version`.
pub(super) const VERSION: i64 = STEPS.len().cast_signed() as i64;

/// What one version adds to the one before. A released step never changes.
type Step = fn(&Connection) -> Result<()>;

const STEPS: [Step; 12] =
    [tables, index, floor, count, index_later, orders, networks, said_again, placed, sealed, listed, topics];

/// - `places`: rooms of networks. The index of its constraint is a second copy of the table, in case the file gets
///   damaged.
/// - `logs`: `named` is the greatest number of an event that some event names as a dep; `mine` tells whether only this
///   file has written the log, so that its author may go on with it.
/// - `lines`: `spot` is the millisecond of the clock and a number within it, so that words are found in nearly the
///   order of the screen; `log` and `seq` are null for guests' lines, `guest` is their address.
const TABLES: &str = "
CREATE TABLE places (
    key INTEGER PRIMARY KEY,
    room BLOB NOT NULL,
    network TEXT NOT NULL,
    UNIQUE (room, network)
);
CREATE TABLE logs (
    key INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    room BLOB NOT NULL,
    author BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    base INTEGER NOT NULL,
    head INTEGER NOT NULL,
    head_id BLOB,
    head_hlc INTEGER NOT NULL,
    older_base INTEGER,
    older_head INTEGER,
    older_id BLOB,
    forked INTEGER,
    named INTEGER NOT NULL DEFAULT 0,
    mine INTEGER NOT NULL DEFAULT 0,
    UNIQUE (room, author, epoch)
);
CREATE TABLE lines (
    spot INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    hlc INTEGER NOT NULL,
    log INTEGER,
    seq INTEGER,
    id BLOB NOT NULL,
    kind INTEGER NOT NULL,
    wall INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    guest TEXT,
    body BLOB,
    sig BLOB,
    content BLOB NOT NULL
);
CREATE UNIQUE INDEX lines_by_log ON lines (log, seq) WHERE log IS NOT NULL;
CREATE INDEX lines_in_order ON lines (place, hlc);
CREATE TABLE acks (
    log INTEGER NOT NULL,
    node BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (log, node)
) WITHOUT ROWID;
CREATE TABLE forks (
    log INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    one_body BLOB NOT NULL,
    one_sig BLOB NOT NULL,
    one_content BLOB NOT NULL,
    other_body BLOB NOT NULL,
    other_sig BLOB NOT NULL,
    other_content BLOB NOT NULL
);
";

/// Texts come in as words that are already folded (`words`), so the tokenizer only has to split them. The index keeps
/// no copy of the text.
const INDEX: &str = "
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = \"ascii tokenchars '_'\"
);
";

/// The number below which nothing of a log may be held any more. It has a check, because a sum beyond the greatest
/// integer is not an integer.
const FLOOR: &str = "
ALTER TABLE logs ADD COLUMN floor INTEGER NOT NULL DEFAULT 1 CHECK (typeof(floor) = 'integer');
UPDATE logs SET floor = base WHERE base > head;
UPDATE logs SET older_base = NULL, older_head = NULL, older_id = NULL WHERE older_head < older_base;
";

/// How many events of a log are held, and how many bytes they have.
const COUNTS: &str = "
ALTER TABLE logs ADD COLUMN lines INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
";

/// Lines that are not in the index yet, with those of our user apart. The index is merged when there is time, never
/// within a commit: FTS5 merges by itself only if it has nearly as many parts as it can have.
const UNINDEXED: &str = "
CREATE TABLE unindexed (
    own INTEGER NOT NULL,
    spot INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (own, spot)
) WITHOUT ROWID;
INSERT INTO words (words, rank) VALUES ('automerge', 0);
INSERT INTO words (words, rank) VALUES ('crisismerge', 1900);
";

/// The order of the screen with the log of each line, so that lines of ignored people are left out without being read.
/// Also the order of guests' lines, which are in no log.
const ORDERS: &str = "
DROP INDEX lines_in_order;
CREATE INDEX lines_in_order ON lines (place, hlc, log);
CREATE INDEX guests_in_order ON lines (place, hlc) WHERE log IS NULL;
";

/// Where a log, or a line of a guest, was kept before its network turned out to be another one.
const ORIGINS: &str = "
ALTER TABLE logs ADD COLUMN origin INTEGER;
ALTER TABLE lines ADD COLUMN origin INTEGER;
";

/// The id of the event that a line repeats. Hardly any line does, so the index is small. No earlier release wrote such
/// lines.
const SAID_AGAIN: &str = "
ALTER TABLE lines ADD COLUMN again BLOB;
CREATE INDEX lines_again ON lines (again) WHERE again IS NOT NULL;
";

/// What was sealed, if it was. Then `kind` and `content` say what was inside, so that it is shown and found like
/// everything else, and other nodes get `sealed`.
const SEALED: &str = "
ALTER TABLE lines ADD COLUMN sealed BLOB;
";

/// The events that set topics, in the order of the screen. Kind 6 is `KIND_TOPIC`.
const TOPICS: &str = "
CREATE INDEX topics_in_order ON lines (place, hlc) WHERE kind = 6;
";

/// Where lines stand and which time they show, if their author's clock was not believed.
///
/// - `lines`: `hlc` is where a line stands. `dated` is the reading that its author signed, if that differs. `shown` is
///   the time that is shown, if it is not `wall`. `dating` says why: see `columns::dating`.
/// - `logs`: `head_place` is where the newest event stands, if not at `head_hlc`.
/// - `clock`: one row: what this machine's clock last showed while it was believed, and what it showed when it was
///   believed again after a jump ahead.
const PLACED: &str = "
ALTER TABLE lines ADD COLUMN dated INTEGER;
ALTER TABLE lines ADD COLUMN shown INTEGER;
ALTER TABLE lines ADD COLUMN dating INTEGER NOT NULL DEFAULT 0;
ALTER TABLE logs ADD COLUMN head_place INTEGER;
CREATE TABLE clock (showed INTEGER NOT NULL, jumped INTEGER);
";

/// What finds lines besides the index of their words.
///
/// - `vocabulary`: every word of the index that can be found by a part of it; `doubtful_words`: those that may be in no
///   line any more.
/// - `names`: the names that were used in each log, as they are compared.
/// - `unlisted`: the newest line of an earlier version whose words and names are not in these tables yet, in one row.
///   They are added when there is time, because that takes seconds in a long history.
const LISTED: &str = "
CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE doubtful_words (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE names (log INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (name, log)) WITHOUT ROWID;
CREATE INDEX names_by_log ON names (log);
CREATE TABLE unlisted (spot INTEGER NOT NULL);
INSERT INTO unlisted (spot) SELECT spot FROM lines WHERE spot >= 0 ORDER BY spot DESC LIMIT 1;
";

/// The version that a file has.
pub(super) fn version(connection: &Connection) -> Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings a file of an earlier version, or an empty one, to this one: all of it or nothing.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    let taken = usize::try_from(version(connection)?).unwrap_or(0);
    if taken >= STEPS.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in STEPS.iter().skip(taken) {
        step(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

fn tables(connection: &Connection) -> Result<()> {
    connection.execute_batch(TABLES)
}

fn floor(connection: &Connection) -> Result<()> {
    connection.execute_batch(FLOOR)
}

fn count(connection: &Connection) -> Result<()> {
    connection.execute_batch(COUNTS)?;
    counts::count_all(connection)
}

fn index_later(connection: &Connection) -> Result<()> {
    connection.execute_batch(UNINDEXED)
}

fn orders(connection: &Connection) -> Result<()> {
    connection.execute_batch(ORDERS)
}

fn networks(connection: &Connection) -> Result<()> {
    connection.execute_batch(ORIGINS)
}

fn said_again(connection: &Connection) -> Result<()> {
    connection.execute_batch(SAID_AGAIN)
}

fn listed(connection: &Connection) -> Result<()> {
    connection.execute_batch(LISTED)
}

fn sealed(connection: &Connection) -> Result<()> {
    connection.execute_batch(SEALED)
}

fn topics(connection: &Connection) -> Result<()> {
    connection.execute_batch(TOPICS)
}

/// Existing lines keep their place, unless their dates are impossible.
fn placed(connection: &Connection) -> Result<()> {
    connection.execute_batch(PLACED)?;
    moving::place_stored(connection)
}

/// Existing lines can be found, too.
fn index(connection: &Connection) -> Result<()> {
    connection.execute_batch(INDEX)?;
    let mut next =
        connection.prepare("SELECT spot, place, kind, content FROM lines WHERE spot > ? ORDER BY spot LIMIT 1")?;
    let mut insert = connection.prepare(words::INSERT)?;
    let mut last = -1;
    loop {
        let line = next.query_row([last], |row| {
            let (spot, place): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok((spot, place, lines::content(row.get(2)?, row.get_ref(3)?.as_blob()?)))
        });
        let Some((spot, place, content)) = line.optional()? else { return Ok(()) };
        if let Some(line) = words::of_line(place, &content) {
            insert.execute(params![spot, line.text])?;
        }
        last = spot;
    }
}
