//! Permissions, and commands that they apply to.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use super::Scene;

/// The same command subject to file permissions: `root` may write anywhere unless that capability is
/// dropped.
pub(crate) fn without_privileges(command: &Command, scene: &Scene) -> Command {
    let mut unprivileged = Command::new("setpriv");
    let rights = "-dac_override,-dac_read_search";
    if !fs::read_to_string("/proc/self/status")
        .unwrap()
        .contains("CapEff:\t0000000000000000")
    {
        unprivileged.args(["--bounding-set", rights, "--inh-caps", rights]);
    }
    let variables = command.get_envs();
    unprivileged
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(scene.folder())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(variables.filter_map(|(name, value)| Some((name, value?))));
    unprivileged
}

/// Sets the mode of a file or folder.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
