//! Other people's names.

use super::{alone, honest, link_as, talkative};
use crate::{
    attack::Key,
    support::{Ports, seconds},
};
