//! `patchgap demo`: a run against a simulated tenant, through the same code and real HTTP. A week
//! of nights is simulated first, without delays, so that there is something to compare with. A
//! month's updates are released on the second of them, so that time to patch has a curve.
//!
//! - `nights`: what differs from night to night
//! - `connection`: points a run at the simulated tenant
//! - `tenants`: the same with several tenants

mod connection;
mod nights;
mod tenants;

use std::{path::Path, time::Duration};

use jiff::Timestamp;
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};

use self::{
    connection::{fetch_feeds, point_at},
    nights::{FIRST_NIGHT, NIGHT_WITHOUT_RUN, TONIGHT, of_earlier_night, tenant_on},
    tenants::demo_tenants,
};
use super::{AppError, context::Context, report::notification};
use crate::{
    aggregate::RankBy,
    cli,
    collect::per_machine::Stops,
    config::{Config, Settings},
    console::print,
    domain::{exit_code::ExitCode, text::counted},
    inventory::{self, Inventory},
    notify::Notifier,
    quota::{Pace, RateLimits},
    run::{
        Finished, RunError, RunInput,
        inputs::{criteria::Criteria, feeds::read_feeds, files::check_conflicts},
        interrupt,
        list::{ListInput, list_of_run},
        run,
    },
    simulator::{self, Faults, Simulator},
    store::StoreFile,
};

/// The demonstration's minute is two seconds long and its hour two minutes: a thirtieth of the real
/// quota's time, so that the user can see it wait for a window.
const LIMITS: &str = "100/2s,1500/120s";
const PACE: &str = "200/s";
/// The time to an answer.
const LATENCY: Duration = Duration::from_millis(40);

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
        let mut simulator =
            Simulator::start(tenant_on(FIRST_NIGHT, &self.tenant), Timestamp::now()).await?;
        if !self.config.console.quiet {
            print(&introduction(&simulator))?;
        }
        for night in FIRST_NIGHT..TONIGHT {
            if night != NIGHT_WITHOUT_RUN {
                simulator = simulator
                    .replace(tenant_on(night, &self.tenant), Timestamp::now())
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
            ..tenant_on(TONIGHT, &self.tenant)
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

    /// Simulates an earlier night, without delays or output.
    async fn run_earlier(&self, simulator: &Simulator, folder: &Path) -> Result<(), AppError> {
        let config = of_earlier_night(&self.config, folder);
        let run = self.run(&config, simulator);
        match run.with_subscriber(NoSubscriber::default()).await?.ended? {
            ExitCode::Complete => Ok(()),
            _ => Err(RunError::Interrupted.into()),
        }
    }

    async fn run(&self, config: &Config, simulator: &Simulator) -> Result<Finished, AppError> {
        let mut config = config.clone();
        point_at(&mut config, simulator);
        if config.reports.rank_by == Some(RankBy::Risk) {
            let folder = self.state.path().with_file_name("feeds");
            fetch_feeds(&mut config, simulator, folder).await?;
        }
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
