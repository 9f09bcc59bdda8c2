//! Whether others see that the user types.

/// What it means that typing is `shared`, or that it is not.
pub(crate) const fn sentence(shared: bool) -> &'static str {
    if shared {
        "Others see when you type, and you see when they do. /typing off hides both."
    } else {
        "No one sees when you type, and you do not see when others do. /typing on shows both."
    }
}
