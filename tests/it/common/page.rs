//! The parts of a Markdown page that tests need.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One of the project's pages.
pub(crate) struct Page {
    path: PathBuf,
    text: String,
}

/// The project's folder.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Page {
    pub(crate) fn read(name: &str) -> Self {
        let path = project().join(name);
        let text = fs::read_to_string(&path).unwrap();
        Self { path, text }
    }

    /// The folder that its links are relative to.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap()
    }

    /// Its lines; the flag tells whether a line is in a code block.
    fn lines(&self) -> impl Iterator<Item = (bool, &str)> {
        let mut in_code = false;
        self.text.lines().filter_map(move |line| {
            if line.starts_with("```") {
                in_code = !in_code;
                return None;
            }
            Some((in_code, line))
        })
    }

    /// Lines of its code blocks, with continued ones joined.
    pub(crate) fn code(&self) -> Vec<String> {
        let lines = self.lines().filter_map(|(code, line)| code.then_some(line));
        let code = lines.collect::<Vec<_>>().join("\n");
        let joined = code.replace("\\\n", " ").replace("`\n", " ");
        joined.lines().map(str::to_owned).collect()
    }

    /// Its code blocks in this language, verbatim.
    pub(crate) fn blocks(&self, language: &str) -> Vec<&str> {
        let begin = format!("```{language}\n");
        let blocks = self.text.split(&*begin).skip(1);
        blocks
            .map(|rest| rest.split("```").next().unwrap())
            .collect()
    }

    /// Everything but code blocks.
    fn prose(&self) -> String {
        let lines = self
            .lines()
            .filter_map(|(code, line)| (!code).then_some(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The texts in backticks.
    pub(crate) fn words(&self) -> Vec<String> {
        let prose = self.prose();
        let words = prose.split('`').skip(1).step_by(2);
        words.map(str::to_owned).collect()
    }

    /// The targets of its links.
    pub(crate) fn links(&self) -> Vec<String> {
        let prose = self.prose();
        let targets = prose.split("](").skip(1);
        targets
            .map(|rest| rest.split(')').next().unwrap().to_owned())
            .collect()
    }

    /// The anchors of its headings.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let prose = self.prose();
        let headings = prose.lines().filter(|line| line.starts_with('#'));
        headings
            .map(|heading| heading.trim_start_matches('#').trim().to_lowercase())
            .map(|heading| {
                heading
                    .replace(' ', "-")
                    .replace(['`', '.', ',', '\'', '/'], "")
            })
            .collect()
    }

    /// The rows of the first table below a heading, without the table's own header.
    pub(crate) fn table(&self, heading: &str) -> Vec<Vec<String>> {
        let prose = self.prose();
        let below = prose.lines().skip_while(|line| *line != heading);
        let table = below
            .skip_while(|line| !line.starts_with('|'))
            .take_while(|line| line.starts_with('|'));
        let cells = |row: &str| row.trim_matches('|').split(" | ").map(plain).collect();
        table.skip(2).map(cells).collect()
    }
}

/// A cell without its backticks.
fn plain(cell: &str) -> String {
    cell.trim_matches([' ', '|']).replace('`', "")
}
