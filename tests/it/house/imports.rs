//! Imports between modules, read from the `use` declarations of the source.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::common::project;

/// A module's path below the crate, such as `["report", "csv"]`.
type Module = Vec<String>;

/// The imports of every file of the library, without tests.
pub(super) struct Imports {
    /// Absolute paths of what each file imports.
    imported: BTreeMap<Module, BTreeSet<Module>>,
    /// Re-exports of modules, with their origin.
    exported: BTreeMap<Module, Module>,
}

impl Imports {
    /// Reads the source.
    pub(super) fn read() -> Self {
        let mut imports = Self {
            imported: BTreeMap::new(),
            exported: BTreeMap::new(),
        };
        let root = project().join("src");
        for (path, source) in sources(&root) {
            let path = path.strip_prefix(&root).unwrap().with_extension("");
            let parts = path.iter().map(|part| part.to_str().unwrap().to_owned());
            let mut module: Module = parts.collect();
            module.pop_if(|name| ["mod", "lib", "main"].contains(&&**name));
            imports.read_file(&source, &module);
        }
        imports
    }

    fn read_file(&mut self, source: &str, module: &Module) {
        let mut imported = BTreeSet::new();
        for (is_export, tree) in source.split(';').filter_map(declaration) {
            for path in paths(tree) {
                let Some(path) = absolute(&path, module) else {
                    continue;
                };
                if let Some(name) = path.last().filter(|_| is_export) {
                    let exported = [&module[..], std::slice::from_ref(name)].concat();
                    self.exported.insert(exported, path.clone());
                } else {
                    imported.insert(path);
                }
            }
        }
        imported.extend(inline_paths(source));
        self.imported
            .entry(module.clone())
            .or_default()
            .extend(imported);
    }

    /// The first folder or file below `src` of every module.
    pub(super) fn rooms(&self) -> BTreeSet<String> {
        let first = self.imported.keys().filter_map(|module| module.first());
        first.cloned().collect()
    }

    /// Each room with each other one that it imports.
    pub(super) fn between_rooms(&self) -> impl Iterator<Item = (String, String)> {
        self.imported.iter().flat_map(|(module, imported)| {
            let from = module.first().cloned().unwrap_or_default();
            let others = imported.iter().filter_map(|path| path.first());
            let others: BTreeSet<&String> = others.filter(|to| **to != from).collect();
            let pairs = others.into_iter().map(move |to| (from.clone(), to.clone()));
            pairs.collect::<Vec<_>>()
        })
    }

    /// The rooms that the files of a folder import.
    pub(super) fn of_folder(&self, folder: &str) -> BTreeSet<String> {
        let folder: Module = folder.split('/').map(str::to_owned).collect();
        let files = self.imported.iter();
        let files = files.filter(|(module, _)| module.starts_with(&folder));
        let rooms = files.flat_map(|(_, imported)| imported.iter().filter_map(|it| it.first()));
        rooms.filter(|room| **room != folder[0]).cloned().collect()
    }

    /// Each file with the files whose items it imports. A re-export counts for the file of its
    /// origin.
    pub(super) fn between_files(&self) -> BTreeMap<String, BTreeSet<String>> {
        let files = self.imported.iter().map(|(module, imported)| {
            let others = imported.iter().filter_map(|path| self.file_of(path));
            let others = others.filter(|other| other != module);
            (
                module.join("::"),
                others.map(|other| other.join("::")).collect(),
            )
        });
        files.collect()
    }

    /// The file that defines what a path names.
    fn file_of(&self, path: &[String]) -> Option<Module> {
        for length in (1..=path.len()).rev() {
            let (start, rest) = path.split_at(length);
            let origin = self.exported.get(start).filter(|it| !it.starts_with(start));
            if let Some(origin) = origin {
                return self.file_of(&[&origin[..], rest].concat());
            }
            if self.imported.contains_key(start) {
                return Some(start.to_vec());
            }
        }
        None
    }
}

/// The source files below a folder, without tests and comments.
pub(super) fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if ["tests", "fixture"]
            .iter()
            .any(|name| path.file_stem().unwrap() == *name)
        {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let tests = source.find("#[cfg(test)]\nmod tests {");
            found.push((
                path,
                without_comments(&source[..tests.unwrap_or(source.len())]),
            ));
        }
    }
    found
}

fn without_comments(source: &str) -> String {
    let lines = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The tree of a statement that is a `use` declaration, and whether it exports what it names.
fn declaration(statement: &str) -> Option<(bool, &str)> {
    let (before, tree) = statement.rsplit_once("use ")?;
    let line = before.rsplit('\n').next()?.trim();
    let is_use = line.is_empty() || line.starts_with("pub");
    is_use.then_some((line.starts_with("pub"), tree))
}

/// Every path in a `use` tree: `a::{b, c::d}` has two.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    if let Some(inner) = tree.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        return items(inner).into_iter().flat_map(paths).collect();
    }
    match tree.split_once("::") {
        Some((first, rest)) => {
            let rest = paths(rest).into_iter();
            let with_first = |path: Vec<String>| [vec![first.to_owned()], path].concat();
            rest.map(with_first).collect()
        }
        None => vec![vec![tree.split(" as ").next().unwrap_or(tree).to_owned()]],
    }
}

/// The items of a list, separated by commas outside braces.
fn items(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let separates = |letter: char| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    };
    let items = list.split(separates).map(str::trim);
    items.filter(|item| !item.is_empty()).collect()
}

/// A path from the crate's root; `None` if it leaves the crate.
fn absolute(path: &[String], module: &[String]) -> Option<Module> {
    let path: Vec<String> = path.iter().filter(|it| *it != "*").cloned().collect();
    let (first, rest) = path.split_first()?;
    let mut base = match first.as_str() {
        "crate" | "patchgap" => Module::new(),
        "self" => module.to_vec(),
        "super" => module.split_last()?.1.to_vec(),
        // A child module, or another crate, for which no file is found.
        child => [module, &[child.to_owned()]].concat(),
    };
    for part in rest {
        match part.as_str() {
            "super" => base.truncate(base.len().checked_sub(1)?),
            "self" => {}
            part => base.push(part.to_owned()),
        }
    }
    Some(base)
}

/// Paths that begin with `crate::` outside `use` declarations.
fn inline_paths(source: &str) -> BTreeSet<Module> {
    let source = source.replace("pub(in crate::", "pub(in ");
    let others = source.split(';').filter(|it| declaration(it).is_none());
    let after = others.flat_map(|statement| statement.split("crate::").skip(1));
    after.filter_map(inline_path).collect()
}

fn inline_path(after: &str) -> Option<Module> {
    let is_end = |letter: char| !(letter.is_alphanumeric() || "_:".contains(letter));
    let path = after.split(is_end).next()?.trim_end_matches(':');
    let path: Module = path.split("::").map(str::to_owned).collect();
    (!path.iter().any(String::is_empty)).then_some(path)
}
