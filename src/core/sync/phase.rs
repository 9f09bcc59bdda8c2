//! What a link is doing, as one table of (state, event).
//!
//! Two things decide what a link is sent next. Its [`Pipe`] carries one frame at a time, so that a slow link holds
//! nobody up and memory has one batch for each link:
//!
//! | pipe \ event | `ReadBegun` | `Handed` | `NothingRead` | `Taken` |
//! |---|---|---|---|---|
//! | `Free` | `Reading` | `Full` | | |
//! | `Reading` | | `Full` | `Free` | |
//! | `Full` | | | | `Free` |
//!
//! Its [`Scope`] is how much of what it lacks it should get from us:
//!
//! | scope \ event | `Listed` | `Asked` | `CaughtUp` |
//! |---|---|---|---|
//! | `Unknown` | `Own` | `UnknownAsked` | |
//! | `UnknownAsked` | `All` | | |
//! | `Own` | | `All` | |
//! | `All` | | | `Own` |
//!
//! An empty field changes nothing.

/// Whether a link can be given a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pipe {
    /// It can.
    #[default]
    Free,
    /// The store reads events for it.
    Reading,
    /// It has a frame that it has not taken yet.
    Full,
}

/// Which of the events that it lacks are sent to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scope {
    /// None: it has not finished listing what it holds.
    #[default]
    Unknown,
    /// None either, but it has already asked for everything.
    UnknownAsked,
    /// Those of our own logs, and of others' logs in which it lags behind.
    Own,
    /// Everything: it has asked.
    All,
}

/// Something that changes the phase of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// It has listed all that it holds.
    Listed,
    /// It asks for everything that it lacks.
    Asked,
    /// It was sent everything that it lacks.
    CaughtUp,
    /// The store was asked for events.
    ReadBegun,
    /// It was handed a frame.
    Handed,
    /// The store had none of the events.
    NothingRead,
    /// It has taken its frame.
    Taken,
}

/// What a link can be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing.
    Wait,
    /// The frame that waits for it.
    Frame,
    /// Events that it lacks, of this scope.
    Events(Scope),
}

/// See the module's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Phase {
    pipe: Pipe,
    scope: Scope,
}

impl Phase {
    /// Something has happened.
    pub(super) fn on(&mut self, event: Event) {
        self.scope = match (self.scope, event) {
            (Scope::Unknown, Event::Listed) | (Scope::All, Event::CaughtUp) => Scope::Own,
            (Scope::Unknown, Event::Asked) => Scope::UnknownAsked,
            (Scope::UnknownAsked, Event::Listed) | (Scope::Own, Event::Asked) => Scope::All,
            (scope, _) => scope,
        };
        self.pipe = match (self.pipe, event) {
            (Pipe::Free, Event::ReadBegun) => Pipe::Reading,
            (Pipe::Free | Pipe::Reading, Event::Handed) => Pipe::Full,
            (Pipe::Reading, Event::NothingRead) | (Pipe::Full, Event::Taken) => Pipe::Free,
            (pipe, _) => pipe,
        };
    }

    /// What the link can be sent now. `has_frame` says whether a frame waits for it.
    pub(super) fn next(self, has_frame: bool) -> Next {
        match (self.pipe, self.scope, has_frame) {
            (Pipe::Reading | Pipe::Full, _, _) | (Pipe::Free, Scope::Unknown | Scope::UnknownAsked, false) => {
                Next::Wait
            }
            (Pipe::Free, _, true) => Next::Frame,
            (Pipe::Free, scope @ (Scope::Own | Scope::All), false) => Next::Events(scope),
        }
    }

    /// Whether it is being sent everything that it lacks.
    pub(super) fn sends_all(self) -> bool {
        self.scope == Scope::All
    }

    /// Whether nothing is on its way to the link.
    pub(super) fn is_free(self) -> bool {
        self.pipe == Pipe::Free
    }

    /// Whether it has listed all that it holds.
    pub(super) fn is_listed(self) -> bool {
        matches!(self.scope, Scope::Own | Scope::All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 7] = [
        Event::Listed,
        Event::Asked,
        Event::CaughtUp,
        Event::ReadBegun,
        Event::Handed,
        Event::NothingRead,
        Event::Taken,
    ];

    fn after(events: &[Event]) -> Phase {
        let mut phase = Phase::default();
        for event in events {
            phase.on(*event);
        }
        phase
    }

    #[test]
    fn only_queued_frames_are_sent_before_all_is_listed() {
        for events in [&[][..], &[Event::Asked], &[Event::CaughtUp], &[Event::Handed, Event::Taken]] {
            assert_eq!((after(events).next(false), after(events).next(true)), (Next::Wait, Next::Frame), "{events:?}");
        }
        assert_eq!(after(&[Event::Listed]).next(false), Next::Events(Scope::Own));
    }

    #[test]
    fn an_early_request_is_served_once_all_is_listed() {
        assert_eq!(after(&[Event::Asked, Event::Listed]).next(false), Next::Events(Scope::All));
        assert_eq!(after(&[Event::Listed, Event::Asked]).next(false), Next::Events(Scope::All));
        assert_eq!(after(&[Event::Asked, Event::Listed, Event::CaughtUp]).next(false), Next::Events(Scope::Own));
    }

    #[test]
    fn a_link_has_one_frame_at_a_time() {
        for busy in [Event::ReadBegun, Event::Handed] {
            let phase = after(&[Event::Listed, busy]);
            assert_eq!((phase.next(false), phase.next(true)), (Next::Wait, Next::Wait));
        }
        assert!(after(&[Event::ReadBegun, Event::NothingRead]).is_free());
        assert!(after(&[Event::ReadBegun, Event::Handed, Event::Taken]).is_free());
    }

    #[test]
    fn a_listed_link_never_becomes_unlisted() {
        for event in EVENTS {
            assert!(after(&[Event::Listed, event]).is_listed(), "{event:?}");
        }
    }
}
