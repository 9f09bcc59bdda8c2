//! Tests against real files, and against a model that keeps everything in memory.

mod again;
mod ask;
mod damage;
mod earlier;
mod finding;
mod forgetting;
mod ignoring;
mod indexing;
mod joining;
mod keeping;
mod model;
pub(super) mod people;
mod screens;
mod sealed;
mod shares;
mod shrinking;
mod threads;
mod topics;
