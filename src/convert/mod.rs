//! The only place where bytes from the network become types.
