//! Several tenants and the file that names them.

use std::{
    path::PathBuf,
    process::{Command, ExitStatus, Output},
};

use patchgap::simulator::Settings;

use crate::common::{Background, Finished, Scene, assert_truth};

/// A tenant of this seed: each seed has its own ids, machines and gaps.
pub(super) fn tenant(seed: u64, change: impl FnOnce(&mut Settings)) -> Scene {
    Scene::with(|settings| {
        settings.seed = seed;
        settings.machines = 12;
        change(settings);
    })
}

/// A file of tenants, with the first one's folder as the working directory.
pub(super) struct Several<'test>(pub(super) Vec<(&'static str, &'test Scene)>);

impl Several<'_> {
    pub(super) fn host(&self) -> &Scene {
        self.0[0].1
    }

    /// The table of a tenant.
    pub(super) fn table(name: &str, scene: &Scene, more: &str) -> String {
        let tenant = &scene.tenant;
        format!(
            "[[tenant]]\nname = '{name}'\ntenant_id = '{}'\nclient_id = '{}'\n\
             client_secret_env = 'SECRET_{}'\napi_url = '{}'\nauthority_url = '{}'\n\
             ca_cert = '{}'\nmachines = '{}'\n{more}\n",
            tenant.tenant_id(),
            tenant.client_id(),
            name.to_uppercase(),
            tenant.api_url(),
            tenant.authority_url(),
            scene.path("root.pem").display(),
            scene.path("machines.csv").display(),
        )
    }

    /// Writes the file; `more` is in each tenant's table.
    pub(super) fn write(&self, more: &str) -> &Self {
        let tables = self
            .0
            .iter()
            .map(|(name, scene)| Self::table(name, scene, more));
        self.host()
            .write("tenants.toml", tables.collect::<String>());
        self
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.host().bare(arguments);
        for (name, scene) in &self.0 {
            let variable = format!("SECRET_{}", name.to_uppercase());
            command.env(variable, scene.tenant.client_secret());
        }
        command
            .env("PATCHGAP_STATE", self.host().path("store.sqlite"))
            .env("PATCHGAP_TENANTS", "tenants.toml")
            .env("PATCHGAP_RATE_LIMIT", "none")
            .env("PATCHGAP_PACE", "none");
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Finished {
        self.host().finish(&mut self.command(arguments))
    }

    pub(super) fn report(&self, arguments: &[&str]) -> Finished {
        self.run(&[&["report"], arguments].concat())
    }

    pub(super) fn background(&self, arguments: &[&str]) -> Background {
        let mut command = self.command(&[&["report"], arguments].concat());
        Background::start(&mut command, self.host().path("reports"))
    }

    pub(super) fn folder(&self, name: &str) -> PathBuf {
        self.host().path("reports").join(name)
    }

    /// The end of a run as one tenant's folder has it.
    pub(super) fn finished(&self, name: &str) -> Finished {
        Finished::new(output(), self.folder(name))
    }

    /// Asserts that a tenant's reports have what its service knows, and nothing else.
    #[track_caller]
    pub(super) fn assert_truth(&self, name: &str) {
        let (_, scene) = self.0.iter().find(|(it, _)| *it == name).unwrap();
        assert_truth(scene, &self.finished(name));
    }

    /// The calls for machines that a tenant has received.
    pub(super) fn calls(&self, name: &str) -> usize {
        let (_, scene) = self.0.iter().find(|(it, _)| *it == name).unwrap();
        scene.tenant.log().calls.len()
    }
}

/// The output of a run that only its reports are looked at.
pub(super) fn output() -> Output {
    Output {
        status: ExitStatus::default(),
        stdout: Vec::new(),
        stderr: Vec::new(),
    }
}

/// A column of `tenants.csv`, in the order of the tenants.
pub(super) fn column(run: &Finished, name: &str) -> Vec<String> {
    let rows = run.rows("tenants.csv").into_iter();
    rows.map(|row| row[name].clone()).collect()
}
