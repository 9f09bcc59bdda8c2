//! The command line of a node that touches nothing of its user.

use std::{
    net::{IpAddr, Ipv4Addr},
    ops::RangeInclusive,
    process::Command,
};

use tempfile::TempDir;

use super::{Wrong, program};

/// The variables that name the user's directories.
pub(crate) const DIRECTORIES: [&str; 6] =
    ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"];

/// What a node is told about where it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The address and the network of the setup.
    Given,
    /// It is opened to the networks of the machine's interfaces. Only for interfaces of the test's own.
    Lan,
    /// Nothing: what the profile remembers counts. Only for interfaces of the test's own.
    Unsaid,
}

/// How to start a node.
#[derive(Clone)]
pub(crate) struct Setup {
    /// The program of this build, unless another one is to be compared with it.
    pub(crate) program: String,
    pub(crate) nick: String,
    pub(crate) ip: IpAddr,
    pub(crate) cidr: String,
    pub(crate) place: Place,
    pub(crate) ports: RangeInclusive<u16>,
    /// The network namespace to start it in.
    pub(crate) netns: Option<String>,
    pub(crate) json: bool,
    /// How far off its clock is, if at all.
    pub(crate) clock: Option<Wrong>,
    pub(crate) more: Vec<String>,
}

impl Setup {
    /// On loopback, sweeping `ports` and nothing else.
    pub(crate) fn new(nick: &str, ports: RangeInclusive<u16>) -> Self {
        Self {
            program: program(),
            nick: nick.to_owned(),
            ip: Ipv4Addr::LOCALHOST.into(),
            cidr: "127.0.0.1/32".to_owned(),
            place: Place::Given,
            ports,
            netns: None,
            json: true,
            clock: None,
            more: Vec::new(),
        }
    }

    /// The command that starts the node.
    pub(crate) fn command(&self, home: &TempDir) -> Command {
        let mut command = self.program_at(home);
        command.args(["--headless", "--commands", "--stay"]).args(self.json.then_some("--json")).args(self.arguments());
        command.envs(self.clock.iter().flat_map(Wrong::variables));
        command
    }

    /// The command that prints what is on disk of the lobby.
    pub(crate) fn log_command(&self, home: &TempDir, options: &[&str]) -> Command {
        let mut command = self.program_at(home);
        // The same network, if one is set.
        let network = self.more.iter().skip_while(|option| *option != "--network").take(2);
        command.args(["log", "--profile", "default"]).args(self.where_it_is());
        command.args(network).args(options);
        command
    }

    /// The program in its namespace, with a cleared environment and `home` in place of all the user's directories.
    fn program_at(&self, home: &TempDir) -> Command {
        let mut command = match &self.netns {
            // `ip` replaces itself with the program, so that the child's process id is the node's.
            Some(netns) => {
                let mut ip = Command::new("ip");
                ip.args(["netns", "exec", netns, &self.program]);
                ip
            }
            None => Command::new(&self.program),
        };
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for directory in DIRECTORIES {
            command.env(directory, home.path());
        }
        command
    }

    /// The options for who it is and where it looks.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<_> = [
            ["--nick", &self.nick],
            ["--min-port", &self.ports.start().to_string()],
            ["--max-port", &self.ports.end().to_string()],
        ]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect();
        arguments.extend(self.where_it_is());
        arguments.extend(self.more.iter().cloned());
        arguments
    }

    /// The options for where it is.
    fn where_it_is(&self) -> Vec<String> {
        let own = self.place == Place::Given || self.netns.is_some();
        assert!(own, "outside of a namespace the network is other people's");
        match self.place {
            Place::Given => ["--ip".to_owned(), self.ip.to_string(), "--cidr".to_owned(), self.cidr.clone()].to_vec(),
            Place::Lan => vec!["--lan".to_owned()],
            Place::Unsaid => Vec::new(),
        }
    }
}
