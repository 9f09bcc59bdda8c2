//! Against real files, and against a model that keeps everything in memory.

mod ask;
mod damage;
mod forgetting;
mod indexing;
mod keeping;
mod model;
pub(super) mod people;
mod screens;
mod shrinking;
mod threads;
