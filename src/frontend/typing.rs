//! What is said about whether typing is told.

/// What it means that typing is `shared`, or that it is not.
pub(crate) const fn sentence(shared: bool) -> &'static str {
    if shared {
        "Others see when you type, and you see when they do. /typing off ends it."
    } else {
        "Nobody sees when you type, and you do not see when others do. /typing on changes that."
    }
}
