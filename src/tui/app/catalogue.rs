//! The catalogue: the one place where commands are declared. Routing, footer, help, palette and README read it.

use super::command::{Command, Group, Id, Risk, Scope};
use super::pane::Pane;

const BASE: Command = Command {
    id: Id::Help,
    title: "",
    hint: "",
    help: "",
    group: Group::Here,
    scope: Scope::Everywhere,
    keys: &[],
    risk: Risk::Look,
    cli: None,
};

type Text = &'static str;
type Keys = &'static [&'static str];

/// A command that changes nothing.
const fn look(id: Id, group: Group, scope: Scope, keys: Keys, title: Text, hint: Text, help: Text) -> Command {
    Command { id, title, hint, help, group, scope, keys, ..BASE }
}

/// A command that changes something, with its command line.
const fn change(id: Id, scope: Scope, keys: Keys, title: Text, hint: Text, help: Text, cli: Text) -> Command {
    Command { id, title, hint, help, scope, keys, risk: Risk::Change, cli: Some(cli), ..BASE }
}

/// A command whose effect clients would notice.
const fn danger(id: Id, scope: Scope, keys: Keys, title: Text, hint: Text, help: Text, cli: Text) -> Command {
    Command { risk: Risk::Danger, ..change(id, scope, keys, title, hint, help, cli) }
}

/// A command of the pipeline, known in every pane.
const fn work(id: Id, keys: Keys, title: Text, hint: Text, help: Text, cli: Text) -> Command {
    Command { group: Group::Work, ..change(id, Scope::Everywhere, keys, title, hint, help, cli) }
}

const fn go(pane: Pane, keys: Keys, title: Text, help: Text) -> Command {
    look(Id::Go(pane), Group::Move, Scope::Everywhere, keys, title, "", help)
}

const BATCHES: Scope = Scope::Pane(Pane::Batches);
const COMPLETENESS: Scope = Scope::Pane(Pane::Completeness);
const MODELS: Scope = Scope::Pane(Pane::Models);
const ANOMALIES: Scope = Scope::Pane(Pane::Anomalies);
const RELEASES: Scope = Scope::Pane(Pane::Releases);
const LOG: Scope = Scope::Pane(Pane::Log);
const TASKS: Scope = Scope::Pane(Pane::Tasks);
const EVERYWHERE: Scope = Scope::Everywhere;

/// Every command there is.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    change(Id::AddBatch, BATCHES, &["n"], "add a file", "add", "Takes one file in; the contract or you say for which provider and period.", "assay batch add"),
    change(Id::AcceptBatch, BATCHES, &["a"], "accept the batch", "accept", "Takes a quarantined batch in after all, or reads one again whose encoding was corrected.", "assay batch accept"),
    change(Id::RejectBatch, BATCHES, &["x"], "reject the batch", "reject", "Turns a quarantined batch down; the file stays in raw.", "assay batch reject"),
    danger(Id::WithdrawBatch, BATCHES, &["W"], "withdraw the batch", "withdraw", "Takes a batch back: its slice stands on what was there before.", "assay batch withdraw"),

    change(Id::AddBatch, COMPLETENESS, &["n"], "add the missing file", "add", "Takes in a file for the provider and period under the cursor.", "assay batch add"),
    change(Id::NilReturn, COMPLETENESS, &["z"], "record a nil return", "nothing", "Puts on record that the provider under the cursor has nothing to deliver for the period.", "assay batch nil"),
    change(Id::RunPeriod, COMPLETENESS, &["R"], "run this period", "run period", "Brings the period under the cursor up to date.", "assay run"),
    change(Id::Baseline, COMPLETENESS, &["b"], "accept as baseline", "baseline", "Accepts the period as what later ones are compared with, where there is too little history.", "assay period baseline"),

    change(Id::BeforeIsRight, MODELS, &["<"], "call the version before right", "before", "Of two versions compared, the one before has read the row right; the next training learns from it.", "assay model assess"),
    change(Id::AfterIsRight, MODELS, &[">"], "call the version after right", "after", "Of two versions compared, the one after has read the row right; the next training learns from it.", "assay model assess"),
    change(Id::NeitherIsRight, MODELS, &["x"], "call neither version right", "neither", "Of two versions compared, neither has read the row right.", "assay model assess"),
    change(Id::PromoteModel, MODELS, &["p"], "promote the version", "promote", "Points `production` to this version; open releases are re-based on it.", "assay model promote"),
    change(Id::PromoteWorse, MODELS, &["P"], "promote although labels are worse", "", "Promotes a version that finds labels worse than the one in production, for a reason that goes on the record.", "assay model promote --waive"),
    change(Id::AliasModel, MODELS, &["a"], "point an alias to the version", "alias", "Gives the version a name like `candidate`, so that others find it.", "assay model alias"),
    look(Id::CompareModel, Group::Here, MODELS, &["c"], "compare with production", "compare", "What the version finds otherwise than the one in production, in the newest period that both have read."),
    change(Id::RunModel, MODELS, &["R"], "read what the version has not read", "read all", "Lets the version read all rows that it has not read as they are now; in its details enter does so for one period.", "assay run --model"),
    change(Id::RegisterModel, MODELS, &["n"], "register a model file", "register", "Registers a model file as the next version.", "assay model register"),
    change(Id::TrainModel, MODELS, &["T"], "train a model", "train", "Trains a model on labelled text and registers it as the next version.", "assay model train"),
    change(Id::SyncModels, MODELS, &["S"], "mirror the model registry", "", "Reads the MLflow registry that assay.toml names, and registers its versions that are run here.", "assay model sync"),
    change(Id::ArchiveModel, MODELS, &["D"], "archive the version", "", "No longer offers this version.", "assay model archive"),

    change(Id::AcceptSample, ANOMALIES, &["a"], "accept the sample", "accept", "The row is right as it stands; the next sample follows.", "assay assess"),
    change(Id::RejectSample, ANOMALIES, &["x"], "reject the sample", "reject", "The row is wrong; the next sample follows.", "assay assess"),
    change(Id::AcceptSampleWithNote, ANOMALIES, &["n"], "accept the sample with a note", "", "The row is right, and there is something to say about it.", "assay assess"),
    change(Id::RejectSampleWithNote, ANOMALIES, &["N"], "reject the sample with a note", "", "The row is wrong, and there is something to say about it.", "assay assess"),
    change(Id::ConfirmAnomaly, ANOMALIES, &["c"], "confirm the anomaly", "confirm", "Says it is real; if it blocks, until the data is fixed.", "assay anomaly confirm"),
    change(Id::WaiveAnomaly, ANOMALIES, &["w"], "waive the anomaly", "waive", "Lets it pass, for a reason that goes on the record.", "assay anomaly waive"),
    change(Id::AcceptMapping, ANOMALIES, &["m"], "accept the columns", "map", "Accepts the columns of a delivery that differ from those before; missing fields are read from the proposed columns.", "assay anomaly accept"),
    change(Id::ReopenAnomaly, ANOMALIES, &["o"], "reopen the anomaly", "reopen", "Opens a settled anomaly again.", "assay anomaly reopen"),

    look(Id::Fold, Group::Here, RELEASES, &["space"], "unfold the reasons", "unfold", "Shows one by one the reasons that were folded into one line, or folds them again."),
    change(Id::Approve, RELEASES, &["a"], "approve the release", "approve", "Says yes to exactly the content shown; a later change makes it void.", "assay release approve"),
    danger(Id::Publish, RELEASES, &["p"], "publish the release", "publish", "Gives the release to clients. You type its name to confirm.", "assay release publish"),
    change(Id::RejectRelease, RELEASES, &["x"], "reject the release", "reject", "Turns the release down, for a reason.", "assay release reject"),
    change(Id::Revoke, RELEASES, &["u"], "revoke my approval", "", "Takes your own approval back, while it isn't published.", "assay release revoke"),
    change(Id::RunPeriod, RELEASES, &["R"], "run this period", "run period", "Brings the release's period up to date; after a rejection or a withdrawal, opens another release of it.", "assay run"),
    danger(Id::Rollback, RELEASES, &["B"], "roll back", "roll back", "Brings back the release that clients saw before this one; on a superseded one, brings that back. You type its name to confirm.", "assay release rollback"),
    danger(Id::WithdrawRelease, RELEASES, &["W"], "withdraw the release", "withdraw", "Takes the release away from clients. You type its name to confirm.", "assay release withdraw"),

    change(Id::RetryTask, TASKS, &["R"], "retry the task", "retry", "Lets a failed task run again.", "assay task retry"),
    change(Id::CancelTask, TASKS, &["x"], "cancel the task", "cancel", "Stops one running task; nothing stays half-done.", "assay task cancel"),

    look(Id::Decisions, Group::Here, LOG, &["d"], "show only decisions", "decisions", "Leaves out what the pipeline notes for itself; again: everything."),

    work(Id::Run, &["r"], "run the pipeline", "run", "Brings everything up to date in the background; you go on working.", "assay run"),
    Command { cli: None, ..work(Id::Stop, &["X"], "stop what is running", "", "Stops the work in the background; nothing stays half-done, and a run picks it up again.", "") },
    work(Id::Ingest, &["i"], "ingest the sources", "", "Takes in what providers dropped into their inboxes, and what is new in the other sources. Where duties are separated, whoever takes data in may not approve its release.", "assay ingest"),
    work(Id::ApplyContract, &["C"], "apply the contract", "", "Takes a changed assay.toml into force, on your name.", "assay contract apply"),

    look(Id::Open, Group::Move, EVERYWHERE, &["enter"], "open", "open", "Looks inside; on a reason or a link it leads to the place that clears it."),
    look(Id::Back, Group::Move, EVERYWHERE, &["esc"], "back", "", "Out of the details, back to where you came from; then lifts the filter."),
    look(Id::Up, Group::Move, EVERYWHERE, &["up", "k"], "up", "", "One line up."),
    look(Id::Down, Group::Move, EVERYWHERE, &["down", "j"], "down", "", "One line down."),
    look(Id::Left, Group::Move, EVERYWHERE, &["left", "h"], "left", "", "One provider to the left in the map of completeness; elsewhere back."),
    look(Id::Right, Group::Move, EVERYWHERE, &["right", "l"], "right", "", "One provider to the right in the map of completeness; elsewhere open."),
    look(Id::First, Group::Move, EVERYWHERE, &["g", "home"], "first", "", "To the first line."),
    look(Id::Last, Group::Move, EVERYWHERE, &["G", "end"], "last", "", "To the last line, however long the list."),
    look(Id::PageUp, Group::Move, EVERYWHERE, &["page-up"], "page up", "", "One screen up."),
    look(Id::PageDown, Group::Move, EVERYWHERE, &["page-down"], "page down", "", "One screen down."),
    look(Id::HalfUp, Group::Move, EVERYWHERE, &["ctrl-u"], "half a page up", "", "Half a screen up."),
    look(Id::HalfDown, Group::Move, EVERYWHERE, &["ctrl-d"], "half a page down", "", "Half a screen down."),
    look(Id::PreviousDetail, Group::Move, EVERYWHERE, &["["], "previous details", "", "The details of the row before, without going back to the list."),
    look(Id::NextDetail, Group::Move, EVERYWHERE, &["]"], "next details", "", "The details of the next row, without going back to the list."),
    go(Pane::Batches, &["1"], "go to Batches", "What came in, and what became of it."),
    go(Pane::Completeness, &["2"], "go to Completeness", "Who delivered what: periods by providers."),
    go(Pane::Models, &["3"], "go to Models", "Model versions, aliases, F1 and coverage."),
    go(Pane::Anomalies, &["4"], "go to Anomalies", "What a person must settle."),
    go(Pane::Releases, &["5"], "go to Releases", "What may go out, and what keeps the rest back."),
    go(Pane::Log, &["6"], "go to Log", "Who did what, when and why."),
    go(Pane::Tasks, &["t"], "go to Tasks", "The pipeline's pieces of work: what is done, stale, failed."),
    look(Id::NextPane, Group::Move, EVERYWHERE, &["tab"], "next pane", "", "To the next pane."),
    look(Id::PreviousPane, Group::Move, EVERYWHERE, &["shift-tab"], "previous pane", "", "To the pane before."),

    look(Id::Filter, Group::Find, EVERYWHERE, &["/"], "filter the list", "filter", "Narrows the list: free text, and terms like state:open provider:north period:2026-10."),
    look(Id::Palette, Group::Find, EVERYWHERE, &[":"], "find a command", "commands", "Any command by a few letters of its name."),
    look(Id::Help, Group::Find, EVERYWHERE, &["?"], "help", "help", "What can be done here; type to filter."),

    look(Id::CommandLog, Group::Program, EVERYWHERE, &["L"], "show the command log", "", "What you did so far, as command lines, with what came of it."),
    look(Id::Copy, Group::Program, EVERYWHERE, &["y"], "copy the name", "", "Copies what names the selected thing to the clipboard, over SSH too (OSC 52)."),
    look(Id::CopyCommand, Group::Program, EVERYWHERE, &["Y"], "copy the command line", "", "Copies the last command line, or the command that clears the selected reason."),
    look(Id::Reload, Group::Program, EVERYWHERE, &["ctrl-r"], "reload", "", "Asks again for what is shown."),
    look(Id::ActAs, Group::Program, EVERYWHERE, &["A"], "act as somebody else", "", "In a demo workspace: act as another of its people."),
    look(Id::Mouse, Group::Program, EVERYWHERE, &["M"], "let the terminal have the mouse", "", "Gives the mouse to the terminal, to select text, or takes it back."),
    look(Id::Quit, Group::Program, EVERYWHERE, &["q"], "quit", "", "Leaves; with work in the background, asks first."),
    Command { scope: Scope::Always, keys: &["ctrl-c"], ..look(Id::Quit, Group::Program, EVERYWHERE, &[], "quit from anywhere", "", "Leaves, whatever lies on top; with work in the background, asks first.") },

    look(Id::KeepFilter, Group::Top, Scope::Filter, &["enter"], "keep the filter", "keep", "Goes back to the list, which stays narrowed."),
    look(Id::DropFilter, Group::Top, Scope::Filter, &["esc"], "drop the filter", "drop", "Goes back to the whole list."),
    look(Id::Choose, Group::Top, Scope::Choice, &["enter"], "take the line", "take", "Does what the selected line says."),
    look(Id::Close, Group::Top, Scope::Choice, &["esc"], "close", "close", "Closes what lies on top."),
    look(Id::ChoiceUp, Group::Top, Scope::Choice, &["up", "ctrl-p"], "line up", "", "To the line before."),
    look(Id::ChoiceDown, Group::Top, Scope::Choice, &["down", "ctrl-n"], "line down", "", "To the next line."),
    look(Id::ChoicePageUp, Group::Top, Scope::Choice, &["page-up"], "page up", "", "A screen up."),
    look(Id::ChoicePageDown, Group::Top, Scope::Choice, &["page-down"], "page down", "", "A screen down."),
    look(Id::Submit, Group::Top, Scope::Dialog, &["enter"], "do it", "go on", "Does what the dialog says, once everything asked for is typed."),
    look(Id::Cancel, Group::Top, Scope::Dialog, &["esc"], "leave it", "leave it", "Closes the dialog; nothing changes."),
    look(Id::ReadDown, Group::Top, Scope::Dialog, &["page-down"], "read on", "", "Further down in what the dialog says."),
    look(Id::ReadUp, Group::Top, Scope::Dialog, &["page-up"], "read back", "", "Further up in what the dialog says."),
    look(Id::NextField, Group::Top, Scope::Dialog, &["tab", "down"], "next field", "", "To the next field."),
    look(Id::PreviousField, Group::Top, Scope::Dialog, &["shift-tab", "up"], "previous field", "", "To the field before."),
];
