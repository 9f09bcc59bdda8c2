//! Which sockets to probe, in which order and when: pure.
