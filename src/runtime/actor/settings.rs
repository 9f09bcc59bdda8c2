//! What a node starts with, and why it may fail to start.

use std::collections::BTreeSet;

use tokio::sync::{mpsc, watch};

use super::{DesiredNetwork, Wish};
use crate::{
    core::{log::storage::Snapshot, node::Retention},
    domain::{
        bus::KeptRooms,
        model::{Guests, Known, Nick, NodeId, PortRange, Presence, Target},
    },
    protocol::identity::Identity,
    runtime::{
        io::Clock,
        net::{ListenError, TlsSetupError},
        profile::Saver,
        store::{Answer, Store},
    },
};

/// The settings of a node.
#[derive(Debug)]
pub struct Settings {
    /// The network that the node should be on, now and later.
    pub desired: watch::Receiver<DesiredNetwork>,
    /// Where wishes to change the network go.
    pub wishes: mpsc::Sender<Wish>,
    /// Where the node reports who is linked on the network itself.
    pub linked: watch::Sender<BTreeSet<NodeId>>,
    /// The ports to listen on and to probe. The node takes the first one that is free on all addresses.
    pub ports: PortRange,
    /// The port that it had on the last network, which the front end still shows. It is preferred to all others if it
    /// is free.
    pub port: Option<u16>,
    /// Whether to announce the node and to hear announcements.
    pub announce: bool,
    /// Whether to diagnose why nobody shows up. That reads tables of the machine, which a simulation does not have.
    pub diagnose: bool,
    /// Addresses to dial in any case.
    pub peers: Vec<Target>,
    /// Probes per second, if the user has set a rate.
    pub sweep_rate: Option<u32>,
    /// The user's name at the start.
    pub nick: Nick,
    /// Whether the user is here at the start.
    pub presence: Presence,
    /// The key that others know us by.
    pub identity: Identity,
    /// The keys that were met before.
    pub known: Vec<Known>,
    /// The rooms that the user was in.
    pub rooms: KeptRooms,
    /// From where nodes without a key are let in.
    pub guests: Guests,
    /// Whether to meet nobody before the user has chosen a name ([`crate::domain::bus::Command::SetNick`]).
    pub hold: bool,
    /// Where to keep the name and the keys that are met.
    pub saver: Saver,
    /// Random numbers that only this run knows.
    pub random: Random,
    /// Where the time comes from.
    pub clock: Clock,
    /// What the store holds.
    pub snapshot: Snapshot,
    /// How long it is kept.
    pub retention: Retention,
    /// Where it is kept.
    pub store: Store,
    /// What the store answers.
    pub answers: mpsc::Receiver<Answer>,
}

/// Random numbers from the operating system, drawn for one run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Random {
    /// For jitter and message ids; not secret.
    pub seed: u64,
    /// Names this run to others.
    pub boot: u64,
    /// For what nobody may guess.
    pub secret: [u8; 32],
}

/// Why a node cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
}
