//! What the log keeps of each room.

use std::{collections::BTreeMap, sync::Arc};

use super::Writers;
use crate::domain::model::{Hlc, LogId, RoomId};

/// One room.
#[derive(Debug, Default)]
pub(super) struct RoomState {
    /// Whether our user is in it. Events of other rooms are not taken.
    pub(super) open: bool,
    /// The latest reading of its clock: nothing stands after it. Each room has its own, so that nobody moves the clock
    /// of a room that they are not in.
    pub(super) latest: Hlc,
    /// The log that we write to, once there is one.
    pub(super) own: Option<LogId>,
    /// Who may write in it; none if everybody who is in it.
    pub(super) writers: Option<Arc<Writers>>,
}

/// All rooms that are open, or of which anything is held.
#[derive(Debug)]
pub(super) struct RoomStates(BTreeMap<RoomId, RoomState>);

impl RoomStates {
    /// The lobby is always open.
    pub(super) fn new() -> Self {
        Self(BTreeMap::from([(RoomId::LOBBY, RoomState { open: true, ..RoomState::default() })]))
    }

    /// One room; none if nothing is held of it.
    pub(super) fn get(&self, room: &RoomId) -> Option<&RoomState> {
        self.0.get(room)
    }

    /// One room, to change it.
    pub(super) fn get_mut(&mut self, room: RoomId) -> &mut RoomState {
        self.0.entry(room).or_default()
    }

    /// All of them, by their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&RoomId, &RoomState)> {
        self.0.iter()
    }

    /// All of them, to change them.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&RoomId, &mut RoomState)> {
        self.0.iter_mut()
    }
}
