//! The spaCy adapter, with a pipeline that is trained here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{OWNER, PERIODS, PREPARER, Workspace};

const BRANDS: [&str; 4] = ["Heinz", "Oatly", "Müller", "Żywiec"];

fn here(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// Lines of products with their brand; some have characters of several bytes before it.
fn labelled(count: usize) -> String {
    let line = |index: usize| {
        let (brand, product) = (BRANDS[index % BRANDS.len()], ["Beans", "milk", "Joghurt", "pils"][index / 4 % 4]);
        let before = ["", "🥤 ", "cafe\u{301} ", "new "][index / 16 % 4];
        let (start, end) = (before.chars().count(), before.chars().count() + brand.chars().count());
        format!(
            "{{\"text\": \"{before}{brand} {product} {index}g\", \"entities\": [{{\"start\": {start}, \"end\": {end}, \"label\": \"BRAND\"}}]}}\n"
        )
    };
    (0..count).map(line).collect()
}

#[test]
#[ignore = "needs Python and its package index"]
fn a_pipeline_of_spacy_reads_the_rows_of_a_workspace() {
    let workspace = Workspace::processed();
    let (train, test) = (workspace.path("train.jsonl"), workspace.path("test.jsonl"));
    fs::write(&train, labelled(256)).unwrap();
    fs::write(&test, labelled(64)).unwrap();
    let python = here("tests/adapters/python.sh");
    let folder = workspace.path("adapter");
    fs::create_dir(&folder).unwrap();
    let mut training = Command::new(&python);
    training.arg(here("tests/adapters/train_blank.py")).args([&train, &folder.join("pipeline")]);
    let trained = training.output().unwrap();
    assert!(trained.status.success(), "{}", String::from_utf8_lossy(&trained.stderr));

    for file in ["spacy_adapter.py", "assay_tagger.py"] {
        fs::copy(here("assets/adapters").join(file), folder.join(file)).unwrap();
    }
    let declaration = format!(
        "kind = \"command\"\ncommand = [{:?}, \"spacy_adapter.py\", {:?}]\nfiles = [\"spacy_adapter.py\", \"assay_tagger.py\"]\n",
        python.display().to_string(),
        folder.join("pipeline").display().to_string()
    );
    fs::write(folder.join("model.toml"), declaration).unwrap();
    let (file, home) = (folder.join("model.toml"), std::env::var("HOME").unwrap());
    // The environment is empty but for what finds Python and its packages.
    let assay = |who: &str, arguments: &[&str]| {
        let mut command = workspace.command(who, arguments);
        let output = command.env("HOME", &home).env("PATH", std::env::var("PATH").unwrap()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let (file, test) = (file.to_str().unwrap(), test.to_str().unwrap());
    assay(OWNER, &["model", "register", file, "--name", "spacy", "--test", test]);
    let model = workspace.json(&["model", "show", "spacy/1"]);
    assert_eq!(model["row"]["labels"], serde_json::json!(["BRAND"]));
    // It has seen these words: what it misses would be its offsets.
    let f1 = model["row"]["f1"].as_f64().unwrap();
    assert!(f1 > 0.95, "{model}");
    let evaluated = assay("lena", &["--json", "model", "evaluate", "spacy/1", "--data", test]);
    let evaluated: serde_json::Value = serde_json::from_slice(&evaluated).unwrap();
    assert_eq!(evaluated["f1"].as_f64(), Some(f1));

    assay(PREPARER, &["run", "--model", "spacy/1", "--period", PERIODS[0]]);
    let compared = workspace.json(&["model", "compare", "words/1", "spacy/1", "--period", PERIODS[0]]);
    let brand = &compared["labels"]["BRAND"];
    assert!(brand["same"].as_u64() >= Some(10), "{compared}");
}
