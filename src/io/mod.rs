//! The network behind a trait, so that the node runs over TCP, in-memory pipes and simulations alike.
