//! `patchgap demo --tenants`: a run over several simulated tenants, one of which has not consented. An
//! earlier night is simulated first, so that there is something to compare with.

use std::{path::Path, time::Duration};

use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};

use crate::{
    app::{
        AppError,
        context::Context,
        report::notification_of_all,
        simulated_tenants::{SimulatedTenants, TENANTS, unwritten},
    },
    cli::Tenant,
    collect::per_machine::Stops,
    config::{ConfigError, Environment, Settings, read_tenants, resolve},
    console::print,
    domain::{exit_code::ExitCode, text::counted},
    notify::Notifier,
    quota::RateLimits,
    report::output::write_files,
    run::{RunError, interrupt},
    simulator,
    store::Store,
    tenants::{AllEnded, TenantJob, TenantsInput, run_all},
};

/// The name of the configuration file. It is empty, and keeps the user's own from being read.
const CONFIG: &str = "patchgap.toml";
const STATE: &str = "demo.sqlite";
/// The earlier night and tonight.
const NIGHTS: [u32; 2] = [5, 12];
const A_WEEK: Duration = Duration::from_hours(7 * 24);

/// Demonstrates this number of tenants.
pub(super) async fn demo_tenants(
    context: &mut Context,
    tenant: Tenant,
    typed: Settings,
    count: u32,
) -> Result<ExitCode, AppError> {
    let config = context.resolve_typed(typed.clone())?;
    let notifier = Notifier::new(&config)?;
    let folder = tempfile::tempdir().map_err(AppError::Temporary)?;
    let place = folder.path();
    let [earlier, tonight] = NIGHTS.map(|nights| simulator::Settings {
        seed: tenant.seed,
        machines: tenant.machines.get() as usize,
        nights,
        limits: RateLimits::default(),
        ..simulator::Settings::default()
    });
    write_files(place, &[(CONFIG, "")]).map_err(unwritten)?;
    let stops = Stops::default();
    interrupt::watch(stops.clone());
    if !config.console.quiet {
        print(&introduction(count, tenant))?;
    }
    let tenants = SimulatedTenants::start(&earlier, count).await?;
    let typed = at(place, typed);
    let quiet = Settings {
        quiet: Some(true),
        out: place.join("earlier").to_string_lossy().parse().ok(),
        ..typed.clone()
    };
    tenants.write(place).map_err(unwritten)?;
    let before = async { report(context, &quiet, &stops) };
    before.with_subscriber(NoSubscriber::default()).await??;
    Store::open(&place.join(STATE))?.shift_back(A_WEEK)?;
    let tenants = tenants.replace(&tonight).await?;
    tenants.write(place).map_err(unwritten)?;
    let ended = report(context, &typed, &stops)?;
    if let Some(notifier) = notifier {
        let notification = notification_of_all(count as usize, &ended);
        notifier.notify(&notification, &stops.gentle).await;
    }
    Ok(ended?.ended()?)
}

/// The typed settings, with the paths of the demonstration.
fn at(place: &Path, typed: Settings) -> Settings {
    Settings {
        config: Some(place.join(CONFIG)),
        tenants: Some(place.join(TENANTS)),
        state: Some(place.join(STATE)),
        rate_limit: "none".parse().ok(),
        pace: "none".parse().ok(),
        ..typed
    }
}

/// Reports all tenants, without the user's configuration.
fn report(
    context: &Context,
    typed: &Settings,
    stops: &Stops,
) -> Result<Result<AllEnded, RunError>, AppError> {
    let environment = Environment::default();
    let surroundings = &context.surroundings;
    let (folder, started) = (&surroundings.working_directory, &surroundings.started);
    let tenants = read_tenants(typed, &environment, folder, started)?;
    let tenants = tenants.ok_or_else(|| ConfigError::TenantWithoutFile(TENANTS.to_owned()))?;
    let common = resolve(typed.clone(), None, &environment, folder, started)?.config;
    let jobs = tenants.list.iter().map(|tenant| {
        let resolved = resolve(typed.clone(), Some(tenant), &environment, folder, started);
        TenantJob::new(tenant, resolved)
    });
    let input = TenantsInput {
        tenants: &tenants,
        jobs: jobs.collect(),
        common: &common,
        list: None,
        started,
        bar: &context.bar,
        stops,
    };
    Ok(run_all(&input))
}

fn introduction(count: u32, tenant: Tenant) -> String {
    let tenants = counted(u64::from(count), "simulated tenant", "simulated tenants");
    let machines = counted(u64::from(tenant.machines.get()), "machine", "machines");
    let last = if count > 1 {
        " The last one has not consented to the app."
    } else {
        ""
    };
    format!(
        "{tenants} of {machines} each, side by side.{last}\n\
         A night a week ago is simulated first.\n\n"
    )
}
