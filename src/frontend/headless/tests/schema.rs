//! The published schema. It rejects what is not in the contract, has exactly the codes of the source, and has nothing
//! that the document leaves out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    frontend::{headless::request::read, slash::COMMANDS},
    schema::{SCHEMA, Tool, check, event},
};

/// The document for people.
const DOCUMENT: &str = include_str!("../../../../docs/headless.md");

const NOTICE: &str = include_str!("../../../domain/bus/notice.rs");
const FAILURE: &str = include_str!("../../../domain/bus/failure.rs");
const UPDATE: &str = include_str!("../../../domain/bus/update.rs");
const DISCOVER: &str = include_str!("../../../cli/lan_tools/discover.rs");
const DOCTOR: &str = include_str!("../../../cli/lan_tools/doctor.rs");
const EVENT: &str = include_str!("../event.rs");
const INPUT: &str = include_str!("../input.rs");
const NAMED_ROOM: &str = include_str!("../named_room.rs");
const REQUEST: &str = include_str!("../request.rs");
const PRINTER: &str = include_str!("../printer.rs");

/// Checks that every line of `printed` is in the contract.
pub(super) fn in_contract(printed: &str) {
    for line in printed.lines() {
        event(Tool::Chat, line);
    }
}

/// A valid `joined`.
fn joined() -> Value {
    json!({
        "event": "peer", "change": "joined", "peer": "b".repeat(64), "nick": "bob", "addr": "127.0.0.1:4566",
        "protocol": "mesh", "verified": false, "trust": "new",
    })
}

/// The same with `key` set.
fn with(mut event: Value, key: &str, value: Value) -> Value {
    event[key] = value;
    event
}

/// The same without `key`.
fn without(mut event: Value, key: &str) -> Value {
    event.as_object_mut().unwrap().remove(key);
    event
}

#[test]
fn an_event_that_is_not_in_the_contract_is_refused() {
    assert_eq!(check(Tool::Chat, &joined()), Ok(()));
    let who = |peer| json!({ "event": "who", "peers": [peer] });
    let listed =
        without(without(with(with(joined(), "away", false.into()), "typing", false.into()), "event"), "change");
    assert_eq!(check(Tool::Chat, &who(listed.clone())), Ok(()));
    let message = json!({
        "event": "message", "id": "a".repeat(32), "room": "#lobby", "from": "b".repeat(64), "nick": "bob",
        "trust": "new", "text": "hi", "sent_at": "2026-01-02T03:04:05.678Z", "own": false, "history": false,
        "protocol": "mesh",
    });
    assert_eq!((check(Tool::Chat, &message), check(Tool::Log, &message)), (Ok(()), Ok(())));
    let alarm = json!({ "event": "notice", "code": "key_changed", "text": "A new key." });
    for (wrong, reason) in [
        (with(joined(), "mood", "fine".into()), "mood"),
        (without(joined(), "trust"), "trust"),
        (with(joined(), "trust", "blind".into()), "/trust"),
        (with(joined(), "nick", 7.into()), "/nick"),
        (with(joined(), "peer", "bob".into()), "/peer"),
        (with(joined(), "reason", "closed".into()), "reason"),
        (with(joined(), "change", "left".into()), "reason"),
        (with(joined(), "change", "presence".into()), "away"),
        (with(joined(), "event", "guest".into()), "no event"),
        (without(joined(), "event"), "no event"),
        (who(with(listed, "mood", "fine".into())), "/peers/0"),
        (with(message.clone(), "mark", "early".into()), "/mark"),
        (with(message.clone(), "action", false.into()), "/action"),
        (with(message, "sent_at", "yesterday".into()), "/sent_at"),
        (alarm, "known"),
        (json!({ "event": "notice", "code": "rumour", "text": "Hear." }), "/code"),
        (json!({ "event": "error", "code": "usage", "text": "Wrong.", "id": "a".repeat(32) }), "id"),
        (json!({ "event": "disk", "trouble": "slow", "held_back": false }), "/trouble"),
    ] {
        let refused = check(Tool::Chat, &wrong).unwrap_err();
        assert!(refused.contains(reason) && refused.contains(&wrong.to_string()), "{reason:?} is not why: {refused}");
    }
    assert!(check(Tool::Log, &joined()).is_err(), "the log prints messages only");
}

#[test]
fn a_reader_may_meet_keys_of_later_versions() {
    let published = jsonschema::validator_for(&schema()).unwrap();
    assert!(published.is_valid(&with(joined(), "mood", "fine".into())));
    assert!(!published.is_valid(&without(joined(), "trust")));
}

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// The strings of the `enum` at a place in the schema.
fn codes(pointer: &str) -> BTreeSet<String> {
    let schema = schema();
    let codes = schema.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no codes at {pointer}"));
    codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect()
}

/// The part of a source from `begin` to `end`.
fn part<'a>(source: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = source.split_once(begin).unwrap_or_else(|| panic!("{begin:?} is gone"));
    rest.split_once(end).unwrap_or_else(|| panic!("{begin:?} has no end")).0
}

/// The words directly after each `before`, as strings.
fn words(source: &str, before: &str) -> BTreeSet<String> {
    let after = source.split(before).skip(1);
    let words = after.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    words.map(str::to_owned).collect()
}

/// The strings that the `match` arms of an `impl` return.
fn arms(source: &str, begin: &str) -> BTreeSet<String> {
    let found = words(part(source, begin, "\n}"), "=> ");
    assert!(!found.is_empty(), "{begin:?} has no words");
    found
}

/// The variants of an enum, as they are written in JSON.
fn variants(source: &str, begin: &str) -> BTreeSet<String> {
    let lines = part(source, begin, "\n}").lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    let names: BTreeSet<_> =
        names.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()).collect();
    assert!(names.iter().all(|name| !name[1..].contains(char::is_uppercase)), "{names:?}: more than one word");
    names.into_iter().map(str::to_lowercase).collect()
}

#[test]
fn the_schema_has_exactly_the_codes_of_the_source() {
    let trust = include_str!("../../../domain/model/trust.rs");
    let peer = include_str!("../../../domain/model/peer.rs");
    let disk = include_str!("../../../domain/model/disk.rs");
    let finding = include_str!("../../../domain/model/fault.rs");
    let found = include_str!("../../../cli/lan_tools/found.rs");
    let message = include_str!("../../json/message.rs");
    let trouble = words(part(part(disk, "impl DiskTrouble {", "\n}"), "fn as_str", "\n    }"), "=> ");
    let steps = words(part(PRINTER, "match how {", "};"), "=> (");
    for (pointer, source) in [
        ("/$defs/alarm_code/enum", arms(UPDATE, "impl AlarmKind {")),
        ("/$defs/trust/enum", arms(trust, "impl Trust {")),
        ("/$defs/peer/allOf/0/then/properties/reason/enum", arms(peer, "impl LeaveReason {")),
        ("/$defs/peer/properties/change/enum", variants(EVENT, "pub(super) enum Change {")),
        ("/$defs/room_event/properties/change/enum", variants(EVENT, "pub(super) enum RoomChange {")),
        ("/$defs/member/properties/change/enum", variants(EVENT, "pub(super) enum Member {")),
        ("/$defs/disk/properties/trouble/enum", trouble),
        ("/$defs/mark/enum", words(part(message, "fn mark_word", "\n}"), "=> Some(")),
        ("/$defs/verify/properties/step/enum", steps),
        ("/$defs/fault/enum", arms(finding, "impl Fault {")),
        ("/$defs/severity/enum", arms(finding, "impl Severity {")),
        ("/$defs/answering/properties/by/items/enum", arms(found, "impl FoundBy {")),
    ] {
        assert_eq!(codes(pointer), source, "{pointer}");
    }
}

#[test]
fn the_schema_has_exactly_the_sources_notices_and_errors() {
    /// For people only: programs get the event `delivery`.
    const TEXT_ONLY: &str = "waiting";
    let notices = all([arms(NOTICE, "impl NoticeCode {"), words(PRINTER, "notice("), words(PRINTER, "code: ")]);
    assert!(notices.contains(TEXT_ONLY));
    let mut listed = codes("/$defs/notice_code/enum");
    assert!(listed.insert(TEXT_ONLY.to_owned()), "{TEXT_ONLY} is not printed as JSON");
    assert_eq!(listed, notices);

    let parse = include_str!("../../slash/parse.rs");
    let action = include_str!("../../slash/action.rs");
    let errors = all([
        arms(FAILURE, "impl FailureCode {"),
        arms(parse, "impl SlashError {"),
        arms(action, "impl ActionError {"),
        arms(REQUEST, "impl BadRequest {"),
        words(INPUT, "refuse(None, "),
        words(NAMED_ROOM, "code: "),
    ]);
    assert_eq!(codes("/$defs/error_code/enum"), errors);
}

/// The union of several sets.
fn all<const N: usize>(sets: [BTreeSet<String>; N]) -> BTreeSet<String> {
    sets.into_iter().flatten().collect()
}

/// The names of the events that a tool prints, according to the schema.
fn events(tool: &str) -> BTreeSet<String> {
    let schema = schema();
    let events = schema["$defs"][tool]["oneOf"].as_array().unwrap().iter();
    let reference = |event: &Value| event["$ref"].as_str().unwrap().trim_start_matches('#').to_owned();
    let name = |event| schema.pointer(&reference(event))?["properties"]["event"]["const"].as_str().map(str::to_owned);
    events.map(|event| name(event).unwrap()).collect()
}

#[test]
fn the_schema_has_exactly_the_events_of_the_source() {
    let log = include_str!("../../../cli/log/mod.rs");
    for (tool, source) in [
        ("chat", variants(EVENT, "pub(super) enum Event<'a> {")),
        ("log", variants(log, "enum Event<'a> {")),
        ("discover", words(DISCOVER, "\"event\": ")),
        ("doctor", words(DOCTOR, "\"event\": ")),
    ] {
        assert_eq!(events(tool), source, "{tool}");
    }
}

/// Every key, event and code in a schema.
fn names(schema: &Value, all: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            let keys = members.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key);
            all.extend(keys.cloned());
            let codes = members.get("enum").and_then(Value::as_array).into_iter().flatten().chain(members.get("const"));
            all.extend(codes.filter_map(|code| code.as_str().map(str::to_owned)));
            members.values().for_each(|member| names(member, all));
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, all)),
        _ => {}
    }
}

#[test]
fn the_document_has_every_key_event_and_code() {
    let mut all = BTreeSet::new();
    names(&schema(), &mut all);
    assert!(["verify", "round_trip_us", "multicast_blocked"].iter().all(|name| all.contains(*name)), "{all:?}");
    all.retain(|name| !DOCUMENT.contains(&format!("`{name}`")));
    assert!(all.is_empty(), "not in docs/headless.md: {all:?}");
}

/// The commands of the input, each with its keys; whether a key is required.
fn commands() -> Vec<(String, Vec<(String, bool)>)> {
    let schema = schema();
    let listed = schema["$defs"]["input"]["oneOf"].as_array().unwrap().iter();
    let command = |reference: &Value| {
        let definition = schema.pointer(reference["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
        let required = definition["required"].as_array().unwrap();
        let keys = definition["properties"].as_object().unwrap().keys().filter(|key| *key != "cmd" && *key != "ref");
        let keys = keys.map(|key| (key.clone(), required.contains(&key.as_str().into()))).collect();
        (definition["properties"]["cmd"]["const"].as_str().unwrap().to_owned(), keys)
    };
    listed.map(command).collect()
}

/// A value that a key may have.
fn value(command: &str, key: &str) -> Value {
    match (command, key) {
        (_, "action" | "sure" | "private" | "ask" | "all" | "on" | "same") => true.into(),
        ("invite" | "kick", "who") => json!(["bob", "carol"]),
        (_, "do") => "on".into(),
        (_, "address") => "127.0.0.1:4565".into(),
        (_, "interface") => "eth0".into(),
        (_, "command") => "join".into(),
        _ => "bob".into(),
    }
}

#[test]
fn the_input_of_the_schema_is_what_is_read() {
    let in_schema = {
        let schema = schema();
        let input = json!({ "$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/input" });
        jsonschema::validator_for(&input).unwrap()
    };
    let is_read = |line: &Value| read(&line.to_string()).wanted.is_ok();
    let names: BTreeSet<_> = commands().into_iter().map(|(name, _)| name).collect();
    let all: BTreeSet<_> = COMMANDS.iter().map(|spec| spec.name.to_owned()).chain(["say".to_owned()]).collect();
    assert_eq!(names, all);
    for (name, keys) in commands() {
        let least: Vec<_> = keys.iter().filter(|(_, is_required)| *is_required).collect();
        // Each key alone, beside those that must be there.
        for (key, _) in keys.iter().chain(&keys.first().cloned()) {
            let mut line = json!({ "cmd": name, "ref": 7 });
            for (key, _) in &least {
                line[key] = value(&name, key);
            }
            line[key] = value(&name, key);
            // These go together.
            match (name.as_str(), key.as_str()) {
                ("lan", "interface") => line["do"] = "on".into(),
                ("lan", "network") => line["do"] = "same".into(),
                _ => {}
            }
            assert!(in_schema.is_valid(&line) && is_read(&line), "{line}");
            assert!(!is_read(&with(line.clone(), "mood", "fine".into())), "{name} takes any key");
        }
        for (key, _) in &least {
            let mut line = json!({ "cmd": name });
            for (other, _) in least.iter().filter(|(other, _)| other != key) {
                line[other] = value(&name, other);
            }
            assert!(!in_schema.is_valid(&line) && !is_read(&line), "{key} is missing: {line}");
        }
    }
}

#[test]
fn an_answer_repeats_the_reference() {
    let error = json!({ "event": "error", "code": "usage", "text": "Wrong.", "ref": 7 });
    assert_eq!(check(Tool::Chat, &error), Ok(()));
    assert!(check(Tool::Chat, &with(error, "ref", json!([7]))).is_err());
}
