//! Finds candidates: runs the sweep. Never decides who is a peer.
