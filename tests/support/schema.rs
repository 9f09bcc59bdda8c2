//! Checks what the program prints with `--json` against `docs/headless.schema.json`.
//!
//! The published schema leaves room for keys of later versions. Here it leaves none, so that an undocumented key fails
//! a test.

use std::{collections::BTreeMap, sync::OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};

/// The schema, as published.
pub(crate) const SCHEMA: &str = include_str!("../../docs/headless.schema.json");

/// A tool that prints JSON. Each has its own events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    Chat,
    Log,
    Discover,
    Doctor,
}

impl Tool {
    /// All tools, and the schema definitions that list their events.
    pub(crate) const ALL: [(Self, &str); 4] =
        [(Self::Chat, "chat"), (Self::Log, "log"), (Self::Discover, "discover"), (Self::Doctor, "doctor")];

    /// The tool that a command line starts; `None` if it prints no JSON.
    pub(crate) fn of<S: AsRef<str>>(arguments: &[S]) -> Option<Self> {
        let has = |word: &str| arguments.iter().any(|argument| argument.as_ref() == word);
        let tool = Self::ALL.into_iter().find(|(_, name)| has(name)).map_or(Self::Chat, |(tool, _)| tool);
        has("--json").then_some(tool)
    }
}

/// For each tool, a validator for each event, by the event's name.
type Contract = BTreeMap<Tool, BTreeMap<String, Validator>>;

/// The contract, compiled once for each test process.
fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| compile(serde_json::from_str(SCHEMA).expect("the schema is JSON")))
}

/// Compiles the schema in advance, so that no event has to wait for it.
pub(crate) fn prepare() {
    contract();
}

fn compile(mut schema: Value) -> Contract {
    close(&mut schema);
    let validator = |definition: &str| {
        let event = json!({ "$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": definition });
        jsonschema::validator_for(&event).unwrap_or_else(|error| panic!("{definition} is no schema: {error}"))
    };
    let events = |tool: &str| {
        let definitions = schema["$defs"][tool]["oneOf"].as_array().expect("the events of a tool");
        let references = definitions.iter().map(|definition| definition["$ref"].as_str().expect("a reference"));
        references.map(|reference| (name(&schema, reference), validator(reference))).collect()
    };
    Tool::ALL.into_iter().map(|(tool, name)| (tool, events(name))).collect()
}

/// The name of the event that a definition describes.
fn name(schema: &Value, reference: &str) -> String {
    let definition = schema.pointer(reference.trim_start_matches('#')).expect("what is referred to is there");
    definition["properties"]["event"]["const"].as_str().expect("an event has a name").to_owned()
}

/// Makes a schema reject keys that it does not list.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("type").is_some_and(|kind| kind == "object") {
                members.insert("unevaluatedProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Checks an event that `tool` printed.
///
/// # Errors
/// The event, and every reason why it does not match the contract.
pub(crate) fn check(tool: Tool, event: &Value) -> Result<(), String> {
    check_against(contract(), tool, event)
}

fn check_against(contract: &Contract, tool: Tool, event: &Value) -> Result<(), String> {
    let name = event["event"].as_str().unwrap_or_default();
    let wrong = match contract[&tool].get(name) {
        Some(validator) => {
            validator.iter_errors(event).map(|error| format!("{}: {error}", error.instance_path())).collect()
        }
        None => vec![format!("{tool:?} has no event {name:?}")],
    };
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("not what docs/headless.schema.json says:\n  {event}\n  {}", wrong.join("\n  ")))
}

/// The event that `tool` printed in `line`.
///
/// # Panics
/// If it does not match the contract. The message has the line and the reason.
pub(crate) fn event(tool: Tool, line: &str) -> Value {
    let event = serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON: {error}: {line:?}"));
    check(tool, &event).unwrap_or_else(|wrong| panic!("{wrong}"));
    event
}
