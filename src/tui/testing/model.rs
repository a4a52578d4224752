//! A model version of the sample workspace, as its details show it.

use super::rows::{month, noon};
use crate::base::Digest;
use crate::domain::coverage::Covered;
use crate::domain::listing::ModelRow;
use crate::domain::model::{AliasGiven, Confusion, Measured, Mistake, TrainedOn};
use crate::domain::model_change::{
    ChangedRow, LabelChange, ModelComparison, ReadingVerdict, Relabelled, RightReading, SurfaceChange,
};
use crate::domain::{BatchId, Entity, ModelRef, Slice, TaskState};
use crate::ops::{ModelDetail, ModelOrigin};

/// Of this row.
pub fn detail(row: ModelRow, wanted: &ModelRef) -> ModelDetail {
    let stale = TaskState::Stale { cause: "new batch revision".to_owned() };
    let wrong = |truth: Option<&str>, found: Option<&str>, count: u64, moved: u64| Confusion {
        truth: truth.map(str::to_owned),
        found: found.map(str::to_owned),
        count,
        moved,
    };
    let confusion = vec![
        wrong(Some("BRAND"), Some("BRAND"), 290, 4),
        wrong(Some("BRAND"), Some("PRODUCT"), 12, 0),
        wrong(Some("SIZE"), None, 3, 0),
    ];
    let mistake = Mistake {
        truth: Some(("HEINZ".to_owned(), "BRAND".to_owned())),
        found: Some(("HEINZ BEANZ".to_owned(), "PRODUCT".to_owned())),
        count: 5,
        example: "HEINZ BEANZ 4x415g".to_owned(),
    };
    let metrics = row.metrics.clone().unwrap_or_default();
    let measured = row.metrics.is_some().then(|| Measured {
        metrics,
        precision_by_fifth: Some([0.52, 0.71, 0.9, 0.97, 1.0]),
        confusion,
        mistakes: vec![mistake],
    });
    let origin = ModelOrigin {
        parent: Some(ModelRef::new("slips", 1)),
        command: Some("assay model train --name slips --data slips-v2.jsonl".to_owned()),
        training_data: None,
        mirrored: None,
        trained_on: Some(TrainedOn {
            documents: 1_080,
            verdicts: 12,
            lexicons: vec![ModelRef::new("slips", 1)],
            unlabelled: 0,
            seed: 1,
        }),
    };
    let covered = |number: usize, provider: &str, state: TaskState| Covered {
        model: wanted.clone(),
        slice: Slice { dataset: "slips".to_owned(), period: month(number), provider: provider.to_owned() },
        state,
    };
    let coverage = vec![
        covered(0, "harbour", stale),
        covered(0, "northgate", TaskState::Done),
        covered(1, "northgate", TaskState::Done),
    ];
    ModelDetail {
        row,
        coverage,
        measured,
        origin,
        alias_history: vec![AliasGiven {
            alias: "production".to_owned(),
            since: noon(),
            until: None,
            by: "mira".to_owned(),
        }],
    }
}

/// Beside the version in production.
pub fn comparison(after: &ModelRef) -> ModelComparison {
    let change = |before, after, same, moved, gained, lost| LabelChange {
        before,
        after,
        same,
        moved,
        relabelled: 2,
        gained,
        lost,
    };
    let entity = |label: &str, text: &str, end: u32| Entity {
        field: "description".to_owned(),
        label: label.to_owned(),
        text: text.to_owned(),
        start: 0,
        end,
        score: 0.9,
    };
    let named = |text: &str, label: &str| Some((text.to_owned(), label.to_owned()));
    let slice = Slice { dataset: "slips".to_owned(), period: month(0), provider: "northgate".to_owned() };
    ModelComparison {
        before: ModelRef::new("slips", 2),
        after: after.clone(),
        slices: vec![slice.clone()],
        unread: vec![Covered {
            model: after.clone(),
            slice: Slice { provider: "harbour".to_owned(), ..slice.clone() },
            state: TaskState::Missing,
        }],
        rows: 1_204,
        failed_rows: 0,
        changed_rows: 173,
        labels: [
            ("BRAND".to_owned(), change(980, 812, 790, 12, 8, 176)),
            ("SIZE".to_owned(), change(1_100, 1_102, 1_100, 0, 2, 0)),
        ]
        .into(),
        relabelled: vec![Relabelled { from: "BRAND".to_owned(), to: "PRODUCT".to_owned(), count: 2 }],
        surfaces: vec![
            SurfaceChange { before: named("HEINZ", "BRAND"), after: None, count: 120 },
            SurfaceChange { before: named("Oatly", "BRAND"), after: named("Oatly Oat", "BRAND"), count: 12 },
        ],
        samples: vec![
            ChangedRow {
                slice: slice.clone(),
                batch: BatchId::from_text("5c1f0a77e2b94d30".to_owned()),
                row: 17,
                why: "BRAND lost".to_owned(),
                texts: [("description".to_owned(), "HEINZ BEANZ 4x415g".to_owned())].into(),
                before: vec![entity("BRAND", "HEINZ", 5), entity("SIZE", "4x415g", 18)],
                after: vec![entity("SIZE", "4x415g", 18)],
                verdict: None,
            },
            ChangedRow {
                slice,
                batch: BatchId::from_text("5c1f0a77e2b94d30".to_owned()),
                row: 23,
                why: "BRAND moved".to_owned(),
                texts: [("description".to_owned(), "Oatly Oat Drink".to_owned())].into(),
                before: vec![entity("BRAND", "Oatly", 5)],
                after: vec![entity("BRAND", "Oatly Oat", 9)],
                verdict: Some(ReadingVerdict {
                    right: RightReading::Before,
                    by: "ines".to_owned(),
                    at: noon(),
                    note: Some("Oat is no part of the brand".to_owned()),
                    judged: Digest::of(b"shown"),
                }),
            },
        ],
    }
}
