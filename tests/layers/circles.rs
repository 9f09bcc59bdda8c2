//! Circles of imports: files that import each other, directly or through others.
//!
//! An import is followed to the file that defines the item, through the `use` lines of the `mod.rs` files in between.
//! The modules of every folder, files and folders alike, must have an order in which each imports only earlier ones. A
//! file and the folders around it are one family: a child may name what its parent defines.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Named, paths};

/// A module's path below the crate, such as `["core", "node"]`.
type Module = Vec<String>;

/// The files of a crate, and what each of them names.
pub(crate) struct Imports {
    modules: BTreeMap<Module, Vec<Named>>,
}

impl Imports {
    /// `files`: paths below `src`, and their texts.
    pub(crate) fn new<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let named = files.map(|(file, text)| {
            let module = module(file);
            let path: Vec<&str> = module.iter().map(String::as_str).collect();
            let named = paths(&path, text).into_iter().filter(|named| !named.test).collect();
            (module, named)
        });
        Self { modules: named.filter(|(module, _)| !is_test(module)).collect() }
    }

    /// The circles of every folder. Each is a line that names its members and one import between each two.
    pub(crate) fn circles(&self) -> Vec<String> {
        let mut folders: BTreeMap<Module, BTreeMap<String, BTreeMap<String, String>>> = BTreeMap::new();
        for (from, named) in &self.modules {
            for Named { path, line, .. } in named {
                let Some(to) = self.target(from, path) else { continue };
                let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
                // One is the other, or a folder around it.
                let (Some(own), Some(other)) = (from.get(shared), to.get(shared)) else { continue };
                let imports = folders.entry(from[..shared].to_vec()).or_default().entry(own.clone()).or_default();
                imports
                    .entry(other.clone())
                    .or_insert_with(|| format!("{}:{line} names {}", from.join("/"), path[1..].join("::")));
            }
        }
        let found = folders.iter().flat_map(|(folder, imports)| {
            circles(imports).into_iter().map(|circle| {
                let steps = circle.iter().zip(circle.iter().cycle().skip(1));
                let steps: Vec<&str> = steps.filter_map(|(a, b)| Some(imports.get(a)?.get(b)?.as_str())).collect();
                format!("{}: {} import each other: {}", folder.join("/"), circle.join(", "), steps.join("; "))
            })
        });
        found.collect()
    }

    /// The file that defines what `path` names, as a module; `None` if that is not an item of this crate.
    fn target(&self, from: &Module, path: &[String]) -> Option<Module> {
        let (root, mut rest) = path.split_first()?;
        if !matches!(root.as_str(), "crate" | "proximity_chat") || from.is_empty() {
            return None;
        }
        let mut module = Module::new();
        // Every step follows one more name. Rust does not allow `use` lines that name each other.
        for _ in 0..32 {
            while let Some((name, tail)) = rest.split_first() {
                let mut inner = module.clone();
                inner.push(name.clone());
                if !self.modules.contains_key(&inner) {
                    break;
                }
                (module, rest) = (inner, tail);
            }
            let Some((name, tail)) = rest.split_first() else { break };
            let Some(next) = self.passed_on(&module, name) else { break };
            module.extend(next);
            rest = tail;
        }
        (!module.is_empty()).then_some(module)
    }

    /// The child of `module` from which its `use` lines import `item`.
    fn passed_on(&self, module: &Module, item: &str) -> Option<Module> {
        self.modules.get(module)?.iter().find_map(|Named { path, .. }| {
            // `use child::Item` or `use self::child::Item`.
            let own =
                |path: &[String]| path.first().is_some_and(|name| name == "crate") && path[1..].starts_with(module);
            let path = if own(path) { &path[1 + module.len()..] } else { path.as_slice() };
            let (last, child) = path.split_last()?;
            let mut inner = module.clone();
            inner.extend(child.iter().cloned());
            let is_child = !child.is_empty() && self.modules.contains_key(&inner);
            (is_child && last == item).then(|| child.to_vec())
        })
    }
}

/// `core/node/mod.rs` is `["core", "node"]`.
fn module(file: &str) -> Module {
    let names = file.trim_end_matches(".rs").split('/');
    names.filter(|&name| !matches!(name, "mod" | "lib")).map(str::to_owned).collect()
}

fn is_test(module: &Module) -> bool {
    module.iter().any(|name| name == "tests")
}

/// The shortest circle through every module that is part of one, each circle once.
fn circles(imports: &BTreeMap<String, BTreeMap<String, String>>) -> Vec<Vec<String>> {
    let mut found = BTreeSet::new();
    let mut circles = Vec::new();
    for start in imports.keys() {
        if let Some(circle) = shortest(imports, start) {
            let members: BTreeSet<String> = circle.iter().cloned().collect();
            if found.insert(members) {
                circles.push(circle);
            }
        }
    }
    circles
}

/// The shortest way from `start` back to itself.
fn shortest(imports: &BTreeMap<String, BTreeMap<String, String>>, start: &str) -> Option<Vec<String>> {
    let mut ways = std::collections::VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in imports.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push_back(way.iter().cloned().chain([next.clone()]).collect());
            }
        }
    }
    None
}
