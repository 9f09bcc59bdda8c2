//! The config file: strict JSON, with the place of every key and value.

use std::{borrow::Cow, fmt};

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    ConfigError,
    setting::Setting,
    source::{Given, Layer, Origin, Value},
};
use crate::frontend::words::{config, config_file, settings};

/// A config file that was read.
#[derive(Debug, Clone, Copy)]
pub struct FileText<'a> {
    /// Its name, for errors.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Reads the file's settings, and warns about unknown keys.
pub(super) fn from_file(file: &FileText<'_>) -> Result<(Layer, Vec<String>), ConfigError> {
    let text = Text::new(file)?;
    let Members(members) = serde_json::from_str(text.text).map_err(|error| text.syntax(&error))?;
    let (mut layer, mut warnings, mut seen) = (Layer::new(), Vec::new(), Vec::<(Cow<'_, str>, Origin)>::new());
    for (raw_key, raw_value) in members {
        let origin = text.origin(raw_key.get());
        let key: Cow<'_, str> = parse(&text, raw_key, |raw| serde_json::from_str::<String>(raw))?.into();
        if let Some((_, first)) = seen.iter().find(|(name, _)| *name == key) {
            return Err(ConfigError::Duplicate { origin, first: first.clone(), name: shown(&key) });
        }
        match Setting::from_name(&key) {
            Some(setting) => layer.push((setting, text.value(raw_value)?)),
            None => warnings.push(config::unknown_key(&origin, &shown(&key), Setting::similar(&key).as_ref())),
        }
        seen.push((key, origin));
    }
    Ok((layer, warnings))
}

/// A key as a message shows it.
fn shown(key: &str) -> String {
    let shown = Value::Text(key.to_owned()).to_string();
    shown.trim_matches('"').to_owned()
}

fn parse<T>(
    text: &Text<'_>,
    raw: &RawValue,
    parse: impl FnOnce(&str) -> serde_json::Result<T>,
) -> Result<T, ConfigError> {
    // The first pass does not decode escapes in strings, so a lone surrogate is found only here.
    parse(raw.get()).map_err(|error| ConfigError::Syntax { origin: text.origin(raw.get()), what: reason(&error) })
}

/// How many characters of a reason are shown: a few lines of a terminal.
const MAX_REASON: usize = 400;

/// What `serde_json` reports, in plain words and without the position that it gives.
fn reason(error: &serde_json::Error) -> String {
    if error.is_data() {
        return config_file::NO_OBJECT.to_owned();
    }
    // `serde_json` quotes the offending text, however long it is.
    let whole = error.to_string();
    let text: String = whole.chars().take(MAX_REASON).collect();
    config_file::problem(text.split(" at ").next().unwrap_or_default()).to_owned()
}

/// A file's text, which can find the place of any part of it.
struct Text<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Text<'a> {
    fn new(file: &FileText<'a>) -> Result<Self, ConfigError> {
        match std::str::from_utf8(file.bytes) {
            // Some editors begin UTF-8 files with a byte order mark, which JSON does not allow.
            Ok(text) => Ok(Self { file: file.name, text: text.trim_start_matches('\u{FEFF}') }),
            Err(error) => {
                let (valid, _) = file.bytes.split_at(error.valid_up_to());
                let text = Self { file: file.name, text: std::str::from_utf8(valid).unwrap_or_default() };
                Err(ConfigError::NotUtf8(text.origin_at(valid.len())))
            }
        }
    }

    /// The place of `part`, which must be a slice of the text.
    fn origin(&self, part: &str) -> Origin {
        // RawValue borrows from the text it was parsed from, so the difference is the offset of the part.
        self.origin_at(part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr()))
    }

    fn origin_at(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Origin::File {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }

    fn syntax(&self, error: &serde_json::Error) -> ConfigError {
        // serde_json counts bytes, people count characters.
        let line_start: usize =
            self.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let mut offset = (line_start + error.column().saturating_sub(1)).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let what = if self.text.trim().is_empty() { config_file::EMPTY.to_owned() } else { reason(error) };
        ConfigError::Syntax { origin: self.origin_at(offset), what }
    }

    fn value(&self, raw: &'a RawValue) -> Result<Given, ConfigError> {
        let text = raw.get();
        let value = match text.bytes().next() {
            Some(b'"') => Value::Text(parse(self, raw, |raw| serde_json::from_str(raw))?),
            Some(b'[') => {
                let items = serde_json::from_str::<Vec<&'a RawValue>>(text)
                    .map_err(|error| ConfigError::Syntax { origin: self.origin(text), what: reason(&error) })?;
                let items = items.into_iter().map(|item| match item.get().bytes().next() {
                    // No setting takes nested lists, and refusing them here bounds the depth.
                    Some(b'[') => Ok(Given { value: Value::Other(settings::A_LIST), origin: self.origin(item.get()) }),
                    _ => self.value(item),
                });
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'{') => Value::Other(settings::AN_OBJECT),
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'n') => Value::Other("null"),
            _ => Value::Number(text.parse().ok(), text.to_owned()),
        };
        Ok(Given { value, origin: self.origin(text) })
    }
}

/// The members of an object, in order and with duplicates, which a map type would drop.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(config_file::NO_OBJECT)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
