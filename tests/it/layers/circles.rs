//! Modules that import one another in a circle can only be understood all at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{module_of, scan};

/// A module by its path below the crate.
type Module = Vec<String>;

/// A circle of modules, if there is one, each importing the next. What a module takes from those that it lies in or that
/// lie in it is no import: a folder's face and its files belong together.
pub fn circle(sources: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let imports = imports(sources);
    let mut done = BTreeSet::new();
    for start in imports.keys() {
        if let Some(circle) = walk(start, &imports, &mut Vec::new(), &mut done) {
            return Some(circle.iter().map(|module| module.join("::")).collect());
        }
    }
    None
}

fn imports(sources: &BTreeMap<String, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let owned = |path: &[&str]| -> Module { path.iter().map(|name| (*name).to_owned()).collect() };
    let is_test = |module: &Module| module.iter().any(|name| name == "tests" || name == "testing");
    let modules: BTreeMap<Module, &String> = sources
        .iter()
        .map(|(file, source)| (owned(&module_of(file)), source))
        .filter(|(module, _)| !is_test(module))
        .collect();
    let mut imports = BTreeMap::new();
    for (module, source) in &modules {
        let path: Vec<&str> = module.iter().map(String::as_str).collect();
        let named = scan(source, &path).references;
        let named = named
            .iter()
            .filter(|reference| !reference.in_test && reference.path.first().is_some_and(|first| first == "crate"));
        let found = named.filter_map(|reference| {
            let path = &reference.path[1..];
            let longest =
                (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|path| modules.contains_key(path))?;
            (!longest.starts_with(module) && !module.starts_with(&longest)).then_some(longest)
        });
        imports.insert(module.clone(), found.collect());
    }
    imports
}

fn walk(
    module: &Module,
    imports: &BTreeMap<Module, BTreeSet<Module>>,
    way: &mut Vec<Module>,
    done: &mut BTreeSet<Module>,
) -> Option<Vec<Module>> {
    if let Some(again) = way.iter().position(|earlier| earlier == module) {
        return Some(way[again..].to_vec());
    }
    if done.contains(module) {
        return None;
    }
    way.push(module.clone());
    let circle = imports.get(module)?.iter().find_map(|next| walk(next, imports, way, done));
    way.pop();
    done.insert(module.clone());
    circle
}

#[test]
fn a_circle_is_found() {
    let sources = |files: &[(&str, &str)]| {
        files.iter().map(|(file, code)| ((*file).to_owned(), (*code).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let round = [
        ("ops/a.rs", "use super::b::f;"),
        ("ops/b.rs", "fn f() { crate::ops::c::g() }"),
        ("ops/c.rs", "use crate::ops::{a::h, b};"),
        ("ops/mod.rs", "mod a; pub use self::a::h;"),
    ];
    assert_eq!(circle(&sources(&round)).unwrap(), ["ops::a", "ops::b", "ops::c"]);
    assert_eq!(
        circle(&sources(&[
            round[0],
            round[1],
            round[3],
            ("ops/c.rs", "use super::h; #[cfg(test)] mod tests { use crate::ops::a; }")
        ])),
        None
    );
}
