//! Settings: flags, environment, config file and default, merged and checked.
