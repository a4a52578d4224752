//! The whole file, `[workspace]` and `[people]`.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use toml::Spanned;
use toml::de::DeTable;

use super::document::Document;
use super::table::{Located, Table, suggest, unique};
use super::{dataset, models, names};
use crate::base::Result;
use crate::domain::contract::Amended;
use crate::domain::{Contract, Role, policy};

/// Everything that the file says.
pub fn contract(document: &Document<'_>, root: &Spanned<DeTable<'_>>) -> Result<Contract> {
    let root = Table::new(
        document,
        "the file",
        root.span(),
        root.get_ref(),
        &["workspace", "people", "dataset", "model", "registry"],
    )?;
    let workspace = root
        .value("workspace")
        .ok_or_else(|| {
            root.error("the table [workspace] is missing").hint("begin the file with [workspace] and a name")
        })?
        .table("[workspace]", &["name", "timezone", "today", "demo"])?;
    let name = workspace.required_text("name")?;
    if name.value.trim().is_empty() || name.value.chars().any(char::is_control) {
        return Err(document
            .error(&name.place, "`name` in [workspace] must be text on one line")
            .hint("write name = \"...\" with what people call this workspace"));
    }
    let people = people(&root)?;
    let may_approve = |roles: &&Vec<Role>| policy::strongest(roles) >= Role::Manager;
    let approvers = (!people.is_empty()).then(|| people.values().filter(may_approve).count());
    let contract = Contract {
        workspace: name.value.to_owned(),
        timezone: workspace.text("timezone")?.map_or(Ok(Tz::UTC), |text| names::time_zone(document, &text))?,
        datasets: dataset::datasets(&root, approvers.and_then(|count| u32::try_from(count).ok()))?,
        models: models::models(&root)?,
        registry: models::registry(&root)?,
        today: workspace.value("today").map(|value| value.date()).transpose()?,
        demo: workspace.truth("demo")?.unwrap_or(false),
        people,
        amended: Amended::default(),
    };
    Ok(contract.placed())
}

fn people(root: &Table<'_, '_>) -> Result<BTreeMap<String, Vec<Role>>> {
    let Some(value) = root.value("people") else { return Ok(BTreeMap::new()) };
    let table = value.open_table("[people]")?;
    let people = table.in_order();
    if people.is_empty() {
        return Err(table
            .error("[people] names nobody, so that nobody could act")
            .hint("add a line like mira = [\"manager\"], or remove the table: then everybody is owner"));
    }
    unique(root.document, "name", people.iter().map(|(name, _)| name))?;
    let people = people
        .iter()
        .map(|(name, value)| {
            let roles =
                value.texts()?.iter().map(|role| parse_role(root.document, role)).collect::<Result<Vec<_>>>()?;
            Ok((names::folder_name(root.document, "person", name)?, roles))
        })
        .collect::<Result<BTreeMap<_, _>>>()?;
    if !people.values().flatten().any(|role| *role == Role::Owner) {
        return Err(table
            .error("[people] names no owner, so that nobody could ever take a changed contract into force")
            .hint("give somebody the role: mira = [\"manager\", \"owner\"]"));
    }
    Ok(people)
}

fn parse_role(document: &Document<'_>, text: &Located<&str>) -> Result<Role> {
    text.value.parse().map_err(|_| {
        let error = document.error(&text.place, format!("`{}` is not a role", text.value));
        suggest(error, text.value, &Role::ALL.map(Role::as_str))
    })
}
