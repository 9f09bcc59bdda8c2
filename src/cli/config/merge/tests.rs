use std::num::NonZeroU32;

use clap::Parser;
use proptest::prelude::*;

use super::*;

fn with(args: &[&str], env: &[(&str, &str)], file: Option<&str>) -> Result<Config, String> {
    let args = Args::try_parse_from(std::iter::once(&"proximity-chat").chain(args)).unwrap();
    let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let file = file.map(|text| FileText { name: "config.json", bytes: text.as_bytes() });
    merge(Sources { args: &args, env: &env, file, login: Some("Ada") }).map_err(|error| error.to_string())
}

fn file(text: &str) -> Result<Config, String> {
    with(&[], &[], Some(text))
}

fn flags(args: &[&str]) -> Result<Config, String> {
    with(args, &[], None)
}

/// The name in the first profile, which remembers none.
fn nick(config: &Config) -> String {
    config.name.resolve(None, NonZeroU32::MIN).0.to_string()
}

fn cidrs(config: &Config) -> Vec<String> {
    config.cidrs.iter().map(ToString::to_string).collect()
}

#[test]
fn out_of_the_box_everything_stays_on_this_machine() {
    let config = flags(&[]).unwrap();
    assert_eq!(config.ip, IpAddr::from([127, 0, 0, 1]));
    assert_eq!(cidrs(&config), ["127.0.0.1/32"]);
    assert_eq!(config.ports.to_string(), "4565-4569");
    assert_eq!(nick(&config), "Ada");
    assert_eq!(config.theme, Theme::Auto);
    assert!(config.peers.is_empty() && config.sweep_rate.is_none() && !config.any_network && !config.verbose);
    assert_eq!(
        (config.guests, config.profile, config.data_dir, config.ephemeral),
        (Guests::Loopback, None, None, false)
    );
    assert_eq!(config.history, History { days: NonZeroU32::new(90), lines: None });
    assert_eq!(config.network, None);
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn the_default_sets_exactly_the_required_settings() {
    let set: Vec<_> = default().unwrap().into_iter().map(|(setting, _)| setting.name()).collect();
    assert_eq!(set, ["ip", "cidr", "min_port", "max_port"]);
}

#[test]
fn flags_beat_variables_and_both_beat_the_file() {
    let text = r#"{"nick": "file", "min_port": 1000, "max_port": 1009, "theme": "dark"}"#;
    let env = [("PROXIMITY_CHAT_NICK", "env"), ("PROXIMITY_CHAT_MIN_PORT", "1001"), ("PROXIMITY_CHAT_THEME", "")];
    let config = with(&["--nick", "flag"], &env, Some(text)).unwrap();
    assert_eq!(nick(&config), "flag");
    assert_eq!(config.ports.to_string(), "1001-1009");
    assert_eq!(config.theme, Theme::Dark, "an empty variable is none");
    assert_eq!(cidrs(&config), ["127.0.0.1/32"]);
}

#[test]
fn typing_set_on_screen_overrides_file_but_not_variables() {
    let typing = |config: Result<Config, String>, kept| config.unwrap().typing.resolve(kept);
    assert!(typing(flags(&[]), None) && !typing(flags(&[]), Some(false)));
    assert!(!typing(file(r#"{"typing": false}"#), None) && typing(file(r#"{"typing": false}"#), Some(true)));
    assert!(!typing(flags(&["--no-typing"]), Some(true)));
    let env = |word| with(&[], &[("PROXIMITY_CHAT_TYPING", word)], Some(r#"{"typing": false}"#));
    assert!(typing(env("true"), Some(false)) && !typing(env("false"), Some(true)));
    assert!(flags(&["--no-typing"]).is_ok() && file(r#"{"typing": "no"}"#).is_err());
}

#[test]
fn the_proposed_name_comes_from_user_then_from_the_system() {
    let named = |user: &str| nick(&with(&[], &[("USER", user)], None).unwrap());
    assert_eq!([named("zoe"), named(""), named("\u{202e}")], ["zoe", "Ada", "Ada"]);
    assert_eq!(nick(&with(&[], &[("USER", "zoe")], Some(r#"{"nick": "file"}"#)).unwrap()), "file");
}

#[test]
fn every_setting_can_be_written_in_the_file() {
    let text = r#"{
        "ip": "192.168.1.20", "cidr": ["192.168.1.77/24", "192.168.1.0/24", "10.0.0.0/8"],
        "min_port": 5000, "max_port": 5000, "nick": "Zoë 山田",
        "peers": ["192.168.1.23", "192.168.1.23:4565", "192.168.1.23"],
        "sweep_rate": 4, "any_network": true, "theme": "light", "plain_view": true,
        "guests": "network", "profile": "work", "data_dir": "/var/chat data", "ephemeral": false,
        "history_days": 0, "history_lines": 100000, "network": "office"
    }"#;
    let config = file(text).unwrap();
    assert_eq!(config.ip.to_string(), "192.168.1.20");
    assert_eq!(cidrs(&config), ["192.168.1.0/24", "10.0.0.0/8"]);
    assert_eq!(config.ports.to_string(), "5000");
    assert_eq!(nick(&config), "Zoë 山田");
    assert_eq!(config.peers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["192.168.1.23", "192.168.1.23:4565"]);
    assert_eq!((config.sweep_rate, config.any_network, config.theme), (Some(4), true, Theme::Light));
    assert_eq!((config.guests, config.ephemeral), (Guests::Network, false));
    assert!(config.plain_view.resolve(None));
    assert_eq!(config.profile.as_ref().map(ProfileName::as_str), Some("work"));
    assert_eq!(config.data_dir, Some("/var/chat data".into()));
    assert_eq!(config.history, History { days: None, lines: NonZeroU64::new(100_000) });
    assert_eq!(config.network.as_ref().map(Network::as_str), Some("office"));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn every_setting_can_be_a_variable() {
    let env = [
        ("PROXIMITY_CHAT_IP", "10.0.0.5"),
        ("PROXIMITY_CHAT_CIDR", "10.0.0.0/8, 10.1.0.0/16"),
        ("PROXIMITY_CHAT_MIN_PORT", "5000"),
        ("PROXIMITY_CHAT_MAX_PORT", "5001"),
        ("PROXIMITY_CHAT_PEERS", "10.0.0.6 10.0.0.7:5000"),
        ("PROXIMITY_CHAT_SWEEP_RATE", "300"),
        ("PROXIMITY_CHAT_ANY_NETWORK", "1"),
        ("PROXIMITY_CHAT_THEME", "none"),
        ("PROXIMITY_CHAT_GUESTS", "none"),
        ("PROXIMITY_CHAT_PROFILE", "default-2"),
        ("PROXIMITY_CHAT_DATA_DIR", "elsewhere"),
        ("PROXIMITY_CHAT_EPHEMERAL", "false"),
        ("PROXIMITY_CHAT_HISTORY_DAYS", "7"),
        ("PROXIMITY_CHAT_HISTORY_LINES", "0"),
        ("PROXIMITY_CHAT_NETWORK", "at home"),
        ("PROXIMITY_CHAT_CONFIG", "elsewhere.json"),
        ("HOME", "/"),
    ];
    let config = with(&[], &env, None).unwrap();
    assert_eq!(cidrs(&config), ["10.0.0.0/8", "10.1.0.0/16"]);
    assert_eq!(config.peers.len(), 2);
    assert_eq!((config.sweep_rate, config.any_network, config.theme), (Some(300), true, Theme::None));
    assert_eq!((config.guests, config.ephemeral), (Guests::None, false));
    assert_eq!(config.profile.as_ref().map(ProfileName::as_str), Some("default-2"));
    assert_eq!(config.data_dir, Some("elsewhere".into()));
    assert_eq!(config.history, History { days: NonZeroU32::new(7), lines: None });
    assert_eq!(config.network.as_ref().map(Network::as_str), Some("at home"));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn an_unknown_key_warns_with_a_suggestion_and_its_place() {
    let text = "{\n  \"ip\": \"127.0.0.1\",\n\n  \"é\": 1, \"prot\": 4565,\n  \"colour\": {\"a\": [null]}\n}";
    let config = file(text).unwrap();
    assert_eq!(
        config.warnings,
        [
            "config.json:4:3: \"é\" is not a setting. It is ignored.",
            "config.json:4:11: \"prot\" is not a setting. Did you mean \"min_port\"?",
            "config.json:5:3: \"colour\" is not a setting. It is ignored.",
        ]
    );
    let config = with(&[], &[("PROXIMITY_CHAT_NIK", "x"), ("PROXIMITY_CHAT_ZZZZZZ", "x")], None).unwrap();
    assert_eq!(
        config.warnings,
        [
            "PROXIMITY_CHAT_NIK is not a setting. Did you mean PROXIMITY_CHAT_NICK?",
            "PROXIMITY_CHAT_ZZZZZZ is not a setting. It is ignored; docs/configuration.md lists the settings.",
        ]
    );
    let config = with(&[], &[(&format!("PROXIMITY_CHAT_{}", "Z".repeat(1000)), "x")], None).unwrap();
    assert!(config.warnings[0].len() < 150, "{:?}", config.warnings);
}

#[test]
fn a_bad_value_names_its_place_and_what_is_allowed() {
    let port = "must be a whole number from 1 to 65535";
    for (text, error) in [
        ("{\n  \"min_port\": 0\n}", format!("config.json:2:15: min_port {port}, not 0.")),
        ("{\"max_port\": 65536}", format!("config.json:1:14: max_port {port}, not 65536.")),
        ("{\"max_port\": \"4569\"}", format!("config.json:1:14: max_port {port}, not \"4569\".")),
        ("{\"max_port\": 4.5e3}", format!("config.json:1:14: max_port {port}, not 4.5e3.")),
        ("{\"max_port\":\n\t-1}", format!("config.json:2:2: max_port {port}, not -1.")),
        ("{\"max_port\": [4569]}", format!("config.json:1:14: max_port {port}, not a list.")),
        ("{\"max_port\": null}", format!("config.json:1:14: max_port {port}, not null.")),
        (
            "{\"nick\":\"é\",\"ip\":\"lan\"}",
            "config.json:1:18: ip must be an IP address of this machine, such as 127.0.0.1 or 192.168.1.20, not \"lan\"."
                .to_owned(),
        ),
        (
            "{\"cidr\": [\"127.0.0.1/32\",\n  \"127.0.0.1/33\"]}",
            "config.json:2:3: cidr must be a network such as 192.168.1.0/24, or a list of them, not \"127.0.0.1/33\"."
                .to_owned(),
        ),
        (
            "{\"peers\": [[\"127.0.0.1\"]]}",
            "config.json:1:12: peers must be a list of addresses such as 192.168.1.23 or 192.168.1.23:4565, not a list."
                .to_owned(),
        ),
        (
            "{\"sweep_rate\": 301}",
            "config.json:1:16: sweep_rate must be a whole number from 1 to 300 (probes per second; 4 is gentle), not 301."
                .to_owned(),
        ),
        ("{\"any_network\": \"yes\"}", "config.json:1:17: any_network must be true or false, not \"yes\".".to_owned()),
        (
            "{\"theme\": \"pink\"}",
            "config.json:1:11: theme must be \"auto\", \"dark\", \"light\" or \"none\", not \"pink\".".to_owned(),
        ),
        (
            "{\"guests\": \"all\"}",
            "config.json:1:12: guests must be \"loopback\", \"network\" or \"none\", not \"all\".".to_owned(),
        ),
        (
            "{\"profile\": \"../x\"}",
            "config.json:1:13: profile must be 1 to 32 letters, digits, - or _, beginning with a letter or digit, and \
             not a name Windows reserves, such as con, not \"../x\"."
                .to_owned(),
        ),
        (
            "{\"data_dir\": \"~/chat\"}",
            "config.json:1:14: data_dir must be the path of a directory (a leading ~ is not expanded), not \"~/chat\"."
                .to_owned(),
        ),
        (
            "{\"history_days\": 36501}",
            "config.json:1:18: history_days must be a whole number of days from 0 to 36500 (0 keeps everything), not 36501."
                .to_owned(),
        ),
        (
            "{\"history_lines\": \"all\"}",
            "config.json:1:19: history_lines must be a whole number of lines from 0 to 1000000000 (0 keeps everything), \
             not \"all\"."
                .to_owned(),
        ),
        (
            "{\"network\": \"Büro\"}",
            "config.json:1:13: network must be a name of 1 to 100 printable ASCII characters, not \"Büro\".".to_owned(),
        ),
        ("{\"nick\": \"a:b\"}", "config.json:1:10: A name cannot contain ':'. Choose a name without it.".to_owned()),
    ] {
        assert_eq!(file(text).unwrap_err(), error, "{text}");
    }
}

#[test]
fn invalid_json_is_refused_with_its_place() {
    let advice = "The file must be one JSON object, without comments or trailing commas.";
    for (text, place) in [
        ("", "1:1: the file is empty."),
        (" \n", "2:1: the file is empty."),
        ("[]", "1:1: an object is expected."),
        ("{\"ip\": \"::1\",\n}", "2:1: there is a comma after the last entry."),
        ("{\"ip\": [", "1:8: the file ends too early."),
        ("{\n// mine\n}", "2:1: a key must be in double quotes."),
        ("{\"nick\": \"é\" \"ip\"}", "1:14: a comma is missing, or a closing bracket."),
        ("{\"ip\": \"\\ud800\"}", "1:8: \\u must be followed by the digits of a character."),
        ("{} {}", "1:4: there is text after the end of the object."),
    ] {
        assert_eq!(file(text).unwrap_err(), format!("config.json:{place} {advice}"), "{text}");
    }
    let error = file("{\"ip\": \"127.0.0.1\",\n \"ip\": \"127.0.0.1\"}").unwrap_err();
    assert_eq!(error, "config.json:2:2: \"ip\" is set twice, first at config.json:1:2. Remove one of them.");
    assert!(file("{\"x\": 1, \"\\u0078\": 2}").unwrap_err().contains("set twice"), "escapes do not hide a key");
}

#[test]
fn utf8_is_required_and_a_byte_order_mark_is_skipped() {
    let read = |bytes| {
        let file = Some(FileText { name: "config.json", bytes });
        merge(Sources { args: &Args::default(), env: &[], file, login: None })
    };
    let error = read(b"{\n \"nick\": \"\xff\"}").unwrap_err().to_string();
    assert_eq!(error, "config.json:2:11: the text is not UTF-8 from here on. Save the file as UTF-8.");
    assert!(read(b"\xef\xbb\xbf{}").is_ok());
}

#[test]
fn a_wrong_flag_or_variable_is_named() {
    for (args, error) in [
        (["--min-port", "many"], "--min-port must be a whole number from 1 to 65535, not \"many\"."),
        (["--peer", "foo"], "--peer must be an address such as 192.168.1.23 or 192.168.1.23:4565, not \"foo\"."),
        (["--cidr", "foo"], "--cidr must be a network such as 192.168.1.0/24, not \"foo\"."),
        (
            ["--ip", "foo"],
            "--ip must be an IP address of this machine, such as 127.0.0.1 or 192.168.1.20, not \"foo\".",
        ),
    ] {
        assert_eq!(flags(&args).unwrap_err(), error);
    }
    let error = with(&[], &[("PROXIMITY_CHAT_PEERS", "127.0.0.1 foo")], None).unwrap_err();
    assert!(error.starts_with("PROXIMITY_CHAT_PEERS: peers must be a list of addresses such as "), "{error}");
    let error = with(&[], &[("PROXIMITY_CHAT_IP", "\u{1b}[2J")], None).unwrap_err();
    assert!(error.starts_with("PROXIMITY_CHAT_IP: ip must be") && error.ends_with("not \"\\u{1b}[2J\"."), "{error}");
}

#[test]
fn a_reversed_port_range_is_refused() {
    for (args, error) in [
        (
            &["--min-port", "5000"][..],
            "--min-port: min_port 5000 is above max_port 4569 (max_port is the default). Set both.",
        ),
        (&["--max-port", "80"], "--max-port: min_port 4565 is above max_port 80 (min_port is the default). Set both."),
        (
            &["--min-port", "9", "--max-port", "8"],
            "--min-port: min_port 9 is above max_port 8 (max_port is from --max-port). Set both.",
        ),
    ] {
        assert_eq!(flags(args).unwrap_err(), error);
    }
}

#[test]
fn an_address_that_nobody_can_reach_is_refused() {
    for ip in ["0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "::ffff:0.0.0.0"] {
        let error = flags(&["--ip", ip]).unwrap_err();
        assert!(error.starts_with("--ip: others cannot reach you at "), "{error}");
        assert!(error.ends_with("Give the address of this machine on the network, such as 192.168.1.20."), "{error}");
    }
}

#[test]
fn a_cidr_beyond_this_machine_needs_lan() {
    let error = flags(&["--cidr", "192.168.1.0/24"]).unwrap_err();
    assert_eq!(
        error,
        "--cidr: cidr 192.168.1.0/24 needs --lan: you listen on 127.0.0.1 only. Add --lan, or give --ip an address of this \
         machine on that network."
    );
    assert!(flags(&["--ip", "::ffff:127.0.0.1", "--cidr", "192.168.1.0/24"]).is_err());
    assert!(flags(&["--ip", "127.0.0.2", "--cidr", "127.0.0.0/24", "--cidr", "::1"]).is_ok());
}

#[test]
fn a_remote_peer_waits_until_the_node_is_opened() {
    let config = flags(&["--peer", "192.168.1.23", "--peer", "127.0.0.1:4566", "--peer", "::ffff:10.0.0.1"]).unwrap();
    assert_eq!((config.peers.len(), config.warnings.len()), (3, 2));
    assert!(config.warnings[0].starts_with("--peer: 192.168.1.23 needs --lan: you listen on 127.0.0.1 only."));
    let config = flags(&["--lan", "--peer", "192.168.1.23", "--cidr", "192.168.1.0/24"]).unwrap();
    assert_eq!((config.warnings.len(), config.cidrs_given), (0, true));
    for peer in ["192.168.1.23:0", "0.0.0.0:4565", "224.0.0.1", "printer"] {
        assert!(flags(&["--peer", peer]).is_err(), "{peer}");
    }
}

#[test]
fn public_and_large_networks_need_explicit_consent() {
    for (cidr, objection) in [("8.8.8.0/24", "a public address range"), ("10.0.0.0/8", "larger than a /16")] {
        let args = ["--ip", "10.0.0.5", "--cidr", cidr];
        let error = flags(&args).unwrap_err();
        assert!(error.starts_with(&format!("--cidr: {cidr} is {objection}")), "{error}");
        assert!(error.contains("--any-network"), "{error}");
        assert!(flags(&[&args[..], &["--any-network"]].concat()).is_ok());
    }
}

#[test]
fn settings_that_will_find_nobody_cause_a_warning() {
    let config = flags(&["--ip", "fd00::5", "--cidr", "fd00::/64"]).unwrap();
    assert!(
        config.warnings[0].starts_with("--cidr: fd00::/64 is not searched: IPv6 networks larger than a /112 "),
        "{:?}",
        config.warnings
    );
    let config = flags(&["--ip", "192.168.1.20"]).unwrap();
    assert_eq!(
        config.warnings,
        [
            "Others can reach you at 192.168.1.20, but you do not search its network. Add --cidr with that network, such as \
         --cidr 192.168.1.0/24."
        ]
    );
    let config = flags(&["--ip", "192.168.1.20", "--cidr", "fd00::/120"]).unwrap();
    assert_eq!(
        config.warnings,
        [
            "--cidr: fd00::/120 is not searched: you cannot reach it from 192.168.1.20. Give --ip your address on that network."
        ]
    );
}

#[test]
fn a_login_name_is_cleaned_or_replaced() {
    let nick = |login| nick(&merge(Sources { args: &Args::default(), env: &[], file: None, login }).unwrap());
    assert_eq!(nick(Some("CORP:ada\u{7}")), "CORPada");
    assert_eq!(nick(Some(":")), "someone");
    assert_eq!(nick(Some("ada\u{7}")), "ada");
    assert_eq!(nick(Some("")), "someone");
    assert_eq!(nick(None), "someone");
}

#[test]
fn a_name_set_on_screen_overrides_file_but_not_variables() {
    let kept = Nick::new("kept").unwrap();
    let two = NonZeroU32::new(2).unwrap();
    let resolve = |args: &[&str], env: &[(&str, &str)], file, kept| {
        let (nick, given) = with(args, env, file).unwrap().name.resolve(kept, two);
        (nick.to_string(), given)
    };
    let (env, file) = ([("PROXIMITY_CHAT_NICK", "env")], Some(r#"{"nick": "file"}"#));
    for (args, env, file, kept, name, given) in [
        (&["--nick", "flag"][..], &env[..], file, Some(&kept), "flag", true),
        (&[], &env, file, Some(&kept), "env", true),
        (&[], &[], file, Some(&kept), "kept", true),
        (&[], &[], file, None, "file", true),
        (&[], &[], None, Some(&kept), "kept", true),
        (&[], &[], None, None, "Ada-2", false),
    ] {
        assert_eq!(resolve(args, env, file, kept), (name.to_owned(), given));
    }
}

#[test]
fn ephemeral_conflicts_with_profile_and_data_dir() {
    let error = |args: &[&str], env: &[(&str, &str)], file| with(args, env, file).unwrap_err();
    assert_eq!(
        error(&["--ephemeral", "--profile", "work"], &[], None),
        "--profile: profile cannot be combined with ephemeral (from --ephemeral). Leave one of them out."
    );
    assert_eq!(
        error(&["--data-dir", "x"], &[], Some(r#"{"ephemeral": true}"#)),
        "--data-dir: data_dir cannot be combined with ephemeral (from config.json:1:15). Leave one of them out."
    );
    // But one run can be ephemeral, whatever the file says for all runs.
    let config = with(&["--ephemeral"], &[("PROXIMITY_CHAT_DATA_DIR", "x")], Some(r#"{"profile": "work"}"#)).unwrap();
    assert!(config.ephemeral);
    assert!(!with(&["--profile", "x"], &[], Some(r#"{"ephemeral": false}"#)).unwrap().ephemeral);
}

#[test]
fn a_view_set_on_screen_overrides_file_but_not_variables() {
    let variable = [("PROXIMITY_CHAT_PLAIN_VIEW", "false")];
    let file = Some("{\"plain_view\": true}");
    for (config, kept, plain) in [
        (with(&[], &[], None), None, false),
        (with(&[], &[], None), Some(true), true),
        (with(&[], &[], file), None, true),
        (with(&[], &[], file), Some(false), false),
        (with(&[], &variable, file), Some(true), false),
        (with(&["--plain-view"], &variable, None), Some(false), true),
    ] {
        assert_eq!(config.unwrap().plain_view.resolve(kept), plain);
    }
}

#[test]
fn no_color_applies_unless_a_theme_is_set() {
    let no_color = [("NO_COLOR", "1")];
    assert_eq!(with(&[], &no_color, None).unwrap().theme, Theme::None);
    assert_eq!(with(&[], &[("NO_COLOR", "")], None).unwrap().theme, Theme::Auto);
    assert_eq!(with(&[], &no_color, Some(r#"{"theme": "dark"}"#)).unwrap().theme, Theme::Dark);
    assert_eq!(with(&["--no-color"], &[], Some(r#"{"theme": "dark"}"#)).unwrap().theme, Theme::None);
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let file = Some(FileText { name: "f", bytes: &bytes });
        let _ = merge(Sources { args: &Args::default(), env: &[], file, login: None });
    }

    /// Random bytes hardly get past the first character. These pieces do.
    #[test]
    fn no_json_like_text_makes_the_parser_panic(
        parts in prop::collection::vec(prop::sample::select(&[
            "{", "}", "[", "]", ":", ",", "\"ip\"", "\"cidr\"", "\"min_port\"", "\"peers\"", "\"theme\"", "0", "-1", "1e999",
            "null", "true", "\"\\ud800\"", "\"é\n\"", "\"::1/0\"", "\"127.0.0.1\"", "\n", " ", "\u{feff}", "\"",
        ][..]), 0..24)
    ) {
        let text = parts.concat();
        for text in [text.clone(), format!("{{\"cidr\":{text}}}")] {
            if let Err(error) = file(&text) {
                prop_assert!(error.starts_with("config.json:"), "{error}");
            }
        }
    }
}

#[test]
fn lan_from_a_flag_is_firmer_than_from_the_file() {
    let lan = |config: Config| (config.lan.open, config.lan.firm);
    assert_eq!(lan(flags(&[]).unwrap()), (false, false));
    assert_eq!(lan(flags(&["--lan"]).unwrap()), (true, true));
    assert_eq!(lan(file(r#"{"lan": true}"#).unwrap()), (true, false));
    assert!(file(r#"{"lan": "yes"}"#).unwrap_err().contains("lan must be true or false"));
    let config = file(r#"{"interfaces": ["eth0", "Wi-Fi 2"], "announce": false, "sweep_rate": 4}"#).unwrap();
    assert_eq!((config.interfaces.len(), config.announce, config.sweep_rate), (2, false, Some(4)));
    assert_eq!(flags(&["--interface", "eth0", "--sweep-rate", "4"]).unwrap().sweep_rate, Some(4));
    assert!(!flags(&["--no-announce"]).unwrap().announce);
    assert!(flags(&["--sweep-rate", "301"]).is_err());
    assert!(flags(&["--interface", ""]).is_err());
}
