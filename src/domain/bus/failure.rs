//! Why something the user asked for did not work. Front ends put it into words.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use crate::domain::{
    bus::{NamedKey, RoomFailure},
    model::{NoNetwork, NodeId, NotTheSame, StoreFailure, Target, Text, Trust, Who},
};

/// Something the user asked for did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// There is no link to an address that the user gave.
    Connect(ConnectFailure),
    /// It is not clear who the user means.
    Who(WhoFailure),
    /// `/trust`, `/untrust` or `/unverify` was not carried out.
    Trust(TrustFailure),
    /// `/verify` was not carried out.
    Verify(VerifyFailure),
    /// A room was not joined, left or used.
    Room(RoomFailure),
    /// Something could not be stored or read.
    Storage(StorageFailure),
    /// The command was meant for the network that the node was on before.
    Moved(Stale),
    /// There is no network to open the node to, it cannot listen there, or it is not on the network that the user
    /// named.
    Network(NetworkFailure),
}

/// Why there is no link to an address that the user gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectFailure {
    /// It is beyond this machine, and the chat is not open.
    Closed(Target),
    /// It is this node itself.
    OwnAddress(Target),
    /// There is no place left for it.
    Full {
        /// The address that was asked for.
        target: Target,
        /// How many people may be linked.
        places: usize,
    },
    /// It was tried without success.
    NotLinked {
        /// The address that was asked for.
        target: Target,
        /// How it failed.
        why: NoLink,
        /// The address it was tried from.
        from: IpAddr,
        /// How often it was tried.
        tries: u32,
        /// How long that took.
        took: Duration,
        /// Whether it is retried for ever, because it is in the settings.
        again: bool,
    },
}

/// How trying an address failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLink {
    /// No route leads there.
    NoRoute,
    /// Nobody answered.
    NoAnswer,
    /// Something answered, but it is not a chat node.
    NotAChat,
    /// It ends the connection.
    Ended,
    /// It does not prove its key.
    Unproven,
    /// It speaks plain text only, and guests are not let in from there.
    GuestsClosed,
    /// It was secure before, and now speaks plain text only.
    Downgrade,
    /// It has no room for us.
    FullThere,
    /// All places for strangers are taken here.
    FullHere,
    /// It speaks another version of the protocol.
    Version,
    /// It does not let us in, and gives no reason.
    Refused,
}

/// It is not clear who the user means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhoFailure {
    /// Nobody matches what the user typed.
    Nobody(Who),
    /// Nobody has exactly that name; these have names that look like it.
    OnlyAlike {
        /// What the user typed.
        who: Who,
        /// The people whom it could mean.
        people: Vec<Candidate>,
    },
    /// Several people could be meant.
    Several {
        /// What the user typed.
        who: Who,
        /// The people whom it could mean.
        people: Vec<Candidate>,
    },
}

/// Someone whom the user may have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// A name that means this person alone.
    pub name: String,
    /// How much is known of who it is.
    pub trust: Trust,
}

/// Why trust was not given or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustFailure {
    /// That is a guest.
    Guest {
        /// What it is called.
        name: String,
    },
    /// The codes of this key differed.
    CodesDiffer(NamedKey),
    /// This would take a name from another key; the user must confirm that.
    Displaces {
        /// The key that would have the name.
        key: NamedKey,
        /// The name.
        nick: String,
        /// The key that has it.
        rival: NodeId,
        /// Whether the user has compared codes with the rival; if not, the rival is here.
        verified: bool,
    },
    /// This key was not trusted.
    NotTrusted(NamedKey),
    /// No comparison with this key is remembered.
    NotVerified(NamedKey),
    /// The messages of this person are shown anyway.
    NotIgnored {
        /// What they are called.
        name: String,
    },
}

/// Why codes cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyFailure {
    /// That is a guest.
    Guest {
        /// What it is called.
        name: String,
    },
    /// They are not here.
    Absent {
        /// What they are called.
        name: String,
    },
    /// Their program cannot do it.
    Incapable {
        /// What they are called.
        name: String,
    },
    /// There is no code from them to answer.
    NoCode {
        /// What they are called.
        name: String,
    },
    /// The last comparison was a moment ago; another can begin after this time.
    TooSoon(Duration),
    /// One is under way already.
    UnderWay,
}

/// Why something was not stored, or not found in what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageFailure {
    /// The clock of this machine shows a time that no line may have.
    NoTime,
    /// Too many queries are open.
    TooManyQueries,
    /// One request failed.
    Request(StoreFailure),
    /// The disk takes nothing from now on.
    Disk(StoreFailure),
}

/// A command that was meant for another network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// A line to say.
    Line(Text),
    /// Erasing a room's history.
    Erase,
}

/// Why the node is not where the user wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkFailure {
    /// There is no network to open it to.
    CannotOpen(NoNetwork),
    /// It is not on the network that the user named.
    NotTheSame(NotTheSame),
    /// It could not listen on the network, so it stays on this machine.
    StaysClosed {
        /// Why it could not listen.
        reason: String,
    },
    /// No node could be started on the network that it moved to, so no node is left.
    Ended {
        /// Why not.
        reason: String,
    },
    /// Its port is in use on an address of this machine, so nobody can reach it there.
    PortTaken {
        /// The port.
        port: u16,
        /// The address.
        ip: IpAddr,
    },
    /// It cannot listen on an address of this machine.
    CannotListen {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        reason: String,
    },
}

impl Failure {
    /// Its kind.
    pub const fn code(&self) -> FailureCode {
        match self {
            Self::Connect(failure) => failure.code(),
            Self::Who(_) => FailureCode::WhoIsMeant,
            Self::Trust(TrustFailure::Displaces { .. }) => FailureCode::Unsure,
            Self::Trust(_) | Self::Verify(_) | Self::Room(_) => FailureCode::NotPossible,
            Self::Storage(_) => FailureCode::Storage,
            Self::Moved(_) => FailureCode::Moved,
            Self::Network(_) => FailureCode::NoNetwork,
        }
    }
}

impl ConnectFailure {
    const fn code(&self) -> FailureCode {
        match self {
            Self::Closed(_) | Self::NotLinked { why: NoLink::NoRoute, .. } => FailureCode::Unreachable,
            Self::OwnAddress(_) => FailureCode::OwnAddress,
            Self::Full { .. } | Self::NotLinked { why: NoLink::FullHere, .. } => FailureCode::RoomFull,
            Self::NotLinked { why: NoLink::NoAnswer | NoLink::NotAChat | NoLink::Ended | NoLink::Unproven, .. } => {
                FailureCode::NoAnswer
            }
            Self::NotLinked {
                why: NoLink::GuestsClosed | NoLink::Downgrade | NoLink::FullThere | NoLink::Version | NoLink::Refused,
                ..
            } => FailureCode::Refused,
        }
    }
}

/// Kinds of [`Failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureCode {
    /// No node that we could link to answered at an address that the user gave.
    NoAnswer,
    /// An address that the user gave cannot be reached from where we listen.
    Unreachable,
    /// The address is our own.
    OwnAddress,
    /// A node is there, but it refuses the link or we do.
    Refused,
    /// There is no place for one more here.
    RoomFull,
    /// Nobody is known by that name, or several are.
    WhoIsMeant,
    /// What was asked for cannot be done with this peer.
    NotPossible,
    /// What was asked for takes something away, and the user must confirm it.
    Unsure,
    /// The command was meant for the network that the node was on before.
    Moved,
    /// Something could not be stored or read.
    Storage,
    /// There is no network to open the node to, it cannot listen there, or it is not on the network that the user
    /// named.
    NoNetwork,
}

impl FailureCode {
    /// The `code` of the headless contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::Unreachable => "unreachable",
            Self::OwnAddress => "own_address",
            Self::Refused => "refused",
            Self::RoomFull => "room_full",
            Self::WhoIsMeant => "who",
            Self::NotPossible => "not_possible",
            Self::Unsure => "unsure",
            Self::Moved => "moved",
            Self::Storage => "storage",
            Self::NoNetwork => "no_network",
        }
    }
}
