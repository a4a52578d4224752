//! One intent is one commit, and the same input is the same bytes.

use super::*;
use crate::base::{Error, ErrorKind};

#[test]
fn the_same_intent_again_is_recognised_and_not_redone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let commit = intent(slice("2026-10", "a"), 5);
    replace(&lake, &silver(), &intent(slice("2026-09", "a"), 4), numbers(0, 1)).unwrap();
    let first = replace(&lake, &silver(), &commit, numbers(10, 3)).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-09", "a"), 6), numbers(0, 2)).unwrap();
    let before = contents(folder.path());

    let mut never =
        std::iter::from_fn(|| -> Option<Result<DataFrame>> { unreachable!("the rows are asked for again") });
    let schema = numbers(0, 0).schema().clone();
    let again = Lake::open(folder.path()).unwrap();
    let again = again.replace(&silver(), &schema, &commit, &mut never, &Cancel::default()).unwrap();
    assert_eq!(again, Committed { repeated: true, ..first });
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn an_intent_that_was_overtaken_is_refused_whether_it_was_committed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let commit = |seq| intent(slice("2026-10", "a"), seq);
    replace(&lake, &silver(), &commit(3), numbers(0, 1)).unwrap();
    let latest = replace(&lake, &silver(), &commit(7), numbers(0, 9)).unwrap();
    for overtaken in [3, 5] {
        let refused = replace(&lake, &silver(), &commit(overtaken), numbers(0, 1)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Refused);
    }
    assert_eq!(replace(&lake, &silver(), &commit(7), numbers(0, 9)).unwrap(), Committed { repeated: true, ..latest });
    assert_eq!(read(&lake, &silver(), None, &[]).height(), 9);
}

#[test]
fn a_partition_can_be_taken_out_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let gold = Table::Gold { dataset: "slips".to_owned() };
    let period = |text: &str| vec![("_period".to_owned(), text.to_owned())];
    replace(&lake, &gold, &intent(period("2026-09"), 1), numbers(0, 2)).unwrap();
    let first = replace(&lake, &gold, &intent(period("2026-10"), 2), numbers(10, 3)).unwrap();
    let second = replace(&lake, &gold, &intent(period("2026-10"), 3), numbers(20, 4)).unwrap();

    let back = lake.restore(&gold, &intent(period("2026-10"), 4), first.version).unwrap();
    assert_eq!((back.version, back.rows), (3, 3));
    assert_eq!(column(&read(&lake, &gold, None, &[]), "n"), [0, 1, 10, 11, 12]);
    let files = |version| lake.files(&gold, Some(version), &period("2026-10")).unwrap();
    assert_eq!(files(back.version), files(first.version));

    let gone = lake.remove(&gold, &intent(period("2026-10"), 5)).unwrap();
    assert_eq!((gone.version, gone.rows), (4, 0));
    assert!(lake.scan(&gold, None, &period("2026-10")).unwrap().is_none());
    lake.restore(&gold, &intent(period("2026-10"), 6), second.version).unwrap();
    lake.restore(&gold, &intent(period("2026-10"), 7), second.version).unwrap();
    assert_eq!(column(&read(&lake, &gold, None, &period("2026-10")), "n"), [20, 21, 22, 23]);

    let error = lake.restore(&gold, &intent(period("2026-10"), 8), 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(lake.restore(&gold, &intent(period("2026-10"), 8), 99).unwrap_err().kind(), ErrorKind::NotFound);
    assert!(lake.restore(&gold, &intent(period("2026-10"), 7), second.version).unwrap().repeated);
    assert_eq!(lake.restore(&gold, &intent(period("2026-10"), 4), 0).unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn the_same_input_gives_the_same_bytes_past_a_checkpoint() {
    let write = || {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path()).unwrap();
        for seq in 1..=55 {
            let provider = format!("p{}", seq % 3);
            let extra = df!("n" => [i64::try_from(seq).unwrap()], &format!("c{}", seq / 20) => ["x"]).unwrap();
            replace(&lake, &silver(), &intent(slice("2026-10", &provider), seq), extra).unwrap();
        }
        drop(lake);
        assert!(folder.path().join("lake/silver/slips/_delta_log/_last_checkpoint").exists());
        let reopened = Lake::open(folder.path()).unwrap();
        let mut found = column(&read(&reopened, &silver(), None, &[]), "n");
        found.sort_unstable();
        assert_eq!(found, [53, 54, 55]);
        assert_eq!(column(&read(&reopened, &silver(), Some(1), &slice("2026-10", "p2")), "n"), [2]);
        contents(folder.path())
    };
    let (one, other) = (write(), write());
    for ((name, bytes), (other_name, other_bytes)) in one.iter().zip(&other) {
        assert_eq!(name, other_name);
        assert!(bytes == other_bytes, "{name} differs: {}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(one.len(), other.len());
}

#[test]
fn a_write_that_fails_or_is_cancelled_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    replace(&lake, &silver(), &intent(slice("2026-10", "a"), 1), numbers(0, 3)).unwrap();
    let before = contents(folder.path());
    let schema = numbers(0, 0).schema().clone();
    let commit = intent(slice("2026-10", "a"), 2);

    let cancel = Cancel::default();
    let mut given = 0;
    let mut chunks = std::iter::from_fn(|| {
        given += 1;
        if given == 20 {
            cancel.cancel();
        }
        Some(Ok(numbers(0, 10_000)))
    });
    let error = lake.replace(&silver(), &schema, &commit, &mut chunks, &cancel).unwrap_err();
    assert_eq!((error.kind(), given), (ErrorKind::Cancelled, 20));

    let mut chunks = [Ok(numbers(0, 70_000)), Err(Error::bad_data("line 70001"))].into_iter();
    let error = lake.replace(&silver(), &schema, &commit, &mut chunks, &Cancel::default()).unwrap_err();
    assert!(error.one_line().contains("line 70001"));
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_row_of_another_partition_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path()).unwrap();
    let rows = df!("n" => [1_i64, 2], "_period" => ["2026-10", "2026-09"]).unwrap();
    let error = replace(&lake, &silver(), &intent(slice("2026-10", "a"), 1), rows).unwrap_err();
    assert!(error.one_line().contains("its partition has `2026-10`"), "{error}");
    let error = replace(&lake, &silver(), &intent(slice("2026-10", "a")[..1].to_vec(), 1), numbers(0, 1)).unwrap_err();
    assert!(error.one_line().contains("_period, _provider"), "{error}");
}
