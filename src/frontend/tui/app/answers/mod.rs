//! Answers and warnings of several lines: what the pane shows for `/who`, `/whois`, `/list`, `/members`, an alarm and a
//! comparison of codes. Each is a function from what is known to a text.

pub(crate) mod alarm;
pub(crate) mod members;
pub(crate) mod rooms;
mod table;
pub(crate) mod verification;
pub(crate) mod who;
pub(crate) mod whois;
