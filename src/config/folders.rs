//! The folders that the platform provides for a user's programs.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// The name of patchgap's folder in them.
const FOLDER_NAME: &str = "patchgap";

/// The user's folders on this platform; `None` if the platform has no such folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// Configuration: `~/.config`, or `%APPDATA%` on Windows.
    pub config: Option<PathBuf>,
    /// State that a program keeps between runs: `~/.local/state`, or `%LOCALAPPDATA%` on Windows,
    /// which stays on this machine, unlike `%APPDATA%`, which may roam.
    pub state: Option<PathBuf>,
    /// Data that a program keeps for its user: `~/.local/share`, or `%LOCALAPPDATA%` on Windows.
    pub data: Option<PathBuf>,
}

impl Folders {
    /// The folders of this platform. It reads the environment of the process; `main` calls it once,
    /// for [`Environment::new`](super::Environment::new).
    pub fn of_platform() -> Self {
        etcetera::choose_base_strategy()
            .map(|strategy| Self {
                config: Some(strategy.config_dir()),
                state: Some(state(&strategy)),
                data: Some(data(&strategy)),
            })
            .unwrap_or_default()
    }

    /// The path of one of patchgap's configuration files.
    pub(super) fn config_file(&self, name: &str) -> Option<PathBuf> {
        in_our_folder(self.config.as_deref(), name)
    }

    /// The path of one of patchgap's data folders.
    pub(super) fn data_folder(&self, name: &str) -> Option<PathBuf> {
        in_our_folder(self.data.as_deref(), name)
    }

    /// The path of a file that is kept between runs.
    pub(super) fn state_file(&self, name: &str) -> Option<PathBuf> {
        in_our_folder(self.state.as_deref(), name)
    }
}

/// The folder for state. Windows has none: its cache folder is `%LOCALAPPDATA%` itself.
fn state(strategy: &impl BaseStrategy) -> PathBuf {
    strategy.state_dir().unwrap_or_else(|| strategy.cache_dir())
}

/// The folder for data. On Windows it does not roam, because the data can be fetched again.
fn data(strategy: &impl BaseStrategy) -> PathBuf {
    match strategy.state_dir() {
        Some(_) => strategy.data_dir(),
        None => strategy.cache_dir(),
    }
}

fn in_our_folder(folder: Option<&Path>, name: &str) -> Option<PathBuf> {
    folder.map(|folder| folder.join(FOLDER_NAME).join(name))
}

#[cfg(test)]
mod tests {
    use etcetera::base_strategy::{Windows, Xdg};

    use super::*;

    #[test]
    fn state_folder_exists_on_every_platform() {
        let (xdg, windows) = (Xdg::new().unwrap(), Windows::new().unwrap());
        assert_eq!(Some(state(&xdg)), xdg.state_dir());
        assert!(state(&windows).ends_with("AppData/Local"));
        assert_ne!(state(&windows), windows.config_dir());
        assert_eq!(data(&xdg), xdg.data_dir());
        assert_eq!(data(&windows), state(&windows));
    }
}
