//! What the next model version changes is seen before clients see it, and told from what the data changed.

use std::fs;

use serde_json::{Value, json};

use super::support::{OWNER, PERIODS, PREPARER, PROVIDERS, Workspace, delivery};

/// Registers the next version of `words`: these terms with their labels.
fn register(workspace: &Workspace, terms: &[(&str, &str)]) {
    let term = |(text, label): &(&str, &str)| format!("[[term]]\ntext = \"{text}\"\nlabel = \"{label}\"\n\n");
    let file = workspace.path("next.toml");
    fs::write(&file, terms.iter().map(term).collect::<String>()).unwrap();
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "words"]);
}

/// Of ten rows of each slice every third is oat milk; the others are `Heinz Beans 400g no 1`.
const BEANS: u64 = 7 * 4;
const OATS: u64 = 3 * 4;

#[test]
fn each_sort_of_change_is_counted_on_the_rows_that_both_have_read() {
    let workspace = Workspace::processed();
    // Heinz is gone, beans are another label, with other edges, and oat milk is new.
    register(&workspace, &[("Beans 400g", "FOOD"), ("Oat milk", "PRODUCT")]);
    let compare = ["model", "compare", "words/1", "words/2"];
    workspace
        .run("lena", &compare)
        .ended(1, &["no rows that both words/1 and words/2 have read", "assay run --model words/2"]);
    workspace.ok(PREPARER, &["run", "--model", "words/2"]);
    let compared = workspace.json(&compare);
    assert_eq!((&compared["rows"], &compared["changed_rows"]), (&json!(BEANS + OATS), &json!(BEANS + OATS)));
    let label = |name: &str| compared["labels"][name].clone();
    assert_eq!((&label("BRAND")["before"], &label("BRAND")["lost"]), (&json!(BEANS), &json!(BEANS)));
    let product = label("PRODUCT");
    assert_eq!(
        (&product["relabelled"], &product["gained"], &product["same"]),
        (&json!(BEANS), &json!(OATS), &json!(0))
    );
    assert_eq!(compared["relabelled"], json!([{ "from": "PRODUCT", "to": "FOOD", "count": BEANS }]));
    let surface = |before: Value, after: Value, count: u64| json!({ "before": before, "after": after, "count": count });
    let surfaces = compared["surfaces"].as_array().unwrap();
    assert_eq!(surfaces.len(), 3);
    for expected in [
        surface(json!(["Heinz", "BRAND"]), Value::Null, BEANS),
        surface(json!(["Beans", "PRODUCT"]), json!(["Beans 400g", "FOOD"]), BEANS),
        surface(Value::Null, json!(["Oat milk", "PRODUCT"]), OATS),
    ] {
        assert!(surfaces.contains(&expected), "{surfaces:#?}");
    }
    let samples = compared["samples"].as_array().unwrap();
    assert_eq!(samples.len(), 20);
    for sort in ["BRAND lost", "PRODUCT relabelled to FOOD", "PRODUCT gained"] {
        assert!(samples.iter().any(|sample| sample["why"] == sort), "{sort}");
    }
    for sample in samples {
        let text = sample["texts"]["description"].as_str().unwrap();
        for entity in sample["after"].as_array().unwrap() {
            assert!(text.contains(entity["text"].as_str().unwrap()), "{sample}");
        }
    }
    assert_eq!(workspace.json(&compare), compared);

    let part = [&compare[..], &["--period", PERIODS[0], "--provider", PROVIDERS[0]]].concat();
    assert_eq!(workspace.json(&part)["rows"], 10);
    // What one of them has not read as it is now is left out, and said.
    workspace.deliver(PROVIDERS[0], "2026-10 corrected.csv", delivery(PROVIDERS[0], PERIODS[1], 12));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let said = workspace.run("lena", &compare).ended(0, &["left out: 1 slice", "assay run --model words/2"]);
    assert!(said.stdout.starts_with("words/1 and words/2 on 30 rows in 3 slices: 30 differ"), "{}", said.stdout);
}

#[test]
fn two_readings_that_are_equal_agree() {
    let workspace = Workspace::processed();
    register(&workspace, &[("Heinz", "BRAND"), ("Beans", "PRODUCT")]);
    workspace.ok(PREPARER, &["run", "--model", "words/2"]);
    let compared = workspace.json(&["model", "compare", "words/1", "words/2"]);
    assert_eq!((&compared["changed_rows"], &compared["samples"]), (&json!(0), &json!([])));
    assert_eq!(compared["labels"]["BRAND"]["same"], json!(BEANS));
    let said = workspace.ok("lena", &["model", "compare", "words/1", "words/2"]);
    assert!(said.contains("1.000"), "{said}");
}

/// Label by label: entities before, by the model before in the new rows, and after.
fn told(workspace: &Workspace, release: &[&str], label: &str) -> (u64, Option<u64>, u64) {
    let changes = workspace.json(&[&["release", "diff"], release].concat());
    let labels = changes["labels"].as_array().unwrap();
    let counted = labels.iter().find(|counted| counted[0] == label).unwrap_or_else(|| panic!("{changes}"));
    let between = changes["labels_by_model_before"][label].as_u64();
    (counted[1].as_u64().unwrap(), between, counted[2].as_u64().unwrap())
}

#[test]
fn a_release_tells_what_the_model_changed_from_what_the_data_changed() {
    let workspace = Workspace::amended();
    register(&workspace, &[("Beans", "PRODUCT"), ("Oat milk", "PRODUCT")]);
    workspace.ok(OWNER, &["model", "promote", "words/2"]);
    // The first provider had eleven rows, and has now sixteen: of these five are of beans.
    workspace.correct(16);
    let release = workspace.json(&["release", "list", "--period", PERIODS[0]])[0]["name"].as_str().unwrap().to_owned();
    workspace.ok(PREPARER, &["run", "--model", "words/1", "--period", PERIODS[0]]);
    // Both models on sixteen and ten rows: the lexicon in force before finds 11 + 7 beans, the new one oat milk as well.
    assert_eq!(told(&workspace, &[&release], "PRODUCT"), (15, Some(18), 26));
    let said = workspace.ok("lena", &["release", "diff", &release]);
    assert!(said.contains("PRODUCT: 15 before, 26 after (data +3, model +8)"), "{said}");
    assert!(said.contains("model words/1 before, words/2 after"), "{said}");
    // Two releases of one model differ by their data alone.
    assert_eq!(told(&workspace, &["slips/2026-09.2", "slips/2026-09.1"], "PRODUCT"), (14, None, 15));
    workspace.run("lena", &["release", "diff", &release, "slips/2026-10.1"]).ended(2, &["is not of the period"]);
}

#[test]
fn assessors_say_which_version_is_right_and_the_next_one_learns_from_it() {
    let workspace = Workspace::processed();
    register(&workspace, &[("Beans 400g", "FOOD"), ("Oat milk", "PRODUCT")]);
    let compare = ["model", "compare", "words/1", "words/2"];
    let assess = |sample: &Value, right: &str| -> Vec<String> {
        let (batch, row) = (sample["batch"].as_str().unwrap(), sample["row"].to_string());
        let words = ["model", "assess", "words/1", "words/2", "--batch", batch, "--row", &row, "--right", right];
        words.map(str::to_owned).to_vec()
    };
    let say = |who: &str, words: &[String]| workspace.run(who, &words.iter().map(String::as_str).collect::<Vec<_>>());
    workspace.ok(PREPARER, &["run", "--model", "words/2"]);
    let samples = workspace.json(&compare)["samples"].as_array().unwrap().clone();
    say("lena", &assess(&samples[0], "after")).ended(3, &["lena is viewer and this needs assessor"]);
    for (sample, right) in samples.iter().zip(["after", "after", "before", "neither", "after", "after", "before"]) {
        say("tomas", &assess(sample, right)).ended(0, &[]);
    }
    let said = |place: usize| workspace.json(&compare)["samples"][place]["verdict"].clone();
    assert_eq!((&said(0)["right"], &said(0)["by"]), (&json!("after"), &json!("tomas")));
    assert_eq!((&said(3)["right"], &said(7)), (&json!("neither"), &Value::Null));
    let other = assess(&samples[0], "before");
    say("ravi", &other).ended(3, &["tomas said already", "after is right", "--overrule"]);
    say("ravi", &[&other[..], &["--overrule".to_owned()]].concat()).ended(0, &[]);
    assert_eq!((&said(0)["right"], &said(0)["by"]), (&json!("before"), &json!("ravi")));

    // The other way round they are the same two versions, and nobody judges what they were not shown.
    let mut turned = assess(&samples[2], "before");
    turned.swap(2, 3);
    say("nora", &turned).ended(3, &["tomas said already", "after is right"]);
    let of_others = [&assess(&samples[4], "after")[..], &["--digest", "00"].map(str::to_owned)].concat();
    say("tomas", &of_others).ended(3, &["is not what it was any more"]);

    let learns_from = |count: u64| {
        let train = ["--dry-run", "model", "train", "--name", "words", "--labels-from-verdicts"];
        let told = workspace.ok(OWNER, &train);
        assert!(told.contains(&format!("{count} texts found right by assessors")), "{told}");
    };
    learns_from(6);
    // What is taken back is not learned from.
    say("tomas", &assess(&samples[1], "neither")).ended(0, &[]);
    learns_from(5);
    // Nor what was said of rows that are there no more.
    let stays = |place: &&usize| samples[**place]["batch"] != samples[0]["batch"];
    let stay = [0, 2, 4, 5, 6].iter().filter(stays).count() as u64;
    let slice = &samples[0];
    let (provider, period) = (slice["provider"].as_str().unwrap(), slice["period"].as_str().unwrap());
    workspace.deliver(provider, &format!("{period} corrected.csv"), delivery(provider, period, 12));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    learns_from(stay);
    say("tomas", &assess(&samples[0], "after")).ended(3, &["has not read", "assay run --model words/2"]);
    let unknown = [&assess(&samples[3], "after")[..7], &["999".to_owned(), "--right".to_owned(), "after".to_owned()]];
    say("tomas", &unknown.concat()).ended(1, &["row 999"]);
}

#[test]
fn a_model_of_another_name_is_tried_beside_the_one_that_reads_a_dataset() {
    let workspace = Workspace::processed();
    workspace.amend("[[dataset]]\n", "[[dataset]]\nmodel = \"words\"\n");
    let file = workspace.path("other.toml");
    fs::write(&file, "[[term]]\ntext = \"Oat milk\"\nlabel = \"PRODUCT\"\n").unwrap();
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "other"]);
    let states = || -> Vec<Value> {
        let covered = workspace.json(&["model", "coverage", "--model", "other"]);
        covered.as_array().unwrap().iter().map(|one| one["state"].clone()).collect()
    };
    assert_eq!(states(), ["missing"; 4]);
    workspace.ok(PREPARER, &["run", "--model", "other/1"]);
    assert_eq!(states(), ["done"; 4]);
    assert_eq!(workspace.json(&["model", "compare", "words/1", "other/1"])["rows"], BEANS + OATS);
    // Whoever misspells something is told so, and not that there is nothing.
    for wrong in [["--provider", "nobody"], ["--dataset", "nothing"], ["--model", "othr"], ["--model", "other/2"]] {
        let said = workspace.run("lena", &[&["model", "coverage"][..], &wrong].concat());
        assert_ne!(said.code, Some(0), "{wrong:?}: {}", said.stdout);
    }
}
