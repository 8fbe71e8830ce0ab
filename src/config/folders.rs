//! The folders that the platform gives a user's programs.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// What we are called in them.
const OURS: &str = "patchgap";

/// Where this platform keeps what belongs to a user, as far as it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// Configuration: `~/.config`, or `%APPDATA%` on Windows.
    pub config: Option<PathBuf>,
    /// What a program keeps for its next run: `~/.local/state`, or `%LOCALAPPDATA%` on
    /// Windows, which stays on this machine where `%APPDATA%` may roam.
    pub state: Option<PathBuf>,
}

impl Folders {
    /// Those of this platform. It asks the process's environment; `main` does that once, for
    /// [`Environment::new`](super::Environment::new).
    pub fn of_platform() -> Self {
        etcetera::choose_base_strategy()
            .map(|strategy| Self {
                config: Some(strategy.config_dir()),
                state: Some(state(&strategy)),
            })
            .unwrap_or_default()
    }

    /// A configuration file of ours.
    pub(super) fn config_file(&self, name: &str) -> Option<PathBuf> {
        ours(self.config.as_deref(), name)
    }

    /// A file that we keep for the next run.
    pub(super) fn state_file(&self, name: &str) -> Option<PathBuf> {
        ours(self.state.as_deref(), name)
    }
}

/// Windows has no folder for state alone: its cache folder is `%LOCALAPPDATA%` itself.
fn state(strategy: &impl BaseStrategy) -> PathBuf {
    strategy.state_dir().unwrap_or_else(|| strategy.cache_dir())
}

fn ours(folder: Option<&Path>, name: &str) -> Option<PathBuf> {
    folder.map(|folder| folder.join(OURS).join(name))
}

#[cfg(test)]
mod tests {
    use etcetera::base_strategy::{Windows, Xdg};

    use super::*;

    #[test]
    fn state_has_a_folder_on_every_platform() {
        let (xdg, windows) = (Xdg::new().unwrap(), Windows::new().unwrap());
        assert_eq!(Some(state(&xdg)), xdg.state_dir());
        assert!(state(&windows).ends_with("AppData/Local"));
        assert_ne!(state(&windows), windows.config_dir());
    }
}
