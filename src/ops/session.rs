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
    /// Whether this person may act as others: in a demo workspace.
    pub demo: bool,
}

impl Session {
    /// The session of whoever is logged in. `name` may say another name where that gives nobody more than they have:
    /// in a demo workspace, where one person may act as anybody, and without [people], where everybody is owner.
    pub fn of(contract: &Contract, name: Option<&str>, via: Via) -> Result<Self> {
        Self::by(&login_name(), contract, name, via)
    }

    fn by(login: &str, contract: &Contract, name: Option<&str>, via: Via) -> Result<Self> {
        if contract.people.is_empty() {
            let name = checked_name(name.unwrap_or(login))?;
            return Ok(Self { actor: Actor { name, role: Role::Owner }, via, demo: contract.demo });
        }
        if let Some(name) = name.filter(|name| !same_person(name.trim(), login) && !contract.demo) {
            return Err(Error::refused(format!("you are logged in as `{login}` and can't act as `{name}`"))
                .because("people act under the name that they log in with; only in a demo workspace as one another")
                .hint("leave out --as, and ASSAY_AS"));
        }
        let name = match name {
            Some(name) => name.trim().to_owned(),
            None if contract.demo => first_manager(contract).unwrap_or_else(|| login.to_owned()),
            None => login.to_owned(),
        };
        let (name, roles) = listed(contract, &name).ok_or_else(|| unknown(contract, &name))?;
        Ok(Self { actor: Actor { name: name.clone(), role: policy::strongest(roles) }, via, demo: contract.demo })
    }

    /// The same person as another contract knows them: with the role that it gives them, if it gives them any. A session
    /// may be hours old.
    pub fn under(&self, contract: &Contract) -> Result<Self> {
        Self::of(contract, Some(&self.actor.name), self.via)
    }

    /// The session of somebody who is not in [people]: they may look.
    #[must_use]
    pub fn stranger(via: Via) -> Self {
        Self { actor: Actor { name: login_name(), role: Role::Viewer }, via, demo: false }
    }

    /// What the journal keeps of a request of this person. Refuses what their role does not allow.
    pub fn permitted(&self, request: &Request) -> Result<Origin> {
        let wanted = request.role();
        if self.actor.role < wanted {
            let or = if self.demo { ", or act as one: --as NAME" } else { "" };
            return Err(Error::refused(format!("{} is {} and this needs {wanted}", self.actor.name, self.actor.role))
                .hint(format!("ask somebody who is {wanted}{or}")));
        }
        Ok(Origin {
            actor: self.actor.clone(),
            via: self.via,
            command: request.command_line(),
            reason: request.reason().map(str::to_owned),
        })
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
    let error = Error::refused(format!("`{name}` is not in [people] of the contract in force"));
    let error = match text::nearest(name, known.iter().copied()).filter(|_| contract.demo) {
        Some(near) => error.hint(format!("did you mean --as {near}?")),
        None if contract.demo => error.hint(format!("say who you are with --as: {}", known.join(", "))),
        None => error
            .because("the name is that of ASSAY_USER, or else the one that you are logged in with")
            .hint(format!("set ASSAY_USER to your name there ({}), or ask the owner to add you", known.join(", "))),
    };
    error.hint("see the people: assay contract show")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(demo: bool, people: &[(&str, Role)]) -> Contract {
        let people = people.iter().map(|(name, role)| ((*name).to_owned(), vec![*role])).collect();
        Contract {
            workspace: "Tests".to_owned(),
            timezone: chrono_tz::UTC,
            today: None,
            demo,
            people,
            datasets: Vec::new(),
            models: Vec::new(),
            registry: None,
            amended: crate::domain::contract::Amended::default(),
        }
    }

    fn acts(contract: &Contract, login: &str, name: Option<&str>) -> Option<(String, Role)> {
        let session = Session::by(login, contract, name, Via::Cli).ok()?;
        Some((session.actor.name, session.actor.role))
    }

    const PEOPLE: [(&str, Role); 3] = [("olga", Role::Owner), ("mira", Role::Manager), ("lena", Role::Viewer)];

    #[test]
    fn people_act_under_the_name_that_they_log_in_with() {
        let contract = contract(false, &PEOPLE);
        for (login, role) in PEOPLE {
            let own = Some((login.to_owned(), role));
            assert_eq!(acts(&contract, login, None), own);
            assert_eq!(acts(&contract, login, Some(login)), own);
        }
        // Whoever is not listed gets no more than whoever is: nothing.
        for login in ["lena", "zed", "root", "somebody"] {
            for name in ["olga", "mira"] {
                assert_eq!(acts(&contract, login, Some(name)), None, "{login} as {name}");
            }
        }
        assert_eq!(acts(&contract, "zed", None), None);
    }

    #[test]
    fn in_a_demo_one_person_acts_as_any_of_the_people_and_as_nobody_else() {
        let contract = contract(true, &PEOPLE);
        assert_eq!(acts(&contract, "zed", None), Some(("mira".to_owned(), Role::Manager)));
        assert_eq!(acts(&contract, "lena", Some("olga")), Some(("olga".to_owned(), Role::Owner)));
        assert_eq!(acts(&contract, "lena", Some("zed")), None);
    }

    #[test]
    fn without_people_everybody_is_owner_under_any_name() {
        for demo in [false, true] {
            let contract = contract(demo, &[]);
            assert_eq!(acts(&contract, "zed", None), Some(("zed".to_owned(), Role::Owner)));
            assert_eq!(acts(&contract, "zed", Some("mira")), Some(("mira".to_owned(), Role::Owner)));
        }
    }
}
