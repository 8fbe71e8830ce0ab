//! Every option, defined once: its flag, its key in the file and its variable are derived from
//! here.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, Command};
use serde::Deserialize;

use super::value::{
    AnswerSource, AuthorityUrl, ChangesFrom, ColorMode, DeadlineSetting, EntraName, FailOn,
    FeedUrl, Formats, LakePlace, LogFormat, MachineSource, MailAddress, NotifyFormat, NotifyOn,
    OutFolder, Percent, PlaceUrl, ServiceUrl, Span, Text, Until, Whole, WithoutSecret, boolean,
    deadlines, from_text, list, path, switch, times, words,
};
use crate::{
    aggregate::RankBy,
    defender::{auth::CredentialKind, cloud::Cloud},
    domain::cross_check::SecondSource,
    progress::ProgressMode,
    quota::{Pace, RateLimits},
};

/// The maximum number of requests in flight.
pub type Concurrency = Whole<1, 1000>;

/// How often the request for one machine may be retried.
pub type Retries = Whole<0, 1000>;

/// The number of updates with a file of targets.
pub type Targets = Whole<0, 100_000>;

/// The number of concurrent tenants.
pub type Parallel = Whole<1, 1000>;

/// The number of a stored run.
pub type RunNumber = Whole<1, { u32::MAX }>;

/// A duration of up to 366 days.
pub type Days = Span<{ 366 * 24 }>;

/// The number of times `-v` is given.
pub(super) type Verbosity = Whole<0, 255>;

/// Options for the file and the environment only, which are not flags of `patchgap report`.
pub(super) const FILE_KEYS: [&str; 8] = [
    "client_secret_file",
    "client_certificate_path",
    "machines",
    "kev_url",
    "epss_url",
    "msrc_url",
    "notify_url_file",
    "smtp_url_file",
];

/// Options that are only flags: the file, the tenant, and one-time actions.
const FLAGS_ONLY: [&str; 3] = ["config", "forget_limits", "tenant"];

/// One layer: the command line, the environment, the file or the defaults. Unset options are left
/// to the layer below.
#[derive(Debug, Clone, Default, PartialEq, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Configuration file [default: patchgap.toml here, else in the config folder]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Column with the machine ids [default: detected]
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    #[serde(deserialize_with = "from_text")]
    pub column: Option<Text>,

    /// Platforms, by the beginning of the name [default: Windows]
    ///
    /// Comma-separated, in any case. For --all-machines, --check-list and `patchgap machines`.
    #[arg(long, value_name = "LIST", help_heading = "Machines of the service")]
    #[arg(value_delimiter = ',')]
    #[serde(deserialize_with = "list")]
    pub os: Option<Vec<Text>>,

    /// Only machines of these device groups [default: all]
    ///
    /// Comma-separated, in any case. For --all-machines, --check-list and `patchgap machines`.
    #[arg(long, value_name = "LIST", help_heading = "Machines of the service")]
    #[arg(value_delimiter = ',')]
    #[serde(deserialize_with = "list")]
    pub group: Option<Vec<Text>>,

    /// Only machines with one of these tags [default: all]
    ///
    /// Comma-separated, in any case. For --all-machines, --check-list and `patchgap machines`.
    #[arg(long, value_name = "LIST", help_heading = "Machines of the service")]
    #[arg(value_delimiter = ',')]
    #[serde(deserialize_with = "list")]
    pub tag: Option<Vec<Text>>,

    /// Only machines last seen within this time [default: 30d]
    ///
    /// For --all-machines, --check-list and `patchgap machines`.
    #[arg(
        long,
        value_name = "DURATION",
        help_heading = "Machines of the service"
    )]
    #[serde(deserialize_with = "from_text")]
    pub seen_within: Option<Days>,

    /// OData filter for the service, e.g. "rbacGroupId eq 140"
    ///
    /// Machines that it leaves out have no row. For --all-machines, --check-list and `patchgap machines`.
    #[arg(long, value_name = "ODATA", help_heading = "Machines of the service")]
    #[serde(deserialize_with = "from_text")]
    pub filter: Option<Text>,

    /// File with machines that are never queried (CSV, or one id per line)
    ///
    /// For --all-machines, --check-list and `patchgap machines`.
    #[arg(long, value_name = "FILE", help_heading = "Machines of the service")]
    #[serde(deserialize_with = "path")]
    pub exclude: Option<PathBuf>,

    /// Compare the list with the machines that the service lists [default: false]
    ///
    /// Machines that the list lacks go to unlisted.csv.
    #[arg(long, value_name = "BOOL", help_heading = "Machines of the service")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub check_list: Option<bool>,

    /// The list of machines: a file, or `service`. Never a flag: the list is an argument, and
    /// --all-machines stands for the service.
    #[arg(skip)]
    #[serde(deserialize_with = "from_text")]
    pub machines: Option<MachineSource>,

    /// File of tenants: a run for each, and an overview of all
    ///
    /// TOML with a table for each tenant: `[[tenant]]`, with `name`, `tenant_id`, and any option for this tenant
    /// alone. Each has a folder of its name below --out.
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    #[arg(conflicts_with = "tenant_id")]
    #[serde(deserialize_with = "path")]
    pub tenants: Option<PathBuf>,

    /// Tenants at once [default: 4]
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub parallel: Option<Parallel>,

    /// Only this tenant of the file, by its name
    ///
    /// As without the file, but with the options of its table.
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    #[serde(skip)]
    pub tenant: Option<Text>,

    /// Entra tenant, by id or domain [default: `AZURE_TENANT_ID`]
    #[arg(long, value_name = "ID", help_heading = "Sign-in")]
    #[serde(deserialize_with = "from_text")]
    pub tenant_id: Option<EntraName>,

    /// Client id of the app registration [default: `AZURE_CLIENT_ID`]
    #[arg(long, value_name = "ID", help_heading = "Sign-in")]
    #[serde(deserialize_with = "from_text")]
    pub client_id: Option<EntraName>,

    /// File whose content is the client secret. Never a flag: see the file of defaults.
    #[arg(skip)]
    #[serde(deserialize_with = "path")]
    pub client_secret_file: Option<PathBuf>,

    /// File with certificate and private key. Never a flag either.
    #[arg(skip)]
    #[serde(deserialize_with = "path")]
    pub client_certificate_path: Option<PathBuf>,

    /// How to sign in [default: auto]
    #[arg(long, value_name = "KIND", help_heading = "Sign-in")]
    #[arg(value_parser = words::<CredentialKind>(CredentialKind::WORDS))]
    #[serde(deserialize_with = "from_text")]
    pub credential: Option<CredentialKind>,

    /// Cloud or region of the tenant [default: public]
    ///
    /// Sets the addresses below.
    #[arg(long, value_name = "NAME", help_heading = "Service")]
    #[arg(value_parser = words::<Cloud>(Cloud::WORDS))]
    #[serde(deserialize_with = "from_text")]
    pub cloud: Option<Cloud>,

    /// Base URL of the API [default: from the cloud]
    ///
    /// Plain http is only allowed for loopback addresses.
    #[arg(long, value_name = "URL", help_heading = "Service")]
    #[serde(deserialize_with = "from_text")]
    pub api_url: Option<ServiceUrl>,

    /// Base URL of the sign-in, https [default: from the cloud]
    #[arg(long, value_name = "URL", help_heading = "Service")]
    #[serde(deserialize_with = "from_text")]
    pub authority_url: Option<AuthorityUrl>,

    /// Scope of the access token [default: from the cloud]
    #[arg(long, value_name = "SCOPE", help_heading = "Service")]
    #[serde(deserialize_with = "from_text")]
    pub scope: Option<Text>,

    /// Base URL of Microsoft Graph, for hunting [default: from the cloud]
    ///
    /// Plain http is only allowed for loopback addresses.
    #[arg(long, value_name = "URL", help_heading = "Service")]
    #[serde(deserialize_with = "from_text")]
    pub graph_url: Option<ServiceUrl>,

    /// Scope of the access token for Graph [default: from the cloud]
    #[arg(long, value_name = "SCOPE", help_heading = "Service")]
    #[serde(deserialize_with = "from_text")]
    pub graph_scope: Option<Text>,

    /// Extra root certificate (PEM), trusted for API and sign-in
    #[arg(long, value_name = "FILE", help_heading = "Service")]
    #[serde(deserialize_with = "path")]
    pub ca_cert: Option<PathBuf>,

    /// Calls per window, or none [default: 100/min,1500/h]
    ///
    /// Each window is exact and sliding: no period of that length contains more calls.
    #[arg(long, value_name = "LIST", help_heading = "Quota")]
    #[serde(deserialize_with = "from_text")]
    pub rate_limit: Option<RateLimits>,

    /// Maximum steady request rate; none disables pacing [default: 10/s]
    #[arg(long, value_name = "N/s", help_heading = "Quota")]
    #[serde(deserialize_with = "from_text")]
    pub pace: Option<Pace>,

    /// Requests in flight at once [default: 8]
    #[arg(long, value_name = "N", help_heading = "Quota")]
    pub concurrency: Option<Concurrency>,

    /// Time limit of one attempt [default: 30s]
    #[arg(long, value_name = "DURATION", help_heading = "Quota")]
    #[serde(deserialize_with = "from_text")]
    pub timeout: Option<Span>,

    /// Retries after the first attempt [default: 5]
    #[arg(long, value_name = "N", help_heading = "Quota")]
    pub retries: Option<Retries>,

    /// Stop after this time, e.g. 2h, and report what is known
    ///
    /// Machines that were never queried come first, then those with the oldest answers. The others keep
    /// their last answer.
    #[arg(long, value_name = "DURATION", help_heading = "Time")]
    #[serde(deserialize_with = "from_text")]
    pub budget: Option<Days>,

    /// Stop at this time, e.g. 06:00 or 2026-11-24T06:00
    #[arg(long, value_name = "TIME", help_heading = "Time")]
    #[serde(deserialize_with = "from_text")]
    pub until: Option<Until>,

    /// File of the store [default: in the platform's state folder]
    #[arg(long, value_name = "FILE", help_heading = "Store")]
    #[serde(deserialize_with = "path")]
    pub state: Option<PathBuf>,

    /// Ignore stored answers and query every machine [default: false]
    #[arg(
        long,
        value_name = "BOOL",
        help_heading = "Store",
        conflicts_with = "max_age"
    )]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub fresh: Option<bool>,

    /// Reuse stored answers up to this age, e.g. 20h or 7d
    ///
    /// Default: only the answers of a run that ended early within the last 12h, which is resumed.
    #[arg(long, value_name = "DURATION", help_heading = "Store")]
    #[serde(deserialize_with = "from_text")]
    pub max_age: Option<Days>,

    /// Forget the limits that refusals have shown, and try the configured ones again
    ///
    /// They are forgotten by themselves after a week.
    #[arg(
        long,
        value_name = "BOOL",
        help_heading = "Quota",
        conflicts_with = "offline"
    )]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(skip)]
    pub forget_limits: Option<bool>,

    /// Number of runs to keep per tenant [default: 90]
    #[arg(long, value_name = "N", help_heading = "Store")]
    pub keep_runs: Option<Whole<1, 100_000>>,

    /// Write the reports again from stored answers [default: false]
    ///
    /// No requests are sent. Without a list, the reports of the last run; with one, what is known about its
    /// machines.
    #[arg(long, value_name = "BOOL", help_heading = "Store")]
    #[arg(conflicts_with_all = ["fresh", "budget", "until"])]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub offline: Option<bool>,

    /// With --offline, the number of the run to report [default: the last]
    ///
    /// `patchgap runs` lists the numbers.
    #[arg(long, value_name = "RUN", help_heading = "Store")]
    pub run: Option<RunNumber>,

    /// Folder; may contain {date}, {time}, {tenant} [default: reports]
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    #[serde(deserialize_with = "from_text")]
    pub out: Option<OutFolder>,

    /// Formats; also parquet and ocsf [default: csv,json,html,xlsx]
    #[arg(long, value_name = "LIST", help_heading = "Reports")]
    #[serde(deserialize_with = "from_text")]
    pub format: Option<Formats>,

    /// Name in the headlines of the reports [default: tenant and its id]
    #[arg(long, value_name = "TEXT", help_heading = "Reports")]
    #[serde(deserialize_with = "from_text")]
    pub title: Option<Text>,

    /// List the machines that miss each of the first N updates [default: 0]
    ///
    /// Writes targets/KB5059339.csv and so on, for tools that install updates.
    #[arg(long, value_name = "N", help_heading = "Reports")]
    pub targets: Option<Targets>,

    /// Write a folder of reports for each value of this column
    ///
    /// The column is one of the list's, such as group. Each folder below --out has all reports of its
    /// machines alone.
    #[arg(long, value_name = "COLUMN", help_heading = "Reports")]
    #[serde(deserialize_with = "from_text")]
    pub split_by: Option<Text>,

    /// Order of the KBs everywhere: cve, exposure, machines, risk
    #[arg(long, value_name = "ORDER", help_heading = "Reports")]
    #[arg(value_parser = words::<RankBy>(RankBy::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub rank_by: Option<RankBy>,

    /// Folder with feeds of CVEs: KEV, EPSS, MSRC [default: in the data folder]
    ///
    /// Files as they are published: `known_exploited_vulnerabilities.json` or `.csv`,
    /// `epss_scores-current.csv` or `.csv.gz`, and months of MSRC such as `2026-Nov.json`. They say which
    /// CVEs are exploited, likely and severe. By default `patchgap/feeds` in the platform's data folder,
    /// if it exists.
    #[arg(long, value_name = "DIR", help_heading = "Reports")]
    #[serde(deserialize_with = "path")]
    pub feeds: Option<PathBuf>,

    /// Address of CISA's catalogue. A flag of `patchgap feeds` alone, like the next two.
    #[arg(skip)]
    #[serde(deserialize_with = "from_text")]
    pub kev_url: Option<FeedUrl>,

    /// Address of the EPSS scores.
    #[arg(skip)]
    #[serde(deserialize_with = "from_text")]
    pub epss_url: Option<FeedUrl>,

    /// Base address of MSRC's months.
    #[arg(skip)]
    #[serde(deserialize_with = "from_text")]
    pub msrc_url: Option<FeedUrl>,

    /// File with accepted risks (CSV: kbId,machineId,group,tag,until,by,reason)
    ///
    /// An empty cell stands for any. Such gaps stay in every figure, but are marked and counted separately,
    /// and count as open again when their date has passed.
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    #[serde(deserialize_with = "path")]
    pub exceptions: Option<PathBuf>,

    /// Days that gaps may stay open, e.g. default, critical=30 [default: off]
    ///
    /// `default`: 14 days for gaps that are known to be exploited, 30 for other critical ones, 90 for all
    /// others; or any of `known_exploited=14,critical=30,other=90`. Gaps that are open for longer are
    /// marked as overdue.
    #[arg(long, value_name = "LIST", help_heading = "Reports")]
    #[serde(deserialize_with = "deadlines")]
    pub deadlines: Option<DeadlineSetting>,

    /// Exit with 5 if such a gap is open: off, known-exploited [default: off]
    ///
    /// A gap counts that is known to be exploited, and whose risk is not accepted. Takes a feed.
    #[arg(long, value_name = "WHAT", help_heading = "Reports")]
    #[arg(value_parser = words::<FailOn>(FailOn::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub fail_on: Option<FailOn>,

    /// Answered machines that count as complete, in % [default: 100]
    #[arg(long, value_name = "PERCENT", help_heading = "Reports")]
    pub min_coverage: Option<Percent>,

    /// Source: calls, changes, cohorts, export, hunting [default: calls]
    ///
    /// `calls`: one call for each machine. `changes`: only for those whose software has changed since their
    /// last answer, or for which there is a new KB; the others keep it. `cohorts`: two of each group of machines with the same Microsoft software in
    /// the same versions; the others' answers are inferred. `changes,cohorts` combines both; a sample
    /// measures how often that is wrong. `export`: the service's export of software vulnerabilities, for all
    /// machines at once, up to six hours old; takes the permission Vulnerability.Read.All. `hunting`: the same
    /// from hunting queries through Microsoft Graph; takes ThreatHunting.Read.All.
    #[arg(long, value_name = "LIST", help_heading = "Fewer calls")]
    #[serde(deserialize_with = "from_text")]
    pub source: Option<AnswerSource>,

    /// Share of the others to query all the same, in % [default: 7 or 2]
    ///
    /// 7 with changes, the oldest answers first; 2 with cohorts, a random sample. At least 200 machines.
    #[arg(long, value_name = "PERCENT", help_heading = "Fewer calls")]
    pub recheck: Option<Percent>,

    /// Query all if the sample has more wrong answers, in % [default: 1]
    ///
    /// The lower 95 % bound of that share counts.
    #[arg(long, value_name = "PERCENT", help_heading = "Fewer calls")]
    pub max_missed: Option<Percent>,

    /// What says which machines can have changed: auto, software, delta [default: auto]
    ///
    /// `software`: the software inventory. `delta`: the service's own changes of software vulnerabilities;
    /// takes the permission Vulnerability.Read.All. `auto`: both, where the roles allow.
    #[arg(long, value_name = "WHAT", help_heading = "Fewer calls")]
    #[arg(value_parser = words::<ChangesFrom>(ChangesFrom::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub changes_from: Option<ChangesFrom>,

    /// Compare with the service's own count [default: as needed]
    ///
    /// The service counts how many machines miss each KB in each product.
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub census: Option<bool>,

    /// Compare with a second source: off, export, hunting [default: off]
    ///
    /// After the calls, the service's export of software vulnerabilities or hunting queries are read, too,
    /// and compared with the answers, for each machine and KB. It takes the permission of that source.
    #[arg(long, value_name = "KIND", help_heading = "Reports")]
    #[arg(value_parser = words::<SecondSource>(SecondSource::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub cross_check: Option<SecondSource>,

    /// Ask for the software inventory: builds, end of support [default: as needed]
    ///
    /// It says which Windows each machine has, in full, and until when that gets updates. It takes the
    /// same permission as the main calls, and a handful of calls of its own.
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub software: Option<bool>,

    /// Count replaced KBs as resolved and new [default: false]
    ///
    /// Otherwise, a KB for which a newer one is now missing instead counts as replaced.
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub no_replaced: Option<bool>,

    /// Do not put a ' before text that a spreadsheet could run [default: false]
    #[arg(long, value_name = "BOOL", help_heading = "Reports")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub no_csv_guard: Option<bool>,

    /// Show the plan (machines, calls, time) without any request [default: false]
    #[arg(long, value_name = "BOOL", help_heading = "Output")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub dry_run: Option<bool>,

    /// When to send a notification: always, change, trouble [default: always]
    ///
    /// To a webhook (`PATCHGAP_NOTIFY_URL`), by mail (`PATCHGAP_SMTP_URL`), or both; without
    /// either, no notification is sent. `change`: if gaps are new, have returned, or are newly
    /// known to be exploited. `trouble`: if the exit code is not 0. `change,trouble`: in either
    /// case.
    #[arg(long, value_name = "WHEN", help_heading = "Notification")]
    #[serde(deserialize_with = "from_text")]
    pub notify_on: Option<NotifyOn>,

    /// What the webhook takes: json, teams, slack [default: json]
    #[arg(long, value_name = "FORMAT", help_heading = "Notification")]
    #[arg(value_parser = words::<NotifyFormat>(NotifyFormat::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub notify_format: Option<NotifyFormat>,

    /// File whose content is the webhook's address. Never a flag: the address is a secret.
    #[arg(skip)]
    #[serde(deserialize_with = "path")]
    pub notify_url_file: Option<PathBuf>,

    /// File whose content is the mail server's address, with the password. Never a flag either.
    #[arg(skip)]
    #[serde(deserialize_with = "path")]
    pub smtp_url_file: Option<PathBuf>,

    /// Who gets the notification by mail
    ///
    /// Comma-separated. The mail server is in `PATCHGAP_SMTP_URL`: `smtps://user:password@host`, or `smtp://` for
    /// STARTTLS.
    #[arg(long, value_name = "LIST", help_heading = "Notification")]
    #[arg(value_delimiter = ',')]
    #[serde(deserialize_with = "list")]
    pub mail_to: Option<Vec<MailAddress>>,

    /// Sender of the notification by mail
    #[arg(long, value_name = "ADDRESS", help_heading = "Notification")]
    #[serde(deserialize_with = "from_text")]
    pub mail_from: Option<MailAddress>,

    /// Metrics of the run for Prometheus, as a text file
    ///
    /// For the collectors of text files of `node_exporter` and `windows_exporter`: the name ends in .prom. It is replaced
    /// in one step at the end of each run; the last success survives runs that fail.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    #[serde(deserialize_with = "path")]
    pub metrics: Option<PathBuf>,

    /// URL that the reports are uploaded to: az, abfss, s3, gs, file
    ///
    /// `az://CONTAINER/PATH`, `abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH`, `s3://BUCKET/PATH`, `gs://BUCKET/PATH` or
    /// `file:///PATH`; {date}, {time} and {tenant} are filled in. `_SUCCESS` is uploaded last, and lists the files.
    #[arg(long, value_name = "URL", help_heading = "Output")]
    #[arg(value_parser = WithoutSecret::<PlaceUrl>::new())]
    #[serde(deserialize_with = "from_text")]
    pub upload: Option<PlaceUrl>,

    /// Folder or URL to which each run adds its tables, as Parquet
    ///
    /// Gaps, machines, KBs, failures and changes, in TABLE/tenant=ID/date=2026-11-23/: the same columns for every list and
    /// run, so that years and tenants read as one table. Nothing in it is ever replaced. --offline adds nothing. URLs are those
    /// of --upload, without placeholders.
    #[arg(long, value_name = "PLACE", help_heading = "Output")]
    #[arg(value_parser = WithoutSecret::<LakePlace>::new())]
    #[serde(deserialize_with = "from_text")]
    pub lake: Option<LakePlace>,

    /// Log to this file, too
    ///
    /// In the format of --log-format, and at least as much as with -v, even with --quiet. A file that would
    /// grow beyond 10 MB is renamed to .1 first, the previous .1 to .2, and so on up to .5.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    #[serde(deserialize_with = "path")]
    pub log_file: Option<PathBuf>,

    /// Show progress: auto, bar, log, off [default: auto]
    ///
    /// auto: a bar on a terminal, log lines elsewhere.
    #[arg(long, value_name = "MODE", help_heading = "Output")]
    #[arg(value_parser = words::<ProgressMode>(ProgressMode::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub progress: Option<ProgressMode>,

    /// Format of the log on standard error: text, json [default: text]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    #[arg(value_parser = words::<LogFormat>(LogFormat::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub log_format: Option<LogFormat>,

    /// Log more; repeat for even more [default: 0]
    #[arg(short, long, help_heading = "Output", action = ArgAction::Count)]
    #[serde(deserialize_with = "times")]
    pub verbose: Option<u8>,

    /// No summary, and no progress unless requested [default: false]
    #[arg(short, long, value_name = "BOOL", help_heading = "Output")]
    #[arg(value_parser = switch, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true")]
    #[serde(deserialize_with = "boolean")]
    pub quiet: Option<bool>,

    /// Colours: auto, always, never; `NO_COLOR` is respected [default: auto]
    #[arg(long, value_name = "WHEN", help_heading = "Output")]
    #[arg(value_parser = words::<ColorMode>(ColorMode::WORDS), hide_possible_values = true)]
    #[serde(deserialize_with = "from_text")]
    pub color: Option<ColorMode>,
}

/// Merges two layers: each field comes from the upper one if set there, else from the lower one. A
/// missing field is a compile error.
macro_rules! first_set {
    ($upper:ident, $lower:ident: $($field:ident,)+) => {
        Self { $($field: $upper.$field.or($lower.$field),)+ }
    };
}

impl Settings {
    /// Merges this layer on top of a lower one.
    #[must_use]
    pub fn or(self, lower: Self) -> Self {
        first_set! { self, lower:
            config, column, os, group, tag, seen_within, filter, exclude, check_list, machines,
            tenants, parallel, tenant, tenant_id, client_id, client_secret_file, client_certificate_path,
            credential, cloud, api_url, authority_url, scope, graph_url, graph_scope,
            ca_cert, rate_limit, pace,
            concurrency, timeout, retries, budget, until, state, forget_limits, fresh, max_age, keep_runs,
            offline, run, out, format, title, targets, split_by, rank_by, feeds, kev_url, epss_url,
            msrc_url, exceptions, deadlines, fail_on, min_coverage,
            source, recheck, max_missed, changes_from, census, cross_check, software, no_replaced,
            no_csv_guard,
            dry_run,
            notify_on, notify_format, notify_url_file, smtp_url_file, mail_to, mail_from,
            upload, lake, metrics, log_file, progress, log_format, verbose, quiet, color,
        }
    }

    /// The command line as a layer. The argument parser reports a count of 0 for a flag that is not
    /// given, which becomes `None`. A `--max-age` on the command line overrides `fresh` in any
    /// lower layer.
    pub(super) fn typed(self) -> Self {
        Self {
            verbose: self.verbose.filter(|&times| times > 0),
            fresh: self.fresh.or(self.max_age.map(|_| false)),
            ..self
        }
    }

    /// These settings for a command that requests no machines, where a deadline in the past is not
    /// an error.
    #[must_use]
    pub fn without_requests(self) -> Self {
        Self {
            offline: Some(true),
            ..self
        }
    }

    /// These settings with the paths of files that are read or kept resolved against `folder`. The
    /// folder of the reports is unchanged: it is relative to the working directory.
    pub(super) fn relative_to(self, folder: &Path) -> Self {
        let join = |path: PathBuf| folder.join(path);
        Self {
            client_secret_file: self.client_secret_file.map(join),
            client_certificate_path: self.client_certificate_path.map(join),
            ca_cert: self.ca_cert.map(join),
            state: self.state.map(join),
            tenants: self.tenants.map(join),
            exclude: self.exclude.map(join),
            feeds: self.feeds.map(join),
            exceptions: self.exceptions.map(join),
            lake: self.lake.map(|place| place.relative_to(folder)),
            notify_url_file: self.notify_url_file.map(join),
            smtp_url_file: self.smtp_url_file.map(join),
            metrics: self.metrics.map(join),
            log_file: self.log_file.map(join),
            machines: self.machines.map(|machines| machines.relative_to(folder)),
            ..self
        }
    }
}

/// Every key that is allowed in the file.
pub(super) fn keys() -> Vec<String> {
    Settings::augment_args(Command::new("keys"))
        .get_arguments()
        .map(|argument| argument.get_id().as_str())
        .filter(|key| !FLAGS_ONLY.contains(key))
        .chain(FILE_KEYS)
        .map(str::to_owned)
        .collect()
}
