//! What the environment says in the place of `${NAME}`: credentials, which neither a file of configuration nor the journal holds.

use crate::base::{Error, Result};

/// A text in which every `${NAME}` is replaced by what `variable` says of it, as it must be written there.
pub fn filled(text: &str, variable: &dyn Fn(&str) -> Option<String>, written: fn(&str) -> String) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        let value = variable(name).ok_or_else(|| missing(name))?;
        let is_all = before.is_empty() && behind.is_empty() && filled.is_empty();
        filled += before;
        filled += &if is_all { value } else { written(&value) };
        rest = behind;
    }
    Ok(filled + rest)
}

/// What this process was started with.
pub fn own(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A value as a part of an address: what could end that part is written as `%` and two digits.
pub fn in_address(value: &str) -> String {
    let mut written = String::new();
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => written.push(byte.into()),
            other => written += &format!("%{other:02X}"),
        }
    }
    written
}

/// A value as it is.
pub fn plain(value: &str) -> String {
    value.to_owned()
}

fn missing(name: &str) -> Error {
    Error::usage(format!("the environment of assay has no `{name}`, which is asked for"))
        .hint(format!("set it before assay is started: export {name}=..."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_and_written_as_their_place_asks() {
        let variable = |name: &str| (name == "PW").then(|| "a b@/ü".to_owned());
        let filled_in = |text: &str| filled(text, &variable, in_address).map_err(|error| error.one_line());
        assert_eq!(filled_in("postgres://me:${PW}@db/x").unwrap(), "postgres://me:a%20b%40%2F%C3%BC@db/x");
        assert_eq!(filled_in("${PW}").unwrap(), "a b@/ü");
        assert_eq!(filled_in("no $PW, {PW} or ${PW").unwrap(), "no $PW, {PW} or ${PW");
        assert!(filled_in("${OTHER}").unwrap_err().contains("no `OTHER`"));
        assert_eq!(filled("Bearer ${PW}", &variable, plain).unwrap(), "Bearer a b@/ü");
    }
}
