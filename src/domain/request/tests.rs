//! A request says the same in words, on the command line and on the record.

use super::*;

/// Every request that carries a reason, with this one.
fn with_reason(reason: &str) -> Vec<Request> {
    let reason = reason.to_owned();
    let batch = || BatchId::from_text("0123456789abcdef");
    let id = || AnomalyId::from_text("A0123456789");
    let release = || "slips/2026-10.1".parse::<ReleaseName>().unwrap();
    let model = || "slips/2".parse::<ModelRef>().unwrap();
    let period = "2026-10".parse().unwrap();
    vec![
        Request::NilReturn { dataset: None, provider: "north".to_owned(), period, reason: reason.clone() },
        Request::AcceptBatch { batch: batch(), reason: reason.clone() },
        Request::RejectBatch { batch: batch(), reason: reason.clone() },
        Request::WithdrawBatch { batch: batch(), reason: reason.clone() },
        Request::Baseline { dataset: None, period, reason: reason.clone() },
        Request::PromoteModel { model: model(), waive: false, reason: Some(reason.clone()) },
        Request::ArchiveModel { model: model(), reason: reason.clone() },
        Request::ConfirmAnomaly { id: id(), reason: reason.clone() },
        Request::WaiveAnomaly { id: id(), reason: reason.clone(), until: None },
        Request::AcceptMapping { id: id(), columns: BTreeMap::new(), reason: reason.clone() },
        Request::TakeMappingBack { mapping: MappingId(12), reason: reason.clone() },
        Request::ReopenAnomaly { id: id(), reason: reason.clone() },
        Request::RevokeApproval { release: release(), reason: reason.clone() },
        Request::RejectRelease { release: release(), reason: reason.clone() },
        Request::Rollback { release: release(), to: None, reason: reason.clone() },
        Request::WithdrawRelease { release: release(), reason: reason.clone() },
        Request::ApplyContract { reason },
    ]
}

#[test]
fn a_reason_survives_the_shell() {
    let request = Request::ApplyContract { reason: "it's new; $HOME".to_owned() };
    assert_eq!(request.command_line(), r"assay contract apply --reason 'it'\''s new; $HOME'");
}

#[test]
fn a_reason_that_nobody_can_read_is_none() {
    for blank in ["", " ", "\t\n", "\u{a0}\u{2003}", "\u{200b}", "\u{feff}\u{2800}", "\u{202e}"] {
        for request in with_reason(blank) {
            let error = request.validate().unwrap_err();
            assert_eq!(error.kind(), crate::base::ErrorKind::Usage, "{request:?}");
        }
    }
    for words in ["because", "x", "…", "wegen Ü", " 理由 "] {
        assert!(with_reason(words).iter().all(|request| request.validate().is_ok()), "{words}");
    }
}

#[test]
fn what_takes_no_reason_goes_without_and_a_note_may_be_empty() {
    let release: ReleaseName = "slips/2026-10.1".parse().unwrap();
    assert!(Request::Publish { release: release.clone() }.validate().is_ok());
    assert!(Request::Approve { release, digest: None, note: Some(" ".to_owned()) }.validate().is_ok());
    assert!(Request::PromoteModel { model: ModelRef::new("slips", 1), waive: false, reason: None }.validate().is_ok());
}
