//! What may be a label.

/// The longest label, in characters.
const LONGEST: usize = 64;

/// The most labels one model can tell apart.
pub const MOST: usize = 255;

/// Why `label` can't be one, in words; `None` where it can.
pub fn problem(label: &str) -> Option<String> {
    let shown = crate::base::text::safe(label);
    if label.trim().is_empty() {
        Some("an entity has an empty label".to_owned())
    } else if label.trim() != label {
        Some(format!("the label `{shown}` has spaces around it"))
    } else if label.chars().count() > LONGEST {
        Some(format!(
            "the label `{}...` is longer than {LONGEST} characters",
            shown.chars().take(20).collect::<String>()
        ))
    } else if label.chars().any(char::is_control) {
        Some(format!("the label `{shown}` contains control characters"))
    } else {
        None
    }
}
