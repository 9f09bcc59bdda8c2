//! gRPC over [`crate::io`]: the server, the dialer and the life of one link.
