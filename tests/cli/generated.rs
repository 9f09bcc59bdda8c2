//! The man page and the shell completions.

use std::{fs, net::TcpListener, process::Command};

use clap::CommandFactory as _;
use proximity_chat::cli::config::Args;

use crate::{
    support::{seconds, until},
    user::User,
};

/// Every option of the program and of its commands, with its dashes.
fn options() -> Vec<String> {
    fn collect(command: &clap::Command, options: &mut Vec<String>) {
        options.extend(command.get_arguments().filter_map(|arg| Some(format!("--{}", arg.get_long()?))));
        command.get_subcommands().for_each(|command| collect(command, options));
    }
    let (mut command, mut options) = (Args::command(), Vec::new());
    command.build();
    collect(&command, &mut options);
    options.sort();
    options.dedup();
    assert!(options.len() > 30, "{options:?}");
    options
}

/// What one of these commands prints. It is run with wrong settings and with all ports taken.
fn printed(args: &[&str]) -> String {
    let user = User::new();
    // A program that another test starts at this moment has all open files of this process until it runs, the listener
    // that has just shown the port to be free among them.
    let bind = |port| until("a free port", seconds(10), || TcpListener::bind(("127.0.0.1", port)).ok());
    let _taken = [user.ports.first(), user.ports.last()].map(bind);
    user.write(".config/proximity-chat/config.json", "{\"min_port\": 0}");
    let finished = user.run(&[&user.range().each_ref().map(String::as_str)[..], args].concat(), "");
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""), "{args:?}");
    let made: Vec<_> = fs::read_dir(user.home.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(made, [".config"], "nothing is made");
    finished.out
}

#[test]
fn the_man_page_has_every_option_and_command() {
    let page = printed(&["man"]);
    assert!(page.contains("\n.TH proximity-chat 1 "), "{page}");
    let plain = page.replace("\\-", "-");
    for option in options() {
        assert!(plain.contains(&format!("\\fB{option}\\fR")), "no {option} in {plain}");
    }
    for part in [".SH \"PROXIMITY-CHAT LOG\"", ".SS OPTIONS", ".SH NETWORK", ".SH EXAMPLES", "Exit codes: 0 success"] {
        assert!(plain.contains(part), "no {part} in {plain}");
    }
    assert_eq!(plain.matches("\\fB--sweep-rate\\fR \\fI").count(), 1, "commands do not repeat the program's options");
}

#[test]
fn man_renders_the_man_page_without_warnings() {
    let page = printed(&["man"]);
    let user = User::new();
    user.write("proximity-chat.1", &page);
    let man = Command::new("man")
        .args(["--warnings", "-l", "proximity-chat.1"])
        .current_dir(user.home.path())
        .env("MANWIDTH", "80")
        .env("LC_ALL", "C.UTF-8")
        .output();
    // Some systems lack `man`, or cannot show a page that is not installed.
    let Some(shown) = man.ok().filter(|shown| shown.status.success()) else { return };
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(
        shown.stderr.is_empty() && text.contains("--sweep-rate"),
        "{}\n{text}",
        String::from_utf8_lossy(&shown.stderr)
    );
}

#[test]
fn the_completions_complete_every_option_and_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = printed(&["completions", shell]);
        for option in options() {
            let named = if shell == "fish" { format!("-l {}", &option[2..]) } else { option };
            assert!(script.contains(&named), "no {named} for {shell}");
        }
        for command in ["log", "discover", "doctor", "identity", "man", "completions"] {
            assert!(script.contains(command), "no {command} for {shell}");
        }
        let user = User::new();
        user.write("script", &script);
        // `-n` parses the script without running it.
        match Command::new(shell).args(["-n", "script"]).current_dir(user.home.path()).output() {
            Ok(checked) => assert!(checked.status.success() && checked.stderr.is_empty(), "{shell}: {checked:?}"),
            Err(_) => assert!(shell != "bash" && script.contains("proximity-chat"), "{shell} is not here"),
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_can_use_the_completions() {
    let script = printed(&["completions", "bash"]);
    let user = User::new();
    user.write("script", &script);
    let asked = "source ./script; COMP_WORDS=(proximity-chat --sw); COMP_CWORD=1; \
                 _proximity__chat proximity-chat --sw proximity-chat; echo \"${COMPREPLY[@]}\"";
    let answer = Command::new("bash").args(["-c", asked]).current_dir(user.home.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&answer.stdout).trim(), "--sweep-rate", "{answer:?}");
}

#[test]
fn an_unknown_shell_is_a_usage_error() {
    let finished = User::new().run(&["completions", "tcsh"], "");
    assert_eq!((finished.code, finished.out.as_str()), (Some(2), ""));
    assert!(finished.err.contains("bash, zsh, fish"), "{}", finished.err);
}
