//! The README's key table, from the catalogue.

use super::catalogue::COMMANDS;
use super::command::Group;

/// The catalogue as Markdown tables, one per group.
#[must_use]
pub fn catalogue_markdown() -> String {
    let mut page = String::new();
    for group in [Group::Here, Group::Work, Group::Move, Group::Find, Group::Program, Group::Top] {
        page.push_str(&format!("### {}\n\n", group.title()));
        page.push_str("| keys | command | where | what it does | command line |\n|---|---|---|---|---|\n");
        for command in COMMANDS.iter().filter(|command| command.group == group) {
            let keys = command.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ");
            let cli = command.cli.map(|cli| format!("`{cli}`")).unwrap_or_default();
            let (title, place, help) = (command.title, command.scope.title(), command.help);
            page.push_str(&format!("| {keys} | {title} | {place} | {help} | {cli} |\n"));
        }
        page.push('\n');
    }
    page
}
