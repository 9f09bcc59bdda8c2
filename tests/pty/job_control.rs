//! Ctrl-Z, and being stopped from outside.

use rustix::process::Signal;

use super::{FOOTER, alice, assert_given_back};
use crate::support::{Builder, Ports, Term, arguments, program};

/// A shell in the terminal that has started the chat.
fn in_a_shell(ports: &Ports) -> Term {
    let shell = Builder::new("/bin/sh").args(["-i"]).env("PS1", "shell> ").spawn();
    shell.wait_text("shell> ");
    shell.send(format!("{} {}\n", program(), arguments("alice", ports).join(" ")));
    shell.wait_text(FOOTER);
    shell
}

#[test]
fn ctrl_z_returns_the_terminal_and_fg_restores_the_draft() {
    let ports = Ports::reserve(1);
    let shell = in_a_shell(&ports);
    shell.send("half a sen");
    shell.wait_text("> half a sen");
    shell.send("\x1a");
    shell.wait_for("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
    shell.send("echo 'it' 'echoes'\n");
    shell.wait_text("it echoes");
    shell.send("fg\n");
    shell.wait_for("the draft", |screen| screen.alternate_screen() && screen.contents().contains("> half a sen"));
    shell.send("tence");
    shell.wait_text("> half a sentence");
    shell.send("\x11");
    // Wait for the shell's prompt: until the program has ended, it still reads what is typed.
    shell.wait_for("the prompt", |screen| {
        !screen.alternate_screen()
            && screen
                .contents()
                .lines()
                .rfind(|line| !line.trim().is_empty())
                .is_some_and(|line| line.trim() == "shell>")
    });
    shell.send("echo 'whole' 'again'\n");
    shell.wait_text("whole again");
    shell.send("exit\n");
    shell.wait_exit();
    assert_given_back(&shell);
}

#[test]
fn ctrl_z_without_a_shell_does_no_harm() {
    let ports = Ports::reserve(1);
    let term = alice(&ports);
    term.send("draft\x1a");
    term.send("ed");
    term.wait_text("> drafted");
    assert!(term.screen(vt100::Screen::alternate_screen));
}

#[test]
fn a_screen_stopped_from_outside_comes_back() {
    let ports = Ports::reserve(1);
    let shell = in_a_shell(&ports);
    shell.send("draft");
    shell.wait_text("> draft");
    // The shell's only job. `kill -STOP` with its job number would need the shell, so the program is found by its
    // parent.
    let child = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.pid().as_raw_nonzero())).unwrap();
    let child = rustix::process::Pid::from_raw(child.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(child, Signal::STOP).unwrap();
    shell.wait_text("Stopped");
    shell.send("fg\n");
    shell
        .wait_for("the draft", |screen| screen.contents().contains("> draft") && screen.contents().contains("F1 help"));
    shell.send("ed");
    shell.wait_text("> drafted");
    shell.send("\x11");
    shell.wait_for("the shell", |screen| !screen.alternate_screen());
}
