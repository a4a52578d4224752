//! What profiling measures of a label.

/// The measurements of one label.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct LabelProfile {
    /// The label.
    pub label: String,
    /// Entities found.
    pub entities: u64,
    /// Entities per 1,000 rows.
    pub rate: f64,
    /// Different surface forms.
    pub forms: u64,
    /// The mean score, in 0..1; 0 where nothing was found.
    pub mean_score: f64,
    /// Entities by score: in tenths, the last with 1.
    pub scores: [u64; 10],
    /// The most frequent surface forms with their counts.
    pub top: Vec<(String, u64)>,
}
