//! What documents and source cite from the repository.

use std::collections::{BTreeMap, BTreeSet};

use super::{has_end, is_document, markdown::Markdown};

/// Folders whose files are cited from the root.
const FOLDERS: [&str; 8] = ["src/", "tests/", "docs/", "benches/", "examples/", "proto/", "assets/", ".ci/"];

/// What the repository has.
pub(super) struct Repository<'a> {
    /// Its files and folders.
    paths: BTreeSet<&'a str>,
    /// The headings of its documents.
    anchors: BTreeMap<&'a str, Vec<String>>,
}

impl<'a> Repository<'a> {
    pub(super) fn new(files: &'a [(String, Option<String>)]) -> Self {
        let mut paths = BTreeSet::new();
        for (file, _) in files {
            paths.insert(file.as_str());
            paths.extend(file.match_indices('/').map(|(at, _)| &file[..at]));
        }
        let documents = files.iter().filter(|(file, _)| is_document(file));
        let anchors = documents.filter_map(|(file, text)| Some((file.as_str(), Markdown::new(text.as_ref()?).anchors)));
        Self { paths, anchors: anchors.collect() }
    }

    /// What a file cites that does not exist.
    pub(super) fn missing(&self, file: &str, text: &str) -> Vec<String> {
        let links = if is_document(file) { Markdown::new(text).links } else { Vec::new() };
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut missing: BTreeSet<&str> = links
            .into_iter()
            .filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
            .filter(|link| !self.has(&resolved(folder, file, link)))
            .collect();
        for (line, word) in text.lines().flat_map(|line| words(line).map(move |word| (line, word))) {
            let is_link = line.contains(&format!("]({word})")) || line.contains(&format!("[{word}]("));
            if !is_link && Self::is_cited(file, word) && !self.is_there(folder, file, word) {
                missing.insert(word);
            }
        }
        missing.into_iter().map(|missing| format!("{file}: {missing} is not there")).collect()
    }

    /// Whether a word refers to the repository: a document, a path from the root or, in a document, a source file.
    fn is_cited(file: &str, word: &str) -> bool {
        let path = word.split('#').next().unwrap_or_default();
        let is_from_root = FOLDERS.iter().any(|folder| path.starts_with(folder));
        let is_source = is_document(file) && (has_end(path, "rs") || has_end(path, "proto"));
        path.len() > ".md".len() && is_document(path) || is_from_root || is_source
    }

    /// Whether the cited file exists: from the root, from the folder of the citing file or, for source files, anywhere.
    fn is_there(&self, folder: &str, file: &str, word: &str) -> bool {
        let anywhere = format!("/{word}");
        self.has(word)
            || self.has(&resolved(folder, file, word))
            || !word.contains(".md") && self.paths.iter().any(|path| path.ends_with(&anywhere))
    }

    /// Whether `path` exists, and its heading if it names one.
    fn has(&self, path: &str) -> bool {
        let (path, anchor) = path.split_once('#').map_or((path, None), |(path, anchor)| (path, Some(anchor)));
        let has = |anchor: &str| self.anchors.get(path).is_some_and(|anchors| anchors.iter().any(|one| one == anchor));
        self.paths.contains(path.trim_end_matches('/')) && anchor.is_none_or(has)
    }
}

/// The path, from the root, to which `link` in `folder/file` leads.
fn resolved(folder: &str, file: &str, link: &str) -> String {
    if link.starts_with('#') {
        return format!("{file}{link}");
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The words of a line that could be paths in this repository.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || "_-./#:".contains(c);
    let words = line.split(move |c| !is_path(c)).filter(|word| !word.contains("://"));
    words.map(|word| word.trim_end_matches(['.', ':', '/']))
}
