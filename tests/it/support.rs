//! A small workspace on disk, and the real program run on it in an empty environment.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use assay::base::Clock;
use assay::journal::Journal;
use serde_json::Value;
use tempfile::TempDir;

pub mod asleep;
pub mod seen;
pub mod servers;
pub mod web;

/// The clock of every run.
pub const NOW: &str = "2026-11-20T12:00:00Z";

/// Who does what in these tests.
pub const OWNER: &str = "olga";
/// Takes deliveries in and publishes.
pub const PREPARER: &str = "mira";
/// Approve.
pub const APPROVERS: [&str; 2] = ["ravi", "nora"];

/// The providers of [`contract`].
pub const PROVIDERS: [&str; 2] = ["alpha", "beta"];
/// The periods that both deliver.
pub const PERIODS: [&str; 2] = ["2026-09", "2026-10"];

/// The provider's part of a contract. `columns` is what the fields are called, as TOML; `more` are further keys.
pub fn provider_table(name: &str, pattern: &str, columns: &str, more: &str) -> String {
    format!(
        r#"
[[dataset.provider]]
name = "{name}"
source = {{ kind = "inbox", pattern = "{pattern}" }}
columns = {{ {columns} }}
{more}
"#
    )
}

/// The part of a provider of `slips`.
fn slips_provider(name: &str) -> String {
    let columns = r#"slip = ["Slip"], sold_on = ["Sold on"], description = ["Item"], amount = ["Amount"]"#;
    provider_table(name, "{period}*.csv", columns, "delivery = \"whole\"\ndue = \"5d\"\nsince = \"2026-09\"")
}

/// What is in force.
pub fn contract() -> String {
    [BEGINNING.to_owned(), PROVIDERS.map(slips_provider).concat(), END.to_owned()].concat()
}

/// The same where the first provider writes in another encoding than UTF-8.
pub fn contract_in(encoding: &str) -> String {
    contract().replacen("{period}*.csv\"", &format!("{{period}}*.csv\", encoding = \"{encoding}\""), 1)
}

/// A delivery of the first provider for the first period that is UTF-8 but for its last `0xE9`: nobody can tell what it is
/// in, unless the contract says so.
pub fn latin() -> Vec<u8> {
    [HEADER.as_bytes(), "alpha-1,2026-09-01,Crème brûlée Caf".as_bytes(), b"\xe9,1.00\n"].concat()
}

const BEGINNING: &str = r#"[workspace]
name = "Tests"
timezone = "Europe/London"
demo = true

[people]
olga = ["owner"]
mira = ["manager"]
ravi = ["manager"]
nora = ["manager"]
tomas = ["assessor"]
lena = ["viewer"]

[[dataset]]
name = "slips"
period = "month"
text = ["description"]
key = ["slip"]
date = "sold_on"
schema = { slip = "string", sold_on = "date", description = "string", amount = "decimal(12,2)" }
"#;

const END: &str = r#"
[[dataset.check]]
name = "amounts are not negative"
sql = "select * from silver where amount < 0"
severity = "blocking"

[dataset.release]
approvals = 2
separation = true
deliver = ["xlsx", "parquet", "csv"]
"#;

const LEXICON: &str = r#"[[term]]
text = "Heinz"
label = "BRAND"

[[term]]
text = "Beans"
label = "PRODUCT"
"#;

/// The header of a delivery.
pub const HEADER: &str = "Slip,Sold on,Item,Amount\n";

/// The delivery of a provider for a period: `rows` good records, none of which is one of another period.
pub fn delivery(provider: &str, period: &str, rows: u32) -> String {
    let record = |row: u32| {
        let item = if row.is_multiple_of(3) { "Oat milk 1L" } else { "Heinz Beans 400g" };
        format!("{provider}-{period}-{row},{period}-{:02},{item} no {row},{row}.50\n", row % 28 + 1)
    };
    (1..=rows).map(record).fold(HEADER.to_owned(), |file, record| file + &record)
}

/// What came of a run of the program.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The data.
    pub stdout: String,
    /// The talk.
    pub stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Outcome {
    /// Fails unless the program ended with `code`, and said each of `words` on stderr.
    pub fn ended(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` was not said: {self:#?}");
        }
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }
}

/// A workspace folder.
pub struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// A folder with [`contract`] alone.
    pub fn bare() -> Self {
        Self::under(&contract())
    }

    /// A folder with this contract alone.
    pub fn under(contract: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("assay.toml"), contract).unwrap();
        Self { folder }
    }

    /// The same with a lexicon in production.
    pub fn with_model() -> Self {
        let workspace = Self::bare();
        workspace.promote_lexicon();
        workspace
    }

    /// Registers a lexicon and puts it into production.
    pub fn promote_lexicon(&self) {
        self.promote_lexicon_by(OWNER);
    }

    /// The same by somebody.
    pub fn promote_lexicon_by(&self, who: &str) {
        let file = self.write_lexicon();
        self.ok(who, &["model", "register", file.to_str().unwrap(), "--name", "words"]);
        self.ok(who, &["model", "promote", "words/1", "--reason", "the first"]);
    }

    /// The file that the lexicon is registered from.
    pub fn write_lexicon(&self) -> PathBuf {
        let file = self.path("lexicon.toml");
        fs::write(&file, LEXICON).unwrap();
        file
    }

    /// The same with every provider's delivery for every period in its inbox.
    pub fn delivered() -> Self {
        let workspace = Self::with_model();
        workspace.deliver_all(10);
        workspace
    }

    /// Drops every provider's delivery for every period.
    pub fn deliver_all(&self, rows: u32) {
        for provider in PROVIDERS {
            for period in PERIODS {
                self.deliver(provider, &format!("{period}.csv"), delivery(provider, period, rows));
            }
        }
    }

    /// The same, ingested, the first period accepted as baseline, everything run.
    pub fn processed() -> Self {
        let workspace = Self::delivered();
        workspace.prepare();
        workspace
    }

    /// Ingests, accepts the first period as it then stands as baseline, runs.
    pub fn prepare(&self) {
        self.ok(PREPARER, &["ingest"]);
        self.ok(PREPARER, &["run"]);
        self.ok(PREPARER, &["period", "baseline", PERIODS[0], "--reason", "looked through by hand"]);
        self.ok(PREPARER, &["run"]);
    }

    /// Two releases of the first period were published; the second is live.
    pub fn amended() -> Self {
        let workspace = Self::processed();
        workspace.approve("slips/2026-09.1");
        workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.1"]);
        workspace.correct(11);
        workspace.approve("slips/2026-09.2");
        workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.2"]);
        workspace
    }

    /// Takes another delivery of the first provider for the first period in, and makes what is released with it.
    pub fn correct(&self, rows: u32) {
        self.deliver(PROVIDERS[0], &format!("2026-09 corrected {rows}.csv"), delivery(PROVIDERS[0], PERIODS[0], rows));
        self.prepare();
    }

    /// Takes assay.toml with this in the place of that into force.
    pub fn amend(&self, from: &str, to: &str) {
        self.edit(from, to);
        self.ok(OWNER, &["contract", "apply", "--reason", "as agreed"]);
    }

    /// Changes the words of assay.toml.
    pub fn edit(&self, from: &str, to: &str) {
        let file = self.path("assay.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(file, text.replacen(from, to, 1)).unwrap();
    }

    /// Takes the lease of a piece of work, as another process would, until it is let go of; from the dead too.
    pub fn hold(&self, key: &str) -> impl Fn() + use<> {
        let journal = Journal::open(&self.path("assay.db"), Clock::System).unwrap();
        let key = key.to_owned();
        for dead in journal.leases().unwrap().into_iter().filter(|lease| lease.key == key) {
            journal.release_lease(&dead.key, &dead.owner).unwrap();
        }
        assert!(journal.lease(&key, "somebody else", 600).unwrap(), "{key} is held already");
        move || journal.release_lease(&key, "somebody else").unwrap()
    }

    /// Approves a release by both approvers.
    pub fn approve(&self, release: &str) {
        for who in APPROVERS {
            self.ok(who, &["release", "approve", release]);
        }
    }

    /// A copy of everything, as it is.
    pub fn copy(&self) -> Self {
        self.copy_into(&std::env::temp_dir())
    }

    /// A copy of everything somewhere in a folder.
    pub fn copy_into(&self, parent: &Path) -> Self {
        let folder = tempfile::tempdir_in(parent).unwrap();
        copy_folder(self.folder.path(), folder.path());
        Self { folder }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A path in it.
    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Drops a file into an inbox.
    pub fn deliver(&self, provider: &str, name: &str, content: impl AsRef<[u8]>) {
        let folder = self.path("inbox").join(provider);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), content).unwrap();
    }

    /// The same, as if the file had been written so many seconds after one with 0.
    pub fn deliver_written(&self, provider: &str, name: &str, content: impl AsRef<[u8]>, seconds: u64) {
        self.deliver(provider, name, content);
        let file = fs::File::options().append(true).open(self.path("inbox").join(provider).join(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 + seconds)).unwrap();
    }

    /// The program, about to be run by `who`.
    pub fn command(&self, who: &str, arguments: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(self.root()).env("ASSAY_USER", who);
        command.arg("--workspace").arg(self.root()).args(["--as", who]).args(arguments);
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, who: &str, arguments: &[&str]) -> Outcome {
        self.command(who, arguments).output().unwrap().into()
    }

    /// Runs the program with a kill point armed.
    pub fn run_armed(&self, who: &str, arguments: &[&str], point: &str) -> Outcome {
        self.command(who, arguments).env("ASSAY_KILL_AT", point).output().unwrap().into()
    }

    /// Starts the program.
    pub fn start(&self, who: &str, arguments: &[&str]) -> Child {
        self.command(who, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs the program to its end, and says how much memory it took at the most, in KiB.
    pub fn run_measured(&self, who: &str, arguments: &[&str]) -> (Outcome, u64) {
        let mut child = self.start(who, arguments);
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            peak = peak.max(peak_kibibytes(&status).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(peak > 0, "it was over before it could be measured");
        (child.wait_with_output().unwrap().into(), peak)
    }

    /// Runs the program, which has to succeed; what it printed.
    pub fn ok(&self, who: &str, arguments: &[&str]) -> String {
        let outcome = self.run(who, arguments);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {outcome:#?}");
        outcome.stdout
    }

    /// Runs the program, which has to succeed, for its JSON document.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
        let printed = self.ok("lena", &arguments);
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }
}

/// The program in an empty environment with a fixed clock.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assay"));
    command.env_clear().env("ASSAY_NOW", NOW).env("ASSAY_HOST", "test").env("ASSAY_USER", "lena");
    command.stdin(Stdio::null());
    command
}

fn peak_kibibytes(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Copies a folder and all in it.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
