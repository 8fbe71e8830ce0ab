//! Flag beats environment beats file beats default, for every option.

use super::*;
use crate::config::settings::keys;

/// One option, three values that each differ from the next lower one, and how to read the result.
struct Case {
    key: &'static str,
    flag: &'static str,
    variable: &'static str,
    file: &'static str,
    /// The result at each level: flag, variable, file, default.
    shown: [&'static str; 4],
    show: fn(&Config) -> String,
}

const CASES: &[Case] = &[
    Case {
        key: "column",
        flag: "--column=a",
        variable: "b",
        file: "'c'",
        shown: ["Some(\"a\")", "Some(\"b\")", "Some(\"c\")", "None"],
        show: |config| format!("{:?}", config.column),
    },
    Case {
        key: "os",
        flag: "--os=a,b",
        variable: "c",
        file: "['d', 'e']",
        shown: ["a|b", "c", "d|e", "Windows"],
        show: |config| config.filters.os.join("|"),
    },
    Case {
        key: "group",
        flag: "--group=a",
        variable: "b,c",
        file: "'d,e'",
        shown: ["a", "b|c", "d|e", ""],
        show: |config| config.filters.groups.join("|"),
    },
    Case {
        key: "tag",
        flag: "--tag=a",
        variable: "b,c",
        file: "'d'",
        shown: ["a", "b|c", "d", ""],
        show: |config| config.filters.tags.join("|"),
    },
    Case {
        key: "seen_within",
        flag: "--seen-within=1h",
        variable: "2h",
        file: "'3h'",
        shown: ["3600", "7200", "10800", "2592000"],
        show: |config| config.filters.seen_within.as_secs().to_string(),
    },
    Case {
        key: "filter",
        flag: "--filter=a eq 1",
        variable: "b eq 2",
        file: "'c eq 3'",
        shown: ["a eq 1", "b eq 2", "c eq 3", ""],
        show: |config| config.filters.odata.clone().unwrap_or_default(),
    },
    Case {
        key: "notify_on",
        flag: "--notify-on=change",
        variable: "trouble",
        file: "'trouble,change'",
        shown: ["change", "trouble", "change,trouble", "always"],
        show: |config| config.notify.when.to_string(),
    },
    Case {
        key: "notify_format",
        flag: "--notify-format=teams",
        variable: "slack",
        file: "'json'",
        shown: ["Some(Teams)", "Some(Slack)", "Some(Json)", "None"],
        show: |config| format!("{:?}", config.notify.format),
    },
    Case {
        key: "mail_to",
        flag: "--mail-to=a@a,b@b",
        variable: "c@c",
        file: "['d@d', 'e@e']",
        shown: ["a@a|b@b", "c@c", "d@d|e@e", ""],
        show: |config| {
            let to = config.notify.to.iter();
            to.map(ToString::to_string).collect::<Vec<_>>().join("|")
        },
    },
    Case {
        key: "mail_from",
        flag: "--mail-from=a@a",
        variable: "b@b",
        file: "'C <c@c>'",
        shown: ["a@a", "b@b", "c@c", ""],
        show: |config| {
            let from = config.notify.from.as_ref();
            from.map(ToString::to_string).unwrap_or_default()
        },
    },
    Case {
        key: "tenant_id",
        flag: "--tenant-id=a",
        variable: "b",
        file: "'c'",
        shown: ["Some(\"a\")", "Some(\"b\")", "Some(\"c\")", "None"],
        show: |config| format!("{:?}", config.sign_in.tenant_id),
    },
    Case {
        key: "client_id",
        flag: "--client-id=a",
        variable: "b",
        file: "'c'",
        shown: ["Some(\"a\")", "Some(\"b\")", "Some(\"c\")", "None"],
        show: |config| format!("{:?}", config.sign_in.client_id),
    },
    Case {
        key: "credential",
        flag: "--credential=token",
        variable: "azure-cli",
        file: "'secret'",
        shown: ["token", "azure-cli", "secret", "auto"],
        show: |config| config.sign_in.kind.to_string(),
    },
    Case {
        key: "cloud",
        flag: "--cloud=eu",
        variable: "uk",
        file: "'au'",
        shown: ["eu", "uk", "au", "api"],
        show: |config| {
            let host = config.service.api_url.host_str().unwrap();
            host.split('.').next().unwrap().to_owned()
        },
    },
    Case {
        key: "api_url",
        flag: "--api-url=http://127.0.0.1:1",
        variable: "https://b",
        file: "'https://c/d'",
        shown: [
            "http://127.0.0.1:1/",
            "https://b/",
            "https://c/d",
            "https://api.security.microsoft.com/",
        ],
        show: |config| config.service.api_url.to_string(),
    },
    Case {
        key: "authority_url",
        flag: "--authority-url=https://a",
        variable: "https://b",
        file: "'https://c'",
        shown: [
            "https://a/",
            "https://b/",
            "https://c/",
            "https://login.microsoftonline.com/",
        ],
        show: |config| config.sign_in.authority_url.to_string(),
    },
    Case {
        key: "graph_url",
        flag: "--graph-url=https://a",
        variable: "https://b",
        file: "'https://c'",
        shown: [
            "https://a/",
            "https://b/",
            "https://c/",
            "https://graph.microsoft.com/",
        ],
        show: |config| config.graph.url.to_string(),
    },
    Case {
        key: "graph_scope",
        flag: "--graph-scope=a",
        variable: "b",
        file: "'c'",
        shown: ["a", "b", "c", "https://graph.microsoft.com/.default"],
        show: |config| config.graph.sign_in.scope.clone(),
    },
    Case {
        key: "scope",
        flag: "--scope=a",
        variable: "b",
        file: "'c'",
        shown: [
            "a",
            "b",
            "c",
            "https://api.securitycenter.microsoft.com/.default",
        ],
        show: |config| config.sign_in.scope.clone(),
    },
    Case {
        key: "rate_limit",
        flag: "--rate-limit=none",
        variable: "2/s",
        file: "'3/min,4/h'",
        shown: ["none", "2/s", "3/min,4/h", "100/min,1500/h"],
        show: |config| config.limits.to_string(),
    },
    Case {
        key: "pace",
        flag: "--pace=1/s",
        variable: "none",
        file: "'3/s'",
        shown: ["1/s", "none", "3/s", "10/s"],
        show: |config| config.pace.to_string(),
    },
    Case {
        key: "concurrency",
        flag: "--concurrency=1",
        variable: "2",
        file: "3",
        shown: ["1", "2", "3", "8"],
        show: |config| config.service.concurrency.to_string(),
    },
    Case {
        key: "timeout",
        flag: "--timeout=1s",
        variable: "2m",
        file: "'500ms'",
        shown: ["1s", "120s", "500ms", "30s"],
        show: |config| format!("{:?}", config.service.timeout),
    },
    Case {
        key: "retries",
        flag: "--retries=0",
        variable: "2",
        file: "3",
        shown: ["0", "2", "3", "5"],
        show: |config| config.service.retries.to_string(),
    },
    Case {
        key: "budget",
        flag: "--budget=90m",
        variable: "2h",
        file: "'1d'",
        shown: [
            "Some(2026-11-23T14:35:42Z)",
            "Some(2026-11-23T15:05:42Z)",
            "Some(2026-11-24T13:05:42Z)",
            "None",
        ],
        show: |config| format!("{:?}", config.until),
    },
    Case {
        key: "until",
        flag: "--until=06:00",
        variable: "2026-11-25 06:00",
        file: "'2026-11-26T06:00+01:00'",
        shown: [
            "Some(2026-11-24T06:00:00Z)",
            "Some(2026-11-25T06:00:00Z)",
            "Some(2026-11-26T05:00:00Z)",
            "None",
        ],
        show: |config| format!("{:?}", config.until),
    },
    Case {
        key: "state",
        flag: "--state=a",
        variable: "b/c",
        file: "'d'",
        shown: ["work/a", "b/c", "work/d", "patchgap/patchgap.sqlite"],
        show: |config| {
            let path = config.store.path.as_deref().unwrap();
            let folder = path.parent().unwrap();
            let names = [folder, path].map(|path| path.file_name().unwrap().to_str().unwrap());
            names.join("/")
        },
    },
    Case {
        key: "fresh",
        flag: "--fresh",
        variable: "no",
        file: "true",
        shown: [
            "Nothing",
            "EndedEarly(43200s)",
            "Nothing",
            "EndedEarly(43200s)",
        ],
        show: |config| format!("{:?}", config.store.reuse),
    },
    Case {
        key: "max_age",
        flag: "--max-age=1m",
        variable: "2h",
        file: "'3d'",
        shown: [
            "Answers(60s)",
            "Answers(7200s)",
            "Answers(259200s)",
            "EndedEarly(43200s)",
        ],
        show: |config| format!("{:?}", config.store.reuse),
    },
    Case {
        key: "keep_runs",
        flag: "--keep-runs=1",
        variable: "2",
        file: "100000",
        shown: ["1", "2", "100000", "90"],
        show: |config| config.store.keep_runs.to_string(),
    },
    Case {
        key: "offline",
        flag: "--offline",
        variable: "no",
        file: "true",
        shown: ["true", "false", "true", "false"],
        show: |config| config.offline.to_string(),
    },
    Case {
        key: "run",
        flag: "--run=1",
        variable: "2",
        file: "3",
        shown: ["Some(1)", "Some(2)", "Some(3)", "None"],
        show: |config| format!("{:?}", config.run),
    },
    Case {
        key: "out",
        flag: "--out=a",
        variable: "b/{date}",
        file: "'c'",
        shown: ["a", "b/2026-11-23", "c", "reports"],
        show: |config| {
            let out = config.reports.out.display().to_string();
            let (_, out) = out.split_once("work").unwrap();
            out[1..].to_owned()
        },
    },
    Case {
        key: "format",
        flag: "--format=json",
        variable: "csv",
        file: "'json,json'",
        shown: ["[Json]", "[Csv]", "[Json]", "[Csv, Json, Html, Xlsx]"],
        show: |config| format!("{:?}", config.reports.formats),
    },
    #[cfg(feature = "upload")]
    Case {
        key: "upload",
        flag: "--upload=s3://bucket/{date}",
        variable: "gs://bucket/x",
        file: "'abfss://fs@acc.dfs.core.windows.net'",
        shown: [
            "s3://bucket/2026-11-23",
            "gs://bucket/x",
            "abfss://fs@acc.dfs.core.windows.net",
            "",
        ],
        show: |config| {
            let place = config.upload.as_ref();
            place.map(ToString::to_string).unwrap_or_default()
        },
    },
    Case {
        key: "title",
        flag: "--title=Contoso",
        variable: "Fabrikam",
        file: "'Northwind Ltd.'",
        shown: [
            "Some(\"Contoso\")",
            "Some(\"Fabrikam\")",
            "Some(\"Northwind Ltd.\")",
            "None",
        ],
        show: |config| format!("{:?}", config.reports.title),
    },
    Case {
        key: "targets",
        flag: "--targets=1",
        variable: "2",
        file: "3",
        shown: ["1", "2", "3", "0"],
        show: |config| config.reports.targets.to_string(),
    },
    Case {
        key: "split_by",
        flag: "--split-by=group",
        variable: "owner",
        file: "'site'",
        shown: [
            "Some(\"group\")",
            "Some(\"owner\")",
            "Some(\"site\")",
            "None",
        ],
        show: |config| format!("{:?}", config.reports.split_by),
    },
    Case {
        key: "rank_by",
        flag: "--rank-by=cve",
        variable: "machines",
        file: "'exposure'",
        shown: ["cve", "machines", "exposure", ""],
        show: |config| {
            config
                .reports
                .rank_by
                .map(|it| it.to_string())
                .unwrap_or_default()
        },
    },
    Case {
        key: "deadlines",
        flag: "--deadlines=critical=1",
        variable: "off",
        file: "{ other = 2 }",
        shown: ["14 1 90", "", "14 30 2", ""],
        show: |config| {
            let deadlines = config.policy.deadlines;
            let days = deadlines.map(|it| [it.known_exploited, it.critical, it.other]);
            let days = days.into_iter().flatten().map(|it| it.to_string());
            days.collect::<Vec<_>>().join(" ")
        },
    },
    Case {
        key: "fail_on",
        flag: "--fail-on=known-exploited",
        variable: "off",
        file: "'known-exploited'",
        shown: ["known-exploited", "off", "known-exploited", "off"],
        show: |config| config.policy.fail_on.to_string(),
    },
    Case {
        key: "min_coverage",
        flag: "--min-coverage=1",
        variable: "2.5%",
        file: "3",
        shown: ["1%", "2.5%", "3%", "100%"],
        show: |config| config.reports.min_coverage.to_string(),
    },
    Case {
        key: "census",
        flag: "--census",
        variable: "false",
        file: "true",
        shown: ["true", "false", "true", "false"],
        show: |config| config.census.to_string(),
    },
    Case {
        key: "cross_check",
        flag: "--cross-check=hunting",
        variable: "off",
        file: "'export'",
        shown: ["Some(Hunting)", "None", "Some(Export)", "None"],
        show: |config| format!("{:?}", config.cross_check),
    },
    Case {
        key: "source",
        flag: "--source=changes,cohorts",
        variable: "changes",
        file: "'cohorts'",
        shown: ["changes,cohorts", "changes", "cohorts", "calls"],
        show: |config| config.source.answers.to_string(),
    },
    Case {
        key: "recheck",
        flag: "--recheck=100",
        variable: "5%",
        file: "0.5",
        shown: ["100%", "5%", "0.5%", "7%"],
        show: |config| config.source.recheck_kept.to_string(),
    },
    Case {
        key: "changes_from",
        flag: "--changes-from=software",
        variable: "delta",
        file: "'auto'",
        shown: ["software", "delta", "auto", "auto"],
        show: |config| config.source.changes_from.to_string(),
    },
    Case {
        key: "max_missed",
        flag: "--max-missed=2",
        variable: "3%",
        file: "0.5",
        shown: ["2%", "3%", "0.5%", "1%"],
        show: |config| config.source.max_missed.to_string(),
    },
    Case {
        key: "software",
        flag: "--software",
        variable: "false",
        file: "true",
        shown: ["true", "false", "true", "false"],
        show: |config| config.reports.software.to_string(),
    },
    Case {
        key: "no_replaced",
        flag: "--no-replaced",
        variable: "false",
        file: "true",
        shown: ["Ignored", "Recognized", "Ignored", "Recognized"],
        show: |config| format!("{:?}", config.reports.replacing),
    },
    Case {
        key: "no_csv_guard",
        flag: "--no-csv-guard",
        variable: "false",
        file: "true",
        shown: ["false", "true", "false", "true"],
        show: |config| config.reports.csv_guard.to_string(),
    },
    Case {
        key: "check_list",
        flag: "--check-list",
        variable: "no",
        file: "true",
        shown: ["true", "false", "true", "false"],
        show: |config| config.filters.check_list.to_string(),
    },
    Case {
        key: "dry_run",
        flag: "--dry-run",
        variable: "no",
        file: "true",
        shown: ["true", "false", "true", "false"],
        show: |config| config.dry_run.to_string(),
    },
    Case {
        key: "progress",
        flag: "--progress=bar",
        variable: "log",
        file: "'off'",
        shown: ["bar", "log", "off", "auto"],
        show: |config| config.progress.to_string(),
    },
    Case {
        key: "log_format",
        flag: "--log-format=text",
        variable: "json",
        file: "'text'",
        shown: ["text", "json", "text", "text"],
        show: |config| config.console.log_format.to_string(),
    },
    Case {
        key: "verbose",
        flag: "-vvv",
        variable: "0",
        file: "2",
        shown: ["3", "0", "2", "0"],
        show: |config| config.console.verbose.to_string(),
    },
    Case {
        key: "quiet",
        flag: "-q",
        variable: "off",
        file: "true",
        shown: ["true", "false", "true", "false"],
        show: |config| config.console.quiet.to_string(),
    },
    Case {
        key: "color",
        flag: "--color=auto",
        variable: "always",
        file: "'never'",
        shown: ["auto", "always", "never", "auto"],
        show: |config| config.console.color.to_string(),
    },
];

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    for case in CASES {
        let name = format!("PATCHGAP_{}", case.key.to_uppercase());
        let with_file = || Scene::new().toml(&format!("{} = {}", case.key, case.file));
        let levels = [
            with_file().variable(&name, case.variable).flag(case.flag),
            with_file().variable(&name, case.variable),
            with_file(),
            Scene::new(),
        ];
        for (scene, shown) in levels.iter().zip(case.shown) {
            assert_eq!((case.show)(&scene.config()), shown, "{}", case.key);
        }
    }
}

#[test]
fn cases_cover_every_key_but_files_to_read() {
    let mut left_out = keys();
    left_out.retain(|key| CASES.iter().all(|case| case.key != key));
    left_out.sort();
    assert_eq!(
        left_out,
        [
            "ca_cert",
            "client_certificate_path",
            "client_secret_file",
            "epss_url",
            "exceptions",
            "exclude",
            "feeds",
            "kev_url",
            "lake",
            "log_file",
            "machines",
            "metrics",
            "msrc_url",
            "notify_url_file",
            "parallel",
            "smtp_url_file",
            "tenants"
        ]
    );
}

#[test]
fn address_of_a_feed_comes_from_the_variable_before_the_file() {
    let kev = |scene: Scene| scene.config().feed_urls.kev.to_string();
    let file = || Scene::new().toml("kev_url = 'https://mirror/kev.json'");
    assert!(kev(Scene::new()).starts_with("https://www.cisa.gov/"));
    assert_eq!(kev(file()), "https://mirror/kev.json");
    let variable = file().variable("PATCHGAP_KEV_URL", "https://other/kev.json");
    assert_eq!(kev(variable), "https://other/kev.json");
    let message = Scene::new()
        .variable("PATCHGAP_EPSS_URL", "http://host/a")
        .message();
    let expected = "environment variable PATCHGAP_EPSS_URL: insecure URL `http://host/a`: ";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn list_of_machines_comes_from_the_variable_before_the_file() {
    let machines = |scene: Scene| scene.config().machines;
    let file = || Scene::new().toml("machines = 'lists/a.csv'");
    assert_eq!(machines(Scene::new()), None);
    let scene = file();
    let path = scene.path("lists/a.csv");
    assert_eq!(machines(scene), Some(MachineSource::File(path)));
    let service = || Some(MachineSource::Service);
    assert_eq!(
        machines(Scene::new().toml("machines = 'service'")),
        service()
    );
    assert_eq!(
        machines(file().variable("PATCHGAP_MACHINES", "service")),
        service()
    );
    let input = file().variable("PATCHGAP_MACHINES", "-");
    assert_eq!(machines(input), Some(MachineSource::File("-".into())));
}

#[test]
fn switch_can_be_turned_off_by_a_flag() {
    let scene = Scene::new()
        .toml("dry_run = true\nquiet = true")
        .flag("--dry-run=false")
        .flag("--quiet=false");
    assert!(!scene.config().dry_run);
    assert!(!scene.config().console.quiet);
}

#[test]
fn empty_variable_counts_as_unset() {
    let scene = Scene::new().variable("PATCHGAP_TIMEOUT", "");
    assert_eq!(scene.config().service.timeout.as_secs(), 30);
}

#[test]
fn each_address_overrides_the_cloud_separately() {
    let scene = Scene::new()
        .flag("--cloud=gcc-high")
        .variable("PATCHGAP_API_URL", "https://gateway.example");
    let config = scene.config();
    assert_eq!(config.service.api_url.as_str(), "https://gateway.example/");
    let sign_in = config.sign_in;
    assert_eq!(
        sign_in.authority_url.as_str(),
        "https://login.microsoftonline.us/"
    );
    assert_eq!(
        sign_in.scope,
        "https://api-gov.securitycenter.microsoft.us/.default"
    );
}
