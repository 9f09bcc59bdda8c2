//! The user of this program.

use crate::domain::model::{Nick, NodeId, Presence};

/// Who the user is to others.
#[derive(Debug)]
pub(crate) struct User {
    /// The name they go by.
    pub nick: Nick,
    /// Their key; `None` until the node has reported it.
    pub key: Option<NodeId>,
    /// Whether they are away.
    pub presence: Presence,
    /// Whether they tell others when they type, and see when others do.
    pub typing: bool,
}

impl User {
    /// A user who is here, and whose key is not known yet.
    pub(crate) const fn new(nick: Nick, typing: bool) -> Self {
        Self { nick, key: None, presence: Presence::Here, typing }
    }

    /// Whether somebody who types `name` may mean the user.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.nick.as_str().to_lowercase() == name.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_the_user_in_any_case() {
        let user = User::new(Nick::new("Zoë").unwrap(), true);
        assert!(user.is_called("zoË") && !user.is_called("zoe"));
    }
}
