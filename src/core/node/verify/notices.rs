//! What the verify machine tells the user in words. Its sentences are here, and in [`NotNow`].

use super::comparison::NotNow;
use crate::{
    core::node::trust::Unclear,
    domain::bus::{FailureCode, Update},
};

/// Why a command of the user's was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not clear who is meant.
    Unclear(Unclear),
    /// That is a guest, by this name.
    Guest(String),
    /// Somebody of this name is not here.
    Absent(String),
    /// The program of somebody of this name cannot do it.
    Incapable(String),
    /// It cannot begin now.
    NotNow(NotNow),
    /// There is no code of somebody of this name.
    NoCode(String),
}

impl Refusal {
    /// What the front end is told.
    pub(super) fn update(self) -> Update {
        let text = match self {
            Self::Unclear(unclear) => return unclear.update(),
            Self::Guest(name) => format!("{name} is a guest, on a link in plain text: there is nothing to compare."),
            Self::Absent(name) => format!("{name} is not here. Both of you must be, to compare codes."),
            Self::Incapable(name) => format!("{name}'s program cannot compare codes."),
            Self::NotNow(not_now) => not_now.to_string(),
            Self::NoCode(name) => format!("There is no code of {name} to compare. /verify {name} asks for one."),
        };
        Update::Failed { code: FailureCode::NotPossible, text }
    }
}
