//! Options, variables and the config file, and how they are refused.

use std::net::TcpListener;

use crate::user::{User, finish};

#[test]
fn help_and_version_print_without_errors() {
    let user = User::new();
    let help = user.run(&["--help"], "");
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    for part in [
        "Usage: proximity-chat [OPTIONS] [COMMAND]",
        "log ",
        "Examples:",
        "--cidr <CIDR>",
        "Exit codes: 0",
        "127.0.0.1",
    ] {
        assert!(help.out.contains(part), "no {part} in {}", help.out);
    }
    let headings: Vec<_> = help.out.lines().filter(|line| line.ends_with(':') && !line.starts_with(' ')).collect();
    let expected =
        ["Commands:", "Options:", "Identity:", "Network:", "Ports and sweep:", "Display:", "Files:", "Examples:"];
    assert_eq!(headings, expected, "{}", help.out);
    assert!(help.out.lines().all(|line| line.chars().count() <= 100), "{}", help.out);
    let version = user.run(&["--version"], "");
    assert_eq!((version.code, version.out), (Some(0), format!("proximity-chat {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let user = User::new();
    for args in [&["--rooms=x"][..], &["--frobnicate"], &["extra"], &["--nick"]] {
        let finished = user.run(args, "");
        assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(finished.err.starts_with("error: "), "{}", finished.err);
    }
}

#[test]
fn a_bad_setting_is_refused_with_its_place() {
    let user = User::new();
    let port = "must be a whole number from 1 to 65535";
    user.write("config.json", "{\n  \"min_port\": 0\n}\n");
    user.write("broken.json", "{\n  \"ip\": \"127.0.0.1\",\n}\n");
    for (args, error) in [
        (&["--config", "config.json"][..], format!("config.json:2:15: min_port {port}, not 0.\n")),
        (
            &["--config", "broken.json"],
            "broken.json:3:1: there is a comma after the last entry. The file must be one JSON object, without comments or trailing commas.\n"
                .to_owned(),
        ),
        (&["--max-port", "none"], format!("--max-port {port}, not \"none\".\n")),
        (
            &["--peer", "127.0.0.1", "--peer", "printer"],
            "--peer must be an address such as 192.168.1.23 or 192.168.1.23:4565, not \"printer\".\n".to_owned(),
        ),
        (
            &["--ip", "0.0.0.0"],
            "--ip: others cannot reach you at 0.0.0.0. Give the address of this machine on the network, such as \
             192.168.1.20.\n"
                .to_owned(),
        ),
        (
            &["--cidr", "192.168.1.0/24"],
            "--cidr: cidr 192.168.1.0/24 needs --lan: you listen on 127.0.0.1 only. Add --lan, or give --ip an address \
             of this machine on that network.\n"
                .to_owned(),
        ),
        (
            &["--profile", "../x"],
            "--profile must be 1 to 32 letters, digits, - or _, beginning with a letter or digit, and not a name \
             Windows reserves, such as con, not \"../x\".\n"
                .to_owned(),
        ),
        (&["--guests", "all"], "--guests must be \"loopback\", \"network\" or \"none\", not \"all\".\n".to_owned()),
        (
            &["--ephemeral", "--data-dir", "x"],
            "--data-dir: data_dir cannot be combined with ephemeral (from --ephemeral). Leave one of them out.\n"
                .to_owned(),
        ),
    ] {
        let finished = user.run(args, "");
        assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""), "{args:?}");
        assert_eq!(finished.err, format!("proximity-chat: {error}"));
    }
    let absent = user.run(&["--config", "absent.json"], "");
    assert_eq!(absent.code, Some(2));
    assert!(absent.err.starts_with("proximity-chat: Cannot read absent.json: "), "{}", absent.err);
}

#[cfg(unix)]
#[test]
fn the_users_config_file_is_found_and_warnings_are_events() {
    let user = User::new();
    user.write(".config/proximity-chat/config.json", "{\"nick\": \"from file\", \"prot\": 1}");
    let range = [user.ports.first(), user.ports.last()].map(|port| port.to_string());
    let finished = user.run(&["--json", "--commands", "--min-port", &range[0], "--max-port", &range[1]], "/quit\n");
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let warning = finished.event(|event| event["code"] == "config");
    let text = warning["text"].as_str().unwrap();
    assert!(text.ends_with("config.json:1:23: \"prot\" is not a setting. Did you mean \"min_port\"?"), "{text}");
    assert_eq!(finished.event(|event| event["event"] == "listening")["nick"], "from file");
}

#[test]
fn environment_variables_are_settings() {
    let user = User::new();
    let mut command = user.command(&["--json", "--commands"]);
    command.env("PROXIMITY_CHAT_NICK", "env").env("PROXIMITY_CHAT_MIN_PORT", user.ports.first().to_string());
    command.env("PROXIMITY_CHAT_MAX_PORT", user.ports.last().to_string());
    let finished = finish(command, "/quit\n");
    let listening = finished.event(|event| event["event"] == "listening");
    assert_eq!(listening["nick"], "env");
    assert_eq!(listening["addr"], format!("127.0.0.1:{}", user.ports.first()));
}

#[test]
fn taken_ports_are_named() {
    let user = User::new();
    let (first, last) = (user.ports.first(), user.ports.last());
    let _taken = [first, last].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
    let finished = user.node(&["--json"], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    let beginning = format!("proximity-chat: Ports {first}-{last} on 127.0.0.1 are all in use");
    assert!(finished.err.starts_with(&beginning), "{}", finished.err);
    assert!(finished.err.contains("Start with --max-port "), "{}", finished.err);
}

#[test]
fn an_address_of_another_machine_is_refused() {
    // A documentation address (RFC 5737): nobody has it. Nothing is sent to it, because the program listens first.
    let user = User::new();
    let range = [user.ports.first(), user.ports.last()].map(|port| port.to_string());
    let finished = user.run(&["--ip", "192.0.2.1", "--min-port", &range[0], "--max-port", &range[1]], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(1), ""));
    assert!(
        finished.err.starts_with("proximity-chat: 192.0.2.1 is not an address of this machine."),
        "{}",
        finished.err
    );
}
