//! What the node tells its user without being asked.

use super::{
    history_notices::history_notice, link_notices::link_notice, listening::remark, trust_notices::trust_notice,
};
use crate::domain::bus::{NetworkNotice, NotSaved, Notice};

/// One or more sentences: what happened, and what the user can do.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Link(notice) => link_notice(notice),
        Notice::Trust(notice) => trust_notice(notice),
        Notice::History(notice) => history_notice(notice),
        Notice::Network(NetworkNotice::Already { open: true }) => {
            "The chat is already open to your network.".to_owned()
        }
        Notice::Network(NetworkNotice::Already { open: false }) => {
            "The chat is already limited to this machine.".to_owned()
        }
        Notice::Network(NetworkNotice::Remark(about)) => remark(about),
        Notice::NotSaved(NotSaved { path, reason }) => {
            format!("Could not write {path}: {reason}. Free some space, or check who may write there.")
        }
    }
}
