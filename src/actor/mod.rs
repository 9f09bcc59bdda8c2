//! The networking actor: owns server, dialer and node map, and executes what [`crate::node`] decides.
