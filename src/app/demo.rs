//! `patchgap demo`: a run against a simulated tenant, through the same code and real HTTP. A week
//! of nights is simulated first, without delays, so that there is something to compare with. A
//! month's updates are released on the second of them, so that time to patch has a curve.

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use secrecy::SecretString;
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};

use super::{AppError, context::Context, demo_tenants::demo_tenants, report::notification};
use crate::{
    aggregate::RankBy,
    cli,
    collect::per_machine::Stops,
    config::{
        AnswerSource, CaCertificate, Config, FeedUrls, FeedsFolder, Graph, Percent, Settings,
    },
    console::print,
    defender::{
        HttpSettings,
        auth::{CredentialKind, SignIn},
    },
    domain::{exit_code::ExitCode, text::counted},
    feeds::fetch::Fetch,
    inventory::{self, Inventory},
    notify::Notifier,
    progress::ProgressMode,
    quota::{Pace, RateLimits},
    run::{
        Finished, RunError, RunInput,
        inputs::{criteria::Criteria, feeds::read_feeds, files::check_conflicts},
        interrupt,
        list::{ListInput, list_of_run},
        run,
    },
    simulator::{self, Fault, Faults, Simulator},
    store::StoreFile,
};

/// The demonstration's minute is two seconds long and its hour two minutes: a thirtieth of the real
/// quota's time, so that the user can see it wait for a window.
const LIMITS: &str = "100/2s,1500/120s";
const PACE: &str = "200/s";
/// The time to an answer.
const LATENCY: Duration = Duration::from_millis(40);

/// Months of feeds to fetch, which cover all that the tenant has.
const MONTHS_OF_FEEDS: u16 = 240;

/// The night before a month's updates are released.
const FIRST_NIGHT: u32 = 5;
/// A night on which a third of the machines get no answer, which the trend shows.
const PARTIAL_NIGHT: u32 = 8;
/// A night without a run, so that the trend has a gap.
const NIGHT_WITHOUT_RUN: u32 = 9;
/// The night that is shown, seven days after the first.
const TONIGHT: u32 = 12;
const A_DAY: Duration = Duration::from_hours(24);

/// The state of the demonstration.
struct Demonstration<'demo> {
    context: &'demo Context,
    tenant: simulator::Settings,
    config: Config,
    state: StoreFile,
    stops: Stops,
}

pub(super) async fn demo(
    context: &mut Context,
    mut command: Box<cli::Demo>,
) -> Result<ExitCode, AppError> {
    let tenant = command.tenant;
    if let Some(count) = command.take_tenants() {
        let demo = demo_tenants(context, tenant, Settings::from(*command), count);
        return Box::pin(demo).await;
    }
    let config = context.resolve_typed(Settings::from(*command))?;
    // Checked before the week is simulated.
    config.notify.read()?;
    check_conflicts(&config, &[])?;
    let folder = tempfile::tempdir().map_err(AppError::Temporary)?;
    let demonstration = Demonstration {
        context,
        tenant: simulator::Settings {
            seed: tenant.seed,
            machines: tenant.machines.get() as usize,
            ..simulator::Settings::default()
        },
        config,
        state: StoreFile::new(&folder.path().join("demo.sqlite")),
        stops: Stops::default(),
    };
    interrupt::watch(demonstration.stops.clone());
    demonstration.run_all(folder.path()).await
}

impl Demonstration<'_> {
    /// Simulates the week, and then runs tonight.
    async fn run_all(mut self, folder: &Path) -> Result<ExitCode, AppError> {
        let mut simulator = Simulator::start(self.tenant_on(FIRST_NIGHT), Timestamp::now()).await?;
        if !self.config.console.quiet {
            print(&introduction(&simulator))?;
        }
        for night in FIRST_NIGHT..TONIGHT {
            if night != NIGHT_WITHOUT_RUN {
                simulator = simulator
                    .replace(self.tenant_on(night), Timestamp::now())
                    .await?;
                self.run_earlier(&simulator, folder).await?;
            }
            self.state.open()?.shift_back(A_DAY)?;
        }
        let limits: RateLimits = LIMITS.parse()?;
        let tonight = simulator::Settings {
            limits: limits.clone(),
            latency: LATENCY,
            faults: Faults::occasional(),
            ..self.tenant_on(TONIGHT)
        };
        let simulator = simulator.replace(tonight, Timestamp::now()).await?;
        self.config.limits = limits;
        self.config.pace = PACE.parse::<Pace>()?;
        let finished = self.run(&self.config, &simulator).await?;
        if let Some(notifier) = Notifier::new(&self.config)? {
            let notification = notification(&self.config, &finished);
            notifier.notify(&notification, &self.stops.gentle).await;
        }
        Ok(finished.ended?)
    }

    /// The tenant on a given night, without a quota.
    fn tenant_on(&self, nights: u32) -> simulator::Settings {
        let mut tenant = simulator::Settings {
            nights,
            limits: RateLimits::default(),
            ..self.tenant.clone()
        };
        if nights == PARTIAL_NIGHT {
            let fleet = simulator::Fleet::after(nights, tenant.seed, tenant.machines);
            let failing = fleet.machines().iter().step_by(3);
            tenant.faults.forever = failing.map(|it| (it.id, Fault::BadRequest)).collect();
        }
        tenant
    }

    /// Simulates an earlier night, without delays or output. Its reports are not needed.
    async fn run_earlier(&self, simulator: &Simulator, folder: &Path) -> Result<(), AppError> {
        let mut config = self.config.clone();
        config.limits = RateLimits::default();
        config.pace = "none".parse::<Pace>()?;
        // Answers can only be kept tonight if the software at the time of the answer is known.
        let keeps = config.source.answers.changes;
        config.source.answers = AnswerSource {
            bulk: config.source.answers.bulk,
            ..AnswerSource::CALLS
        };
        config.census = keeps;
        config.cross_check = None;
        config.reports.software = keeps;
        config.progress = ProgressMode::Off;
        config.console.quiet = true;
        config.reports.out = folder.join("earlier");
        config.reports.formats = Vec::new();
        config.reports.targets = 0;
        config.reports.min_coverage = Percent::NONE;
        let run = self.run(&config, simulator);
        match run.with_subscriber(NoSubscriber::default()).await?.ended? {
            ExitCode::Complete => Ok(()),
            _ => Err(RunError::Interrupted.into()),
        }
    }

    async fn run(&self, config: &Config, simulator: &Simulator) -> Result<Finished, AppError> {
        let mut config = config.clone();
        point_at(&mut config, simulator);
        self.fetch_feeds(&mut config, simulator).await?;
        let inventory = self.inventory(&config, simulator).await?;
        let criteria = Criteria {
            feeds: read_feeds(&config, Timestamp::now())?,
            ..Criteria::default()
        };
        let input = RunInput {
            config: &config,
            inputs: &[],
            state: &self.state,
            inventory: &inventory,
            criteria: &criteria,
            started: &self.context.surroundings.started,
            bar: &self.context.bar,
            stops: &self.stops,
        };
        Ok(run(input).await)
    }

    /// Fetches the simulated feeds of CVEs, if the KBs are ranked by risk.
    async fn fetch_feeds(
        &self,
        config: &mut Config,
        simulator: &Simulator,
    ) -> Result<(), AppError> {
        if config.reports.rank_by != Some(RankBy::Risk) {
            return Ok(());
        }
        let folder = self.state.path().with_file_name("feeds");
        let urls = FeedUrls {
            kev: simulator.kev_url(),
            epss: simulator.epss_url(),
            msrc: simulator.msrc_url(),
        };
        let fetch = Fetch {
            urls: &urls,
            months: MONTHS_OF_FEEDS,
            folder: &folder,
            http: &HttpSettings::new(None, config.service.timeout, 1)?,
            retries: config.service.retries,
            now: Timestamp::now(),
        };
        fetch.run(&mut drop).await?;
        config.feeds = Some(FeedsFolder {
            path: folder,
            is_named: true,
        });
        Ok(())
    }

    /// The list of machines: a file, or the tenant's own.
    async fn inventory(
        &self,
        config: &Config,
        simulator: &Simulator,
    ) -> Result<Inventory, AppError> {
        if config.machines.is_none() {
            let csv = simulator.inventory_csv();
            return Ok(inventory::read_from(
                csv.as_bytes(),
                "demo-machines.csv",
                None,
            )?);
        }
        let list = ListInput {
            config,
            state: &self.state,
            now: Timestamp::now(),
            stops: &self.stops,
        };
        Ok(Box::pin(list_of_run(list)).await?)
    }
}

fn introduction(simulator: &Simulator) -> String {
    let machines = simulator.fleet().machines().len() as u64;
    let machines = counted(machines, "machine", "machines");
    format!(
        "Simulated tenant of {machines}, with the faults of a real one.\n\
         The week before is simulated first, without waiting.\n\
         Tonight's quota is {LIMITS}: the default one, thirty times as fast.\n\n"
    )
}

/// Configures the run for the simulated tenant.
fn point_at(config: &mut Config, simulator: &Simulator) {
    config.service.api_url = simulator.api_url().clone();
    config.service.ca_cert = Some(CaCertificate {
        path: "simulated-root.pem".into(),
        pem: simulator.root_certificate_pem().as_bytes().to_vec(),
    });
    config.sign_in = SignIn {
        kind: CredentialKind::Secret,
        authority_url: simulator.authority_url().clone(),
        scope: simulator.scope().to_owned(),
        tenant_id: Some(simulator.tenant_id().to_owned()),
        client_id: Some(simulator.client_id().to_owned()),
        secret: Some(SecretString::from(simulator.client_secret())),
        certificate: None,
        certificate_password: None,
        federated_token_file: None,
        access_token: None,
        managed_identity_offered: false,
        azure_cli_offered: false,
    };
    config.graph = Graph {
        url: simulator.api_url().clone(),
        sign_in: SignIn {
            scope: simulator.graph_scope().to_owned(),
            ..config.sign_in.clone()
        },
    };
}
