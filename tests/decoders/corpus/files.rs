//! Files, as people edit, copy and damage them.

use proximity_chat::protocol::identity::Identity;

use super::Corpus;

pub(super) fn config(corpus: &mut Corpus) {
    let deep = "[".repeat(5_000);
    let long = format!("{{\"nick\": \"{}\"}}", "x".repeat(20_000));
    let networks = format!("{{\"cidr\": [{}]}}", vec!["\"127.0.0.0/8\""; 500].join(","));
    for (name, text) in [
        ("everything", include_str!("../../../config.json")),
        (
            "some",
            r#"{"ip": "127.0.0.1", "cidr": ["127.0.0.1/32", "127.0.0.2/31"], "min_port": 4565, "max_port": 4569}"#,
        ),
        ("people", "\u{FEFF}{\"nick\": \"Zoë\", \"peers\": [\"127.0.0.1:4570\"], \"guests\": \"none\"}"),
        ("empty", "{}"),
        ("nothing", ""),
        ("list", "[1, 2]"),
        ("unknown", r#"{"nik": "x", "\u0041": 1, "\u001b[2J": 2}"#),
        ("twice", r#"{"nick": "a", "n\u0069ck": "b"}"#),
        ("surrogate", r#"{"nick": "\ud800", "\udc00": 1}"#),
        ("wrong-types", r#"{"ip": 1, "min_port": "x", "cidr": {"a": null}}"#),
        ("numbers", r#"{"min_port": 1e400, "max_port": -0, "sweep_rate": 99999999999999999999}"#),
        ("open", r#"{"nick": "a"#),
        ("deep", &deep),
        ("long-name", &long),
        ("many-networks", &networks),
        ("huge-networks", r#"{"cidr": ["0.0.0.0/0", "::/0", "10.0.0.1/33"], "any_network": true}"#),
        ("hostile-name", "{\"nick\": \"a\\u001b[2J\\u202e\", \"ip\": \"\\u001b]0;x\\u0007\"}"),
    ] {
        corpus.add("config", name, text);
    }
    corpus.add("config", "not-utf8", *b"{\"nick\": \"\xff\xfe\"}");
}

pub(super) fn profile(corpus: &mut Corpus) {
    let known = |key: &str, nick: &str, seen: &str, addrs: &str| {
        format!(
            "{{\"key\":\"{key}\",\"nick\":{nick},\"first_seen\":{seen},\"last_seen\":{seen},\"addrs\":[{addrs}],\
             \"verified\":false,\"trusted\":true,\"ignored\":false}}"
        )
    };
    let key = "5a".repeat(32);
    let good = known(&key, "\"Zoë 山田\"", "1767323045678", "\"192.168.1.23:4565\",\"[fe80::1%3]:4566\"");
    for (name, text) in [
        ("known", format!("[\n  {good}\n]\n")),
        ("known-nobody", "[]\n".to_owned()),
        ("known-twice", format!("[{good},{good}]")),
        ("known-truncated", format!("[{}", &good[..good.len() / 2])),
        ("known-bad-key", format!("[{}]", known("5a5a", "null", "0", ""))),
        ("known-bad-name", format!("[{}]", known(&key, "\"\\u001b[2J: x\"", "0", ""))),
        ("known-other-time", format!("[{}]", known(&key, "null", "-9223372036854775808", ""))),
        ("known-no-time", format!("[{}]", known(&key, "null", "9223372036854775808", ""))),
        ("known-bad-address", format!("[{}]", known(&key, "null", "0", "\"0.0.0.0:0\""))),
        ("known-many-addresses", format!("[{}]", known(&key, "null", "0", &["\"1.2.3.4:5\""; 9].join(",")))),
        ("settings", "{\n  \"nick\": \"Zoë 山田\"\n}\n".to_owned()),
        ("settings-empty", "{}".to_owned()),
        ("settings-bad-name", "{\"nick\": \"a:b\\u001b[2J\"}".to_owned()),
        ("settings-twice", "{\"nick\": \"a\", \"nick\": \"b\"}".to_owned()),
        ("settings-unknown", "{\"\\u001b[2J\": 1}".to_owned()),
        ("nothing", String::new()),
        ("deep", "[".repeat(5_000)),
    ] {
        corpus.add("profile", name, text);
    }
    corpus.add("profile", "not-utf8", *b"{\"nick\": \"\xff\xfe\"}");
}

pub(super) fn key(corpus: &mut Corpus) {
    let pem = Identity::from_secret(&[7; 32]).to_pem().to_string();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for (name, text) in [
        ("ours", pem.clone()),
        ("windows", pem.replace('\n', "\r\n")),
        ("space", format!("\n\n  {pem}\n")),
        ("truncated", pem[..pem.len() / 2].to_owned()),
        ("other-label", pem.replace("PRIVATE KEY", "PUBLIC KEY")),
        ("no-base64", pem.replace(&body, "????")),
        ("empty-body", pem.replace(&body, "")),
        ("twice", pem.repeat(2)),
        ("body-only", body),
        ("nothing", String::new()),
    ] {
        corpus.add("key", name, text);
    }
}
