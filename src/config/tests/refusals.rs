//! Refused values and their messages: as a flag, as a variable, in the file.

use super::*;

const DURATION: &str = "duration|a number and its unit, such as 500ms, 30s, 2m or 1h30m; \
                        above zero and at most 24h";
const LENGTH: &str = "duration|a number and its unit, such as 90m, 20h or 7d; \
                      above zero and at most 366d";
const TIME: &str = "time|a time of day such as 06:00, or a date and time such as \
                    2026-11-24T06:00, local or with an offset (+01:00, Z)";
const LIMIT: &str = "rate limit|calls per window, such as 100/min, 1500/h or 100/60s, or none";
const ID: &str = "id|letters, digits, `.` and `-`, such as \
                  8f3c0b6e-5a41-4c0f-9d55-2f6f8f0c1a77 or contoso.onmicrosoft.com";
const PLAIN: &str = "plain http is only allowed for loopback addresses \
                     (127.0.0.0/8, [::1], localhost)";

fn no(value: &str, wanted: &str) -> String {
    let (kind, wanted) = wanted.split_once('|').unwrap();
    format!("invalid {kind} `{value}`: expected {wanted}")
}

/// Key, placeholder of the flag, bad value, message.
fn bad_values() -> Vec<(&'static str, &'static str, &'static str, String)> {
    vec![
        ("timeout", " <DURATION>", "30", no("30", DURATION)),
        ("timeout", " <DURATION>", "0s", no("0s", DURATION)),
        ("timeout", " <DURATION>", "-1s", no("-1s", DURATION)),
        ("max_age", " <DURATION>", "20", no("20", LENGTH)),
        ("max_age", " <DURATION>", "0h", no("0h", LENGTH)),
        ("max_age", " <DURATION>", "367d", no("367d", LENGTH)),
        ("budget", " <DURATION>", "1mo", no("1mo", LENGTH)),
        ("until", " <TIME>", "24:00", no("24:00", TIME)),
        ("until", " <TIME>", "2h", no("2h", TIME)),
        ("rate_limit", " <LIST>", "100", no("100", LIMIT)),
        ("rate_limit", " <LIST>", "9/min,", no("", LIMIT)),
        ("pace", " <N/s>", "fast", no("fast", LIMIT)),
        (
            "api_url",
            " <URL>",
            "http://example.com",
            format!("insecure URL `http://example.com`: {PLAIN}"),
        ),
        (
            "authority_url",
            " <URL>",
            "http://127.0.0.1:1",
            "insecure URL `http://127.0.0.1:1`: the sign-in requires https, even on a loopback address"
                .to_owned(),
        ),
        ("tenant_id", " <ID>", "a/b", no("a/b", ID)),
        ("client_id", " <ID>", "a b", no("a b", ID)),
        (
            "format",
            " <LIST>",
            "csv,pdf",
            no(
                "csv,pdf",
                "list of formats|some of csv, json, html, xlsx, parquet, ocsf, separated by commas",
            ),
        ),
        (
            "out",
            " <DIR>",
            "{group}",
            no(
                "{group}",
                "--out|a folder with only {date}, {time} and {tenant} in braces",
            ),
        ),
        (
            "upload",
            " <URL>",
            "file://reports",
            no("file://reports", "URL|file:///PATH"),
        ),
        (
            "min_coverage",
            " <PERCENT>",
            "101",
            no("101", "percentage|a number from 0 to 100"),
        ),
    ]
}

/// The same for the options that select the machines to request.
fn bad_sources() -> Vec<(&'static str, &'static str, &'static str, String)> {
    let percent = |found| no(found, "percentage|a number from 0 to 100");
    vec![
        (
            "source",
            " <LIST>",
            "inferred",
            no(
                "inferred",
                "source|one of calls, changes, cohorts, changes,cohorts, export, hunting",
            ),
        ),
        ("recheck", " <PERCENT>", "101", percent("101")),
        ("max_missed", " <PERCENT>", "many", percent("many")),
    ]
}

fn flag(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

fn variable(key: &str) -> String {
    format!("PATCHGAP_{}", key.to_uppercase())
}

/// The message of the argument parser, without its pointer to the help.
fn typed_refusal(flag: &str) -> String {
    let error = typed([flag]).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{flag}");
    let text = error.to_string();
    text.split("\n\n").next().unwrap().to_owned()
}

#[test]
fn bad_values_are_refused_as_flag_variable_and_key() {
    for (key, placeholder, value, message) in bad_values().into_iter().chain(bad_sources()) {
        let (flag, variable) = (flag(key), variable(key));
        assert_eq!(
            typed_refusal(&format!("{flag}={value}")),
            format!("error: invalid value '{value}' for '{flag}{placeholder}': {message}")
        );
        assert_eq!(
            Scene::new().variable(&variable, value).message(),
            format!("environment variable {variable}: {message}")
        );
        assert_eq!(
            Scene::new()
                .toml(&format!("# mine\n{key} = '{value}'\nretries = 1"))
                .message(),
            format!("patchgap.toml: line 2: {key}: {message}")
        );
    }
}

#[test]
fn unknown_word_is_refused_with_the_known_ones() {
    for (key, placeholder, words) in [
        (
            "cloud",
            "NAME",
            "public, us, eu, uk, au, swa, ina, aea, gcc, gcc-high, dod",
        ),
        (
            "credential",
            "KIND",
            "auto, secret, certificate, workload-identity, managed-identity, azure-cli, token",
        ),
        ("rank_by", "ORDER", "cve, exposure, machines, risk"),
        ("progress", "MODE", "auto, bar, log, off"),
        ("cross_check", "KIND", "off, export, hunting"),
        ("fail_on", "WHAT", "off, known-exploited"),
        ("log_format", "FORMAT", "text, json"),
        ("color", "WHEN", "auto, always, never"),
    ] {
        let (flag, variable) = (flag(key), variable(key));
        assert_eq!(
            typed_refusal(&format!("{flag}=mars")),
            format!(
                "error: invalid value 'mars' for '{flag} <{placeholder}>'\n  \
                 [possible values: {words}]"
            )
        );
        assert_eq!(
            Scene::new().variable(&variable, "mars").message(),
            format!(
                "environment variable {variable}: unknown value `mars`: expected \
                     one of {words}"
            )
        );
        assert_eq!(
            Scene::new().toml(&format!("{key} = \"mars\"")).message(),
            format!("patchgap.toml: line 1: {key}: unknown value `mars`: expected one of {words}")
        );
    }
}

#[test]
fn bad_numbers_and_switches_are_refused_with_their_bounds() {
    for (key, value, message) in [
        (
            "concurrency",
            "0",
            "invalid number `0`: expected a whole number from 1 to 1000",
        ),
        (
            "concurrency",
            "1001",
            "invalid number `1001`: expected a whole number from 1 to 1000",
        ),
        (
            "keep_runs",
            "0",
            "invalid number `0`: expected a whole number from 1 to 100000",
        ),
        (
            "keep_runs",
            "100001",
            "invalid number `100001`: expected a whole number from 1 to 100000",
        ),
        (
            "retries",
            "-1",
            "invalid number `-1`: expected a whole number from 0 to 1000",
        ),
        (
            "verbose",
            "256",
            "invalid number `256`: expected a whole number from 0 to 255",
        ),
    ] {
        let variable = variable(key);
        assert_eq!(
            Scene::new().variable(&variable, value).message(),
            format!("environment variable {variable}: {message}")
        );
        assert_eq!(
            Scene::new().toml(&format!("{key} = {value}")).message(),
            format!("patchgap.toml: line 1: {key}: {message}")
        );
    }
    assert_eq!(
        typed_refusal("--concurrency=0"),
        "error: invalid value '0' for '--concurrency <N>': invalid number `0`: expected a whole number from 1 to 1000"
    );
    assert_eq!(
        Scene::new().variable("PATCHGAP_QUIET", "maybe").message(),
        "environment variable PATCHGAP_QUIET: invalid switch `maybe`: expected true or false"
    );
}

#[test]
fn value_of_the_wrong_type_is_refused_with_the_right_one() {
    for (line, message) in [
        (
            "retries = \"5\"",
            "retries: invalid type: string \"5\", expected a whole number from 0 to 1000",
        ),
        (
            "quiet = \"true\"",
            "quiet: invalid type: string \"true\", expected true or false, without quotes",
        ),
        ("column = 5", "column: strings need quotes: \"5\""),
        ("ca_cert = true", "ca_cert: strings need quotes: \"true\""),
        ("ca_cert = \"\"", "ca_cert: value must not be empty"),
        (
            "min_coverage = [9]",
            "min_coverage: invalid type: sequence, expected a number from 0 to 100",
        ),
        (
            "until = 06:00:00",
            "until: invalid type: map, expected a string in quotes",
        ),
        ("state = \"\"", "state: value must not be empty"),
        (
            "[scope]",
            "scope: invalid type: map, expected a string in quotes",
        ),
    ] {
        let message = format!("patchgap.toml: line 1: {message}");
        assert_eq!(Scene::new().toml(line).message(), message);
    }
    let bare = Scene::new().toml("timeout = 30").message();
    assert_eq!(
        bare,
        format!(
            "patchgap.toml: line 1: timeout: invalid duration `30`: expected {}",
            DURATION.split_once('|').unwrap().1
        )
    );
}

#[test]
fn unknown_keys_are_refused_with_a_suggestion() {
    for (key, hint) in [
        ("rate_limt", "did you mean `rate_limit`?"),
        ("rate-limit", "did you mean `rate_limit`?"),
        ("tenantId", "did you mean `tenant_id`?"),
        (
            "config",
            "keys are the flags of `patchgap report --help`, such as `rate_limit`; \
             [deadlines] is the only table",
        ),
    ] {
        let scene = Scene::new().toml(&format!("\u{feff}retries = 1\r\n\r\n{key} = 'x'\r\n"));
        let message = format!("patchgap.toml: line 3: unknown key `{key}`");
        assert_eq!(scene.message(), message);
        assert_eq!(scene.refusal().hint().as_deref(), Some(hint));
    }
}

#[test]
fn mistake_in_a_table_is_refused_with_its_key() {
    let expected = "expected a whole number from 0 to 36500";
    let soon = format!("line 1: deadlines.other: invalid type: string \"soon\", {expected}");
    for (text, expected) in [
        (
            "retries = 1\n\n[deadlines]\nother = 3\nhigh = 3\n",
            "line 5: deadlines.high: unknown field `high`, ".to_owned(),
        ),
        (
            "[deadlines]\ncritical = -1\nother = 9\n",
            format!("line 2: deadlines.critical: invalid number `-1`: {expected}"),
        ),
        (
            "deadlines = { other = 'soon' }\nretries = 1\n",
            soon.clone(),
        ),
        ("deadlines.other = 'soon'\nretries = 1\n", soon.clone()),
        (
            "deadlines = 'soon'\nretries = 1\n",
            "line 1: deadlines: invalid list of deadlines `soon`".to_owned(),
        ),
        (
            "retries = 'few'\n[deadlines]\nother = 9\n",
            "line 1: retries: ".to_owned(),
        ),
    ] {
        let message = Scene::new().toml(text).message();
        assert!(
            message.starts_with(&format!("patchgap.toml: {expected}")),
            "{text}: {message}"
        );
    }
}

#[test]
fn first_unknown_key_is_named() {
    let scene = Scene::new().toml("zebra = 1\nape = 1\n[quota]\npace = 'none'");
    assert_eq!(
        scene.message(),
        "patchgap.toml: line 1: unknown key `zebra`"
    );
}

#[test]
fn invalid_toml_is_refused_with_its_line() {
    for (text, message) in [
        (
            "retries = 1\ntimeout = 30s",
            "line 2: string values must be quoted, expected literal string",
        ),
        ("retries = 1\n\nretries = 2", "line 3: duplicate key"),
    ] {
        let scene = Scene::new().toml(text);
        assert_eq!(scene.message(), format!("patchgap.toml: {message}"));
    }
}

#[test]
fn secret_in_the_file_is_refused_with_its_proper_place() {
    for (key, place) in [
        ("client_secret", "AZURE_CLIENT_SECRET"),
        ("client-secret", "client_secret_file"),
        ("access_token", "PATCHGAP_ACCESS_TOKEN"),
        (
            "client_certificate_password",
            "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        ),
    ] {
        let scene = Scene::new().toml(&format!("{key} = 'geheim'"));
        let message = format!("patchgap.toml: line 1: `{key}` is not allowed in this file");
        assert_eq!(scene.message(), message);
        let hint = scene.refusal().hint().unwrap();
        assert!(hint.contains(place), "{hint}");
        assert!(!format!("{:?}", scene.refusal()).contains("geheim"));
    }
}

#[test]
fn secrets_are_not_accepted_as_flags() {
    for flag in [
        "--client-secret=geheim",
        "--access-token=geheim",
        "--client-secret-file=x",
    ] {
        let error = typed([flag]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(!error.to_string().contains("geheim"), "{error}");
    }
}

#[test]
fn password_in_a_url_is_not_repeated() {
    let address = "https://me:geheim@example.com";
    for scene in [
        Scene::new().variable("PATCHGAP_API_URL", address),
        Scene::new().toml(&format!("api_url = '{address}'")),
    ] {
        let message = scene.message();
        assert!(message.contains("is not allowed"), "{message}");
        assert!(!message.contains("geheim"), "{message}");
    }
}

/// Keys, and texts with a control character that cannot be intended.
const CONTROL_CHARACTERS: [(&str, &str, &str); 7] = [
    ("out", "C:\\reports\\night", "C:\reports\night"),
    ("out", "C:\\temp\\new", "C:\temp\new"),
    ("state", "D:\\backup", "D:\u{8}ackup"),
    ("state", "a\\u0000b", "a\0b"),
    ("ca_cert", "C:\\forms\\root.pem", "C:\u{c}orms\root.pem"),
    ("ca_cert", "root.pem\\u007f", "root.pem\u{7f}"),
    ("scope", "one\\ttwo", "one\ttwo"),
];

#[test]
fn control_characters_are_refused_as_flag_variable_and_key() {
    for (key, escaped, text) in CONTROL_CHARACTERS {
        let (flag, variable) = (flag(key), variable(key));
        for (scene, place, hint) in [
            (
                Scene::new().toml(&format!("retries = 1\n{key} = \"{escaped}\"")),
                format!("patchgap.toml: line 2: {key}"),
                "single quotes",
            ),
            (
                Scene::new().variable(&variable, text),
                format!("environment variable {variable}"),
                "Windows line endings",
            ),
            (
                Scene::new().flag(&format!("{flag}={text}")),
                flag,
                "single quotes",
            ),
        ] {
            let message = scene.message();
            let start = format!("{place}: `");
            assert!(message.starts_with(&start), "{message}");
            assert!(
                message.ends_with("` contains a control character"),
                "{message}"
            );
            assert!(!message.contains(char::is_control), "{message}");
            assert!(scene.refusal().hint().unwrap().contains(hint), "{place}");
        }
    }
}

#[test]
fn path_variable_with_a_carriage_return_is_refused() {
    for variable in [
        "PATCHGAP_OUT",
        "PATCHGAP_STATE",
        "PATCHGAP_CONFIG",
        "PATCHGAP_CA_CERT",
        "PATCHGAP_CLIENT_SECRET_FILE",
        "PATCHGAP_CLIENT_CERTIFICATE_PATH",
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_FEDERATED_TOKEN_FILE",
    ] {
        let scene = Scene::new().variable(variable, "file\r");
        let message =
            format!("environment variable {variable}: `file\\r` contains a control character");
        assert_eq!(scene.message(), message);
    }
    for line in [
        "client_secret_file = \"C:\\new.txt\"",
        "client_certificate_path = \"C:\\temp.pem\"",
    ] {
        let scene = Scene::new().toml(line);
        assert!(
            matches!(scene.refusal(), ConfigError::ControlCharacter { .. }),
            "{line}"
        );
    }
}

#[test]
fn line_ends_around_other_values_are_trimmed() {
    let scene = Scene::new()
        .variable("PATCHGAP_TIMEOUT", "7s\r\n")
        .variable("PATCHGAP_RETRIES", "3\r")
        .variable("PATCHGAP_CLOUD", "\"eu\"\r");
    let service = scene.config().service;
    assert_eq!((service.timeout.as_secs(), service.retries), (7, 3));
    // A header cell may have two lines.
    let scene = Scene::new().toml("column = \"Device\\nID\"");
    assert_eq!(scene.config().column.as_deref(), Some("Device\nID"));
}

#[test]
fn backslash_in_double_quotes_is_explained() {
    for line in [
        "out = \"C:\\data\"",
        "out = \"C:\\Users\\me\"",
        "out = \"C:\\x\"",
        "state = \"\\\\server\\share\"",
    ] {
        let scene = Scene::new().toml(line);
        assert!(
            scene.message().starts_with("patchgap.toml: line 1: "),
            "{line}"
        );
        let hint = scene.refusal().hint().unwrap();
        assert!(hint.contains("single quotes"), "{line}: {hint}");
    }
    let scene = Scene::new().toml("out = 'C:\\reports\\night'");
    assert!(scene.resolve().is_ok());
}
