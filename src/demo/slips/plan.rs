//! What happened in the demo workspace before today: who did what, in order. The builder does it by the real use cases.

use ReleaseState::{Approved, Open, Published, Rejected, Superseded, Withdrawn};

use super::act::{APPROVERS, ASSESSOR, Act, LABEL_RATE, PREPARER, Step};
use super::calendar::periods;
use super::diary::Diary;
use super::{lexicon, training};
use crate::base::Result;
use crate::domain::{Period, ReleaseState};

/// The history of the workspace and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What happened, in order of time.
    pub steps: Vec<Step>,
    /// Where each release stands in the end: period, number, state.
    pub outcome: Vec<(Period, u32, ReleaseState)>,
}

/// The plan of the demo.
pub fn plan() -> Result<Plan> {
    let [march, april, may, june, july, august, september, october] = periods()?;
    let mut diary = Diary::default();

    diary.on(3, 30)?.does(PREPARER, Act::Register { file: lexicon::FIRST, note: "the buyers' list" });
    diary.does(PREPARER, Act::Promote { version: 1, waive: false, reason: "the first version" });
    diary.on(4, 3)?.takes_in(march, Some("the first period: looked through by hand")).releases(march);

    diary.on(4, 14)?.does(PREPARER, Act::Train { file: training::SECOND, note: "1,080 lines labelled with care" });
    diary.on(4, 20)?.does(
        PREPARER,
        Act::Promote { version: 2, waive: false, reason: "finds whole products, where the list finds single words" },
    );
    diary.run();
    diary.finds_more(march).releases(march);

    diary
        .on(5, 5)?
        .takes_in(april, Some("too few periods to compare with; checked against the providers' totals"))
        .finds_more(april)
        .releases(april);
    diary
        .on(6, 4)?
        .takes_in(may, Some("too few periods to compare with; checked against the providers' totals"))
        .finds_more(may)
        .releases(may);
    diary.on(6, 18)?.corrects("cobbleton", may);
    diary.does(PREPARER, Act::Baseline { period: may, reason: "the correction fits the provider's totals" }).run();
    diary.finds_more(may).releases(may);
    diary.on(7, 3)?.takes_in(june, None).releases(june);
    diary.on(8, 4)?.takes_in(july, None).releases(july);
    diary.on(9, 4)?.takes_in(august, None).releases(august);
    diary.on(9, 15)?.does(
        PREPARER,
        Act::Withdraw { period: april, reason: "harbourline recalled its April slips; a new licence is being agreed" },
    );

    diary
        .on(9, 21)?
        .does(PREPARER, Act::Train { file: training::THIRD, note: "1,500 lines from the new labelling tool" });
    diary.on(9, 22)?.does(
        PREPARER,
        Act::Promote {
            version: 3,
            waive: true,
            reason: "trained on four hundred lines more; the test set is of the old tool",
        },
    );
    diary.run();
    let check = LABEL_RATE;
    for period in [june, july, august] {
        diary.does(ASSESSOR, Act::Assess { period, check, accepted: false, note: "the brand is not marked" });
        diary.does(
            PREPARER,
            Act::Confirm { period, check, reason: "version 3 misses brands in capitals and small letters" },
        );
        diary.does(APPROVERS[0], Act::Reject { period, reason: "version 3 loses brands; version 2 stays" });
    }
    diary.on(9, 24)?.does(PREPARER, Act::Promote { version: 2, waive: false, reason: "version 3 loses brands" }).run();

    diary.on(10, 5)?.takes_in(september, None);
    diary.does(
        PREPARER,
        Act::Confirm {
            period: september,
            check: "unique_key",
            reason: "northgate exported twice; asked for the file again",
        },
    );
    diary.on(11, 4)?.takes_in(october, None);
    diary.on(11, 12)?.corrects("northgate", july);
    diary.approves(&APPROVERS, july);
    diary.on(11, 16)?.corrects("harbourline", august);
    diary.approves(&APPROVERS[..1], august);
    diary.on(11, 19)?.run();

    let outcome = vec![
        (march, 1, Superseded),
        (march, 2, Published),
        (april, 1, Withdrawn),
        (may, 1, Superseded),
        (may, 2, Published),
        (june, 1, Published),
        (june, 2, Rejected),
        (july, 1, Published),
        (july, 2, Rejected),
        (july, 3, Approved),
        (august, 1, Published),
        (august, 2, Rejected),
        (august, 3, Open),
        (september, 1, Open),
        (october, 1, Open),
    ];
    Ok(Plan { steps: diary.steps, outcome })
}
