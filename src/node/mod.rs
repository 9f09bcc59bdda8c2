//! The node's heart, pure: peer map, link choice, backoff, the ring of lines for guests.
