//! English.

pub(crate) mod alarm;
pub(crate) mod answers;
mod connect_failures;
pub(crate) mod disk;
pub(crate) mod draft;
pub(crate) mod failures;
pub(crate) mod guide;
pub(crate) mod help;
mod history_notices;
mod link_notices;
mod lists;
pub(crate) mod messages;
pub(crate) mod network;
pub(crate) mod notices;
pub(crate) mod people;
pub(crate) mod presence;
pub(crate) mod screen;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod times;
mod trust_notices;
pub(crate) mod verification;
pub(crate) mod whois;
