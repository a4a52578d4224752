//! What may be the name of a thing that also is a folder.

/// The longest name.
pub const LONGEST: usize = 64;

/// What such a name looks like, in words.
pub const FORM: &str = "ASCII letters, digits, `-` and `_`, beginning with a letter or digit, at most 64 characters";

/// Whether a dataset, provider or model may be called so.
#[must_use]
pub fn is_folder_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
