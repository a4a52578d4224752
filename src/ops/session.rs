//! Who sits in front of the screen or the command line.

use crate::base::{Error, Result, text};
use crate::domain::actor::{checked_name, same_person};
use crate::domain::event::Origin;
use crate::domain::{Actor, Contract, Request, Role, Via, policy};

/// Somebody at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub actor: Actor,
    /// By which face.
    pub via: Via,
}

impl Session {
    /// The session of `name`, or of the login name; `demo` lets one person act as anybody.
    pub fn of(contract: &Contract, name: Option<&str>, demo: bool, via: Via) -> Result<Self> {
        let login = login_name();
        if contract.people.is_empty() {
            let name = checked_name(name.unwrap_or(&login))?;
            return Ok(Self { actor: Actor { name, role: Role::Owner }, via });
        }
        if let Some(name) = name
            && !same_person(name.trim(), &login)
            && !demo
            && listed(contract, &login).is_some()
        {
            return Err(Error::refused(format!("you are logged in as `{login}` and can't act as `{name}`"))
                .hint("leave out --as"));
        }
        let name = match name {
            Some(name) => name.trim().to_owned(),
            None if demo => first_manager(contract).unwrap_or(login),
            None => login,
        };
        let (name, roles) = listed(contract, &name).ok_or_else(|| unknown(contract, &name))?;
        Ok(Self { actor: Actor { name: name.clone(), role: policy::strongest(roles) }, via })
    }

    /// The session of somebody who is not in [people]: they may look.
    #[must_use]
    pub fn stranger(via: Via) -> Self {
        Self { actor: Actor { name: login_name(), role: Role::Viewer }, via }
    }

    /// Refuses what the actor's role does not allow.
    pub fn require(&self, request: &Request) -> Result<()> {
        let wanted = request.role();
        if self.actor.role >= wanted {
            return Ok(());
        }
        Err(Error::refused(format!("{} is {} and this needs {wanted}", self.actor.name, self.actor.role))
            .hint(format!("ask somebody who is {wanted}, or act as one with --as NAME")))
    }

    /// What the journal keeps of a request of this person.
    #[must_use]
    pub fn origin(&self, request: &Request) -> Origin {
        Origin {
            actor: self.actor.clone(),
            via: self.via,
            command: request.command_line(),
            reason: request.reason().map(str::to_owned),
        }
    }
}

fn login_name() -> String {
    ["ASSAY_USER", "USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "somebody".to_owned())
}

/// The entry of a person in `[people]`. Its spelling there is the one that goes on record.
fn listed<'a>(contract: &'a Contract, name: &str) -> Option<(&'a String, &'a Vec<Role>)> {
    contract.people.iter().find(|(known, _)| same_person(known, name))
}

fn first_manager(contract: &Contract) -> Option<String> {
    let is_manager = |roles: &[Role]| policy::strongest(roles) == Role::Manager;
    contract.people.iter().find(|(_, roles)| is_manager(roles)).map(|(name, _)| name.clone())
}

fn unknown(contract: &Contract, name: &str) -> Error {
    let known: Vec<&str> = contract.people.keys().map(String::as_str).collect();
    let error = Error::refused(format!("`{name}` is not in [people] of assay.toml"));
    match text::nearest(name, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean --as {near}?")),
        None => error.hint(format!("say who you are with --as: {}", known.join(", "))),
    }
}
