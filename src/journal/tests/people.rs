//! Who had a hand in a release.

use super::facts::{anomaly_id, contract, delivery, found, landed, opened_at, period, release, slice, whole_life};
use super::{Bench, origin};
use crate::domain::event::Origin;
use crate::domain::{Fact, ModelRef, Release};

#[test]
fn separation_of_duties_knows_who_had_a_hand_in_it() {
    let bench = Bench::new();
    let slice = slice(0);
    let name = release(slice.period, 1);
    let mut opened = opened_at(slice.period, 2);
    let hands_on = |bench: &Bench, release: &Release| {
        let hands = bench.ask(|snapshot| snapshot.hands_on(release));
        hands.into_iter().map(|(who, did)| format!("{who} {did}")).collect::<Vec<_>>()
    };
    bench.tell("owner", vec![contract(1)]).unwrap();
    assert!(hands_on(&bench, &opened).is_empty(), "the first contract changed nothing");
    bench.tell("mira", vec![landed(&slice, 1), found(&slice, 1)]).unwrap();
    bench.tell("tomas", vec![Fact::AnomalyWaived { id: anomaly_id(&slice), until: None }]).unwrap();
    bench.tell("owner", vec![contract(2)]).unwrap();
    let had = ["mira took a batch in", "tomas waived an anomaly", "owner changed the contract"];
    assert_eq!(hands_on(&bench, &opened), had);
    bench.tell("ines", whole_life(&release(period(9), 1), None, 1)).unwrap();
    assert_eq!(hands_on(&bench, &opened), had, "what goes out for another period clears nobody");
    let decide = |who: &str, command: &str, fact: Fact| {
        let origin = Origin { command: command.to_owned(), ..origin(who) };
        bench.journal.write(&origin, move |transaction| transaction.append(fact)).unwrap();
    };
    let id = anomaly_id(&slice);
    decide("petra", "assay anomaly reopen", Fact::AnomalyReopened { id: id.clone() });
    decide("nils", "assay anomaly confirm", Fact::AnomalyConfirmed { id: id.clone() });
    decide("pia", "assay run", Fact::AnomalyReopened { id });
    assert_eq!(hands_on(&bench, &opened)[3..], ["petra opened an anomaly again", "nils confirmed an anomaly"]);
    opened.opened = bench.tell("ines", whole_life(&name, None, 2)).unwrap();
    assert!(hands_on(&bench, &opened).is_empty());
    let accepted = Fact::PeriodBaselined {
        dataset: "slips".to_owned(),
        period: slice.period,
        model: ModelRef::none(),
        batches: [].into(),
        mappings: [].into(),
        text: String::new(),
    };
    bench.tell("ines", vec![accepted]).unwrap();
    bench.tell("ines", vec![Fact::BatchWithdrawn { batch: delivery(&slice, 1).batch }]).unwrap();
    let had = ["ines accepted the period as a baseline", "ines took a batch back"];
    assert_eq!(hands_on(&bench, &opened), had);
    bench.tell("ines", whole_life(&release(slice.period, 2), Some(name), 3)).unwrap();
    assert_eq!(hands_on(&bench, &opened), had[..1], "it is one still");
}
