//! Lines of JSON input. docs/headless.md has the contract.

mod cmd;

use std::sync::Arc;

use serde_json::{Map, Value, value::RawValue};

use self::cmd::{BadValue, Cmd};
use crate::{
    domain::model::MAX_TEXT_BYTES,
    frontend::{
        slash::{self, COMMANDS, Slash, SlashError},
        words::pipe_answers,
    },
};

/// The most bytes of a `ref` that is a string, as it is written in JSON without the quotes: room for a UUID or a hash.
const MAX_REF_BYTES: usize = 126;

/// The longest line of JSON that is read: the longest text, with every byte escaped, and the rest of the object.
pub(super) const MAX_JSON_BYTES: usize = 6 * MAX_TEXT_BYTES + 4_096;

/// What a line of JSON asks for.
#[derive(Debug)]
pub(super) struct Request {
    /// The answers repeat it.
    pub(super) reference: Option<Reference>,
    /// What is to be done.
    pub(super) wanted: Result<Wanted, BadRequest>,
}

/// How a program calls a command: the JSON value of its `ref`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference(Arc<str>);

impl Reference {
    /// The `ref` that is written like this.
    pub(super) fn new(json: &str) -> Self {
        Self(json.into())
    }

    /// The value, as it is written.
    pub(super) fn as_json(&self) -> Option<&RawValue> {
        serde_json::from_str(&self.0).ok()
    }

    fn of(value: &Value) -> Result<Self, BadRequest> {
        let written = value.to_string();
        let is_one = match value {
            // Others would come back changed.
            Value::Number(number) => number.is_i64() || number.is_u64(),
            Value::String(_) => written.len() <= MAX_REF_BYTES + 2,
            _ => false,
        };
        if is_one { Ok(Self::new(&written)) } else { Err(BadRequest::Reference) }
    }
}

/// What is to be done, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) what: Slash,
    /// The room, as it was given. None: the one that lines are said in.
    pub(super) room: Option<String>,
}

/// Why a line of JSON cannot be carried out.
#[derive(Debug)]
pub(super) enum BadRequest {
    /// It is no JSON object.
    Json(String),
    /// `ref` is neither a whole number nor a short string.
    Reference,
    /// No command has this name.
    Unknown { name: String, similar: Option<&'static str> },
    /// A key is missing, unknown, or has a wrong value.
    Keys(String),
    /// A value is of no use.
    Value(BadValue),
}

impl BadRequest {
    /// The `code` of the contract.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "json",
            Self::Unknown { .. } => "unknown_command",
            Self::Reference | Self::Keys(_) | Self::Value(_) => "usage",
        }
    }

    /// The text for the person who wrote the program.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Json(why) => pipe_answers::no_json(why),
            Self::Reference => pipe_answers::bad_reference(MAX_REF_BYTES),
            Self::Unknown { name, similar } => pipe_answers::unknown_cmd(name, *similar),
            Self::Keys(why) => pipe_answers::wrong_keys(why),
            Self::Value(BadValue::Person) => pipe_answers::NOT_A_PERSON.to_owned(),
            Self::Value(BadValue::Network) => pipe_answers::NOT_A_NETWORK.to_owned(),
            Self::Value(BadValue::Lan) => pipe_answers::LAN_KEYS.to_owned(),
        }
    }
}

/// Reads a line that begins with `{`.
pub(super) fn read(line: &str) -> Request {
    let mut object: Map<String, Value> = match serde_json::from_str(line) {
        Ok(object) => object,
        Err(error) => return Request { reference: None, wanted: Err(BadRequest::Json(error.to_string())) },
    };
    match object.remove("ref").as_ref().map(Reference::of).transpose() {
        Ok(reference) => Request { reference, wanted: wanted(object) },
        Err(bad) => Request { reference: None, wanted: Err(bad) },
    }
}

fn wanted(object: Map<String, Value>) -> Result<Wanted, BadRequest> {
    if let Some(name) = object.get("cmd") {
        let name = name.as_str().unwrap_or_default();
        if name != "say" && !COMMANDS.iter().any(|spec| spec.name == name) {
            return Err(unknown(name));
        }
    }
    let cmd: Cmd =
        serde_json::from_value(Value::Object(object)).map_err(|error| BadRequest::Keys(error.to_string()))?;
    let (what, room) = cmd.wanted().map_err(BadRequest::Value)?;
    Ok(Wanted { what, room })
}

/// A program writes the whole name of a command: others may be added that begin alike.
fn unknown(name: &str) -> BadRequest {
    let (name, similar) = match slash::find(name) {
        Ok(spec) => (String::new(), Some(spec.name)),
        Err(SlashError::Unknown { name, similar }) => (name, similar),
        Err(_) => (String::new(), None),
    };
    BadRequest::Unknown { name, similar }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Who;

    fn bad(line: &str) -> (&'static str, String) {
        let bad = read(line).wanted.unwrap_err();
        (bad.code(), bad.text())
    }

    fn good(line: &str) -> (Slash, Option<String>) {
        let Wanted { what, room } = read(line).wanted.unwrap_or_else(|bad| panic!("{line}: {}", bad.text()));
        (what, room)
    }

    #[test]
    fn a_message_has_room_text_and_reference() {
        let request = read(r##"{"cmd":"say","room":"#dev","text":"two\nlines","ref":7}"##);
        assert_eq!(request.reference, Some(Reference::new("7")));
        let said = Slash::Say { text: "two\nlines".to_owned(), action: false };
        assert_eq!(request.wanted.ok(), Some(Wanted { what: said, room: Some("#dev".to_owned()) }));
        let quoted = read(r#"{"ref":"a\"b","cmd":"back"}"#).reference.unwrap();
        assert_eq!(quoted.as_json().unwrap().get(), r#""a\"b""#);
    }

    #[test]
    fn whoever_is_named_as_a_room_is_written_to() {
        let who = Who::new("bob").unwrap();
        let tell = Slash::Tell { who, text: "hi".to_owned() };
        assert_eq!(good(r#"{"cmd":"say","room":"@bob","text":"hi"}"#), (tell.clone(), None));
        assert_eq!(good(r#"{"cmd":"msg","who":"bob","text":"hi"}"#), (tell, None));
    }

    #[test]
    fn every_slash_command_has_its_object() {
        for spec in COMMANDS {
            let line = match spec.name {
                "me" => r#"{"cmd":"me","text":"waves"}"#.to_owned(),
                "msg" => r#"{"cmd":"msg","who":"bob","text":"hi"}"#.to_owned(),
                "invite" | "kick" => format!(r#"{{"cmd":"{}","who":["bob","carol","bob"]}}"#, spec.name),
                "query" | "whois" | "ignore" | "unignore" | "verify" | "unverify" | "trust" | "untrust" => {
                    format!(r#"{{"cmd":"{}","who":"bob"}}"#, spec.name)
                }
                "join" | "go" | "decline" => format!(r##"{{"cmd":"{}","room":"#dev"}}"##, spec.name),
                "create" => r#"{"cmd":"create","name":"plan","private":true}"#.to_owned(),
                "connect" => r#"{"cmd":"connect","address":"127.0.0.1"}"#.to_owned(),
                "search" => r#"{"cmd":"search","query":"key","all":true}"#.to_owned(),
                name => format!(r#"{{"cmd":"{name}"}}"#),
            };
            good(&line);
        }
        let share = good(r#"{"cmd":"lan","do":"on","interface":"eth0"}"#).0;
        assert_eq!(share, Slash::Lan(slash::Lan::At("eth0".into())));
        assert_eq!(good(r#"{"cmd":"erase","room":"lobby","sure":true}"#).0, Slash::Erase { sure: true });
    }

    #[test]
    fn bad_input_is_explained() {
        for (line, code, text) in [
            ("{", "json", "That is no JSON object"),
            (r#"{"cmd":"say","text":"cut"#, "json", "EOF"),
            (r#"{"cmd":"jion","room":"dev"}"#, "unknown_command", "There is no cmd \"jion\". Did you mean \"join\"?"),
            (r#"{"cmd":"leave"}"#, "unknown_command", "Did you mean \"part\"?"),
            (r#"{"cmd":""}"#, "unknown_command", "There is no such cmd."),
            (r#"{"text":"hi"}"#, "usage", "missing field `cmd`"),
            (r#"{"cmd":7}"#, "unknown_command", "There is no such cmd."),
            (r#"{"cmd":"say"}"#, "usage", "missing field `text`"),
            (r#"{"cmd":"say","txt":"hi"}"#, "usage", "unknown field `txt`"),
            (r#"{"cmd":"who","room":"dev"}"#, "usage", "unknown field `room`"),
            (r#"{"cmd":"whois","who":" "}"#, "usage", "person"),
            (r#"{"cmd":"kick","who":[]}"#, "usage", "person"),
            (r#"{"cmd":"lan","do":"off","interface":"eth0"}"#, "usage", "interface"),
            (r#"{"cmd":"who","ref":[1]}"#, "usage", "ref"),
            (r#"{"cmd":"who","ref":null}"#, "usage", "ref"),
            (r#"{"cmd":"who","ref":340282366920938463463374607431768211456}"#, "usage", "ref"),
        ] {
            let (was, why) = bad(line);
            assert!(was == code && why.contains(text), "{line}: {was}: {why}");
        }
        let long = |length| format!(r#"{{"cmd":"who","ref":"{}"}}"#, "x".repeat(length));
        assert!(read(&long(MAX_REF_BYTES)).wanted.is_ok());
        assert!(bad(&long(MAX_REF_BYTES + 1)).1.contains("126 bytes"));
    }

    #[test]
    fn a_reference_is_kept_if_the_rest_is_wrong() {
        assert_eq!(read(r#"{"cmd":"jion","ref":3}"#).reference, Some(Reference::new("3")));
    }
}
