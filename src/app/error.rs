//! Errors that end a command early, with their exit codes and hints.

use std::{io, time::Duration};

use thiserror::Error;

use crate::{
    config::ConfigError,
    defender::{auth::CredentialError, hint_for_failure, refusal},
    domain::{exit_code::ExitCode, machine::MachineId, outcome::Failure, text::span},
    feeds::fetch::FetchError,
    quota::{InvalidLimit, StoreFailed},
    run::RunError,
    simulator::SimulatorError,
};

/// Why a command ended early.
#[derive(Debug, Error)]
pub enum AppError {
    /// An error of a run, or one that prevented it.
    #[error(transparent)]
    Run(RunError),
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Both a list and the service's own list were given.
    #[error("{0} only applies to the service's own list, but the list {1} was given")]
    FilterWithList(&'static str, String),
    /// A list was given for several tenants.
    #[error("a list is of one tenant, but --tenants names several")]
    ListForAll,
    /// A tenant's id was given for several tenants.
    #[error("--tenant-id is of one tenant, but the file of tenants names several")]
    TenantIdForAll,
    /// A kept run was given for several tenants.
    #[error("--run is of one tenant, but --tenants names several")]
    RunForAll,
    /// A command for one tenant, but there are several.
    #[error("this command is for one tenant, but the file of tenants names several")]
    ChooseTenant(Vec<String>),
    /// A kept run was given together with a command that sends requests.
    #[error("--run selects a stored run and only works with --offline")]
    RunOnline,
    /// A kept run was given together with another list.
    #[error("--run selects a stored run, which has its own list")]
    RunWithList,
    /// There is only one run.
    #[error("run {0} has no earlier run to compare with")]
    NoBase(i64),
    /// There is no run that is old enough.
    #[error("no whole run of these machines is at least {} older than run {run}", span(*.age))]
    NoOlderBase {
        /// The run to compare.
        run: i64,
        /// The least age.
        age: Duration,
    },
    /// Nothing can be fetched into the folder of feeds.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The word names neither an update nor a machine of the run.
    #[error("run {run} has no missing update and no machine `{word}`")]
    NothingFound {
        /// The run.
        run: i64,
        /// The word.
        word: String,
        /// Updates and machines that are similar.
        near: Vec<String>,
    },
    /// The machine to forget is not in the store.
    #[error("the store knows no machine {0}")]
    UnknownMachine(MachineId),
    /// The store is in use, so nothing can be deleted from it.
    #[error("another patchgap is running with this store")]
    InUse,
    /// Several machines have the name.
    #[error("several machines are named `{word}`: {}", machines.join(", "))]
    Ambiguous {
        /// The name.
        word: String,
        /// The machines, with their ids.
        machines: Vec<String>,
    },
    /// None of the credentials can be used.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The call was not sent because it could not be recorded.
    #[error(transparent)]
    StoreFailed(#[from] StoreFailed),
    /// The token lacks the required permission.
    #[error("the token lacks the role {role}; it has: {held}")]
    MissingRole {
        /// The permission.
        role: &'static str,
        /// The permissions that it has.
        held: String,
    },
    /// The one call of `check` got no answer.
    #[error("signed in, but the service does not answer: {}", .0.describe())]
    NoAnswer(Failure),
    /// The one call of `check` would exceed the quota.
    #[error(
        "signed in, but access was not tested: the quota is used up for another {}",
        span(*.0)
    )]
    QuotaUsedUp(Duration),
    /// The one call of `check` could exceed the quota, which another process is using.
    #[error(
        "signed in, but access was not tested: another patchgap is running with the same \
         app registration, and they share one quota"
    )]
    Busy,
    /// The simulated tenant cannot be started.
    #[error(transparent)]
    Simulator(#[from] SimulatorError),
    /// The demonstration's own quota is invalid: a bug.
    #[error(transparent)]
    Limit(#[from] InvalidLimit),
    /// A file of the simulated tenant cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: String,
        /// Why it cannot be written.
        source: io::Error,
    },
    /// No temporary folder can be created.
    #[error("cannot create a temporary folder")]
    Temporary(#[source] io::Error),
    /// The system cannot provide threads or timers.
    #[error("cannot start")]
    Start(#[source] io::Error),
}

/// Every error of a run is also an error of a command.
impl<E: Into<RunError>> From<E> for AppError {
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}

impl AppError {
    /// The exit code for this error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Run(error) => error.exit_code(),
            Self::Config(_)
            | Self::Credential(_)
            | Self::NoBase(_)
            | Self::NoOlderBase { .. }
            | Self::NothingFound { .. }
            | Self::Ambiguous { .. }
            | Self::UnknownMachine(_)
            | Self::InUse
            | Self::Fetch(FetchError::Http(_))
            | Self::Simulator(_) => ExitCode::Configuration,
            Self::RunOnline
            | Self::RunWithList
            | Self::FilterWithList(..)
            | Self::ListForAll
            | Self::TenantIdForAll
            | Self::RunForAll
            | Self::ChooseTenant(_) => ExitCode::Usage,
            Self::MissingRole { .. } => ExitCode::Refused,
            Self::StoreFailed(_) | Self::NoAnswer(_) | Self::QuotaUsedUp(_) | Self::Busy => {
                ExitCode::Partial
            }
            Self::Write { .. } | Self::Fetch(FetchError::Folder { .. }) => ExitCode::Output,
            Self::Limit(_) | Self::Start(_) | Self::Temporary(_) => ExitCode::Unexpected,
        }
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Run(error) => return error.hint(),
            Self::Config(error) => return error.hint(),
            Self::Credential(error) => return error.hint(),
            Self::Simulator(error) => return error.hint(),
            Self::Fetch(FetchError::Http(error)) => return error.hint(),
            Self::Fetch(FetchError::Folder { .. }) => "choose another folder with --feeds DIR",
            Self::NoAnswer(failure) => return Some(no_answer_hint(failure)),
            Self::MissingRole { role, .. } => return Some(refusal::grant_hint(role)),
            Self::ListForAll => {
                "name each tenant's list in its table: `machines = \"list.csv\"` or \
                 `machines = \"service\"`"
            }
            Self::TenantIdForAll => "remove --tenant-id, or choose one with --tenant NAME",
            Self::RunForAll => "choose a tenant with --tenant NAME",
            Self::ChooseTenant(names) => {
                return Some(format!(
                    "choose one with --tenant NAME: {}",
                    names.join(", ")
                ));
            }
            Self::FilterWithList(..) => {
                "remove it, add --check-list, or use --all-machines instead of the list"
            }
            Self::RunOnline => "add --offline or remove --run",
            Self::RunWithList => "give either the list or --run",
            Self::NoBase(_) => {
                "the next run of the same tenant will be compared with it; `patchgap runs` lists \
                 all runs"
            }
            Self::NothingFound { near, .. } if near.is_empty() => {
                "name an update that some machine misses (KB5059339), or a machine by its id or by its \
                 name in the list"
            }
            Self::NothingFound { near, .. } => {
                return Some(format!("similar ones: {}", near.join(", ")));
            }
            Self::UnknownMachine(_) => {
                "nothing was forgotten; `patchgap show NAME` prints the id of a machine"
            }
            Self::Ambiguous { .. } => "name the machine by its id",
            Self::NoOlderBase { .. } => {
                "`patchgap runs` lists the runs, and `patchgap diff RUN` compares with any of them; a \
                 whole run has answers from 98 % of its machines"
            }
            Self::QuotaUsedUp(_) => "run the check again after that",
            Self::Busy | Self::InUse => "run again when the other one has finished",
            Self::Limit(_)
            | Self::StoreFailed(_)
            | Self::Write { .. }
            | Self::Start(_)
            | Self::Temporary(_) => {
                return None;
            }
        };
        Some(hint.to_owned())
    }
}

fn no_answer_hint(failure: &Failure) -> String {
    hint_for_failure(&failure.message)
        .unwrap_or_else(|| "try again later; check --api-url and any proxy in between".to_owned())
}
