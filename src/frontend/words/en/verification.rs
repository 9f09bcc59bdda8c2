//! Comparing codes with someone. People are called `name` in sentences and `typed` in commands.

/// Asks the user to compare a code. `began`: the user started it, not the other side. `whole` is given text that must
/// not be broken at its spaces.
pub(crate) fn code(name: &str, typed: &str, code: &str, began: bool, whole: impl Fn(&str) -> String) -> String {
    let what =
        if began { format!("Compare this code with {name}") } else { format!("{name} asks you to compare codes") };
    format!(
        "{what}, by voice or in person:  {}\nSame code there?  {}   {}",
        whole(code),
        whole(&format!("/verify {typed} yes")),
        whole(&format!("Different?  /verify {typed} no")),
    )
}

/// The codes are equal.
pub(crate) fn verified(name: &str) -> String {
    format!("✓ {name} is verified: nobody is between the two of you.")
}

/// The user said that the codes differ.
pub(crate) fn differs(name: &str, typed: &str) -> String {
    format!("!! The codes differ: {}", warning(name, typed))
}

/// The other side said that the codes differ.
pub(crate) fn they_say_differs(name: &str, typed: &str) -> String {
    format!("!! {name} says that the codes differ: {}", warning(name, typed))
}

fn warning(name: &str, typed: &str) -> String {
    format!(
        "this is not {name}, or someone is between you.\n  \
           Messages under this name may not be from {name}, and others may read what you write.\x20\
           Ask in person before you believe any of it.\n  \
           /ignore {typed}   hide their messages\n  \
           /verify {typed}   compare again in half a minute, if one of you misread it"
    )
}

/// There was no answer.
pub(crate) fn not_confirmed(name: &str, typed: &str) -> String {
    format!("{name} did not confirm. /verify {typed} starts again.")
}
