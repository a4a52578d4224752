//! The README's key table, from the catalogue.

use super::catalogue::COMMANDS;
use super::command::{Command, Group};

/// The catalogue as Markdown tables, one per group.
#[must_use]
pub fn catalogue_markdown() -> String {
    let groups = [Group::Here, Group::Work, Group::Move, Group::Find, Group::Program, Group::Top];
    groups.into_iter().map(table).collect::<Vec<_>>().join("\n")
}

fn table(group: Group) -> String {
    let head = format!(
        "### {}\n\n| keys | command | where | what it does | command line |\n|---|---|---|---|---|\n",
        group.title()
    );
    std::iter::once(head).chain(COMMANDS.iter().filter(|command| command.group == group).map(row)).collect()
}

fn row(command: &Command) -> String {
    let keys = command.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ");
    let cli = command.cli.map(|cli| format!("`{cli}`")).unwrap_or_default();
    let (title, place, help) = (command.title, command.scope.title(), command.help);
    format!("| {keys} | {title} | {place} | {help} | {cli} |\n")
}
