//! What becomes of a damaged file.

use std::{io, path::Path};

use super::{OpenError, Recovered};
use crate::model::NodeId;

pub(super) fn finish(_: &Path) -> io::Result<()> {
    Ok(())
}
pub(super) fn recover(path: &Path, _: NodeId) -> Result<Recovered, OpenError> {
    Err(OpenError::of_io(path, &io::Error::other("it is damaged")))
}
