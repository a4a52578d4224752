//! By which account, on which machine this runs: what the record holds beside the name that somebody acts under.

/// `account@machine`. The machine is `ASSAY_HOST`, else `HOSTNAME`, else `/etc/hostname`, else `unknown`.
pub(super) fn name() -> String {
    let from_environment = ["ASSAY_HOST", "HOSTNAME"].into_iter().find_map(|variable| std::env::var(variable).ok());
    let machine = from_environment
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned());
    format!("{}@{machine}", account())
}

/// The account that the operating system runs this under, whatever the environment says; where it does not tell, what
/// the environment says.
fn account() -> String {
    of_process().unwrap_or_else(|| {
        let named = |variable| std::env::var(variable).ok().filter(|name: &String| !name.is_empty());
        ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(named).unwrap_or_else(|| "unknown".to_owned())
    })
}

#[cfg(unix)]
fn of_process() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let id = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(named(&accounts, &id).unwrap_or(id))
}

#[cfg(not(unix))]
fn of_process() -> Option<String> {
    None
}

/// The name of the account with this number in the text of `/etc/passwd`.
#[cfg(unix)]
fn named(accounts: &str, id: &str) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1) == Some(id)).then(|| name.to_owned())
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_that_of_the_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\n\nodd\nmira:x:1000:1000::/home/mira:/bin/sh\n";
        assert_eq!(named(accounts, "1000").as_deref(), Some("mira"));
        assert_eq!(named(accounts, "0").as_deref(), Some("root"));
        assert_eq!(named(accounts, "100"), None);
        assert!(!account().is_empty() && name().contains('@'));
    }
}
