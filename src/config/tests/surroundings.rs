//! Configuration files, foreign variables, the clock and the console.

use super::*;
use crate::{
    config::{ColorMode, resolve_typed},
    progress::ProgressMode,
};

const ROOT: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

fn retries(scene: &Scene) -> u32 {
    scene.config().service.retries
}

#[test]
fn configuration_file_is_found_in_order() {
    let platform = "../platform/patchgap/patchgap.toml";
    let scene = Scene::new().file(platform, "retries = 1");
    assert_eq!(retries(&scene), 1);
    let scene = scene.toml("retries = 2");
    assert_eq!(retries(&scene), 2);
    let scene = scene
        .file("sub/three.toml", "retries = 3")
        .variable("PATCHGAP_CONFIG", "sub/three.toml");
    assert_eq!(retries(&scene), 3);
    let scene = scene
        .file("four.toml", "retries = 4")
        .flag("--config=four.toml");
    assert_eq!(retries(&scene), 4);
    let file = scene.resolve().unwrap().file;
    assert_eq!(file, Some(scene.path("four.toml")));
}

#[test]
fn only_a_named_file_must_exist() {
    assert_eq!(Scene::new().resolve().unwrap().file, None);
    for scene in [
        Scene::new().flag("--config=gone.toml"),
        Scene::new().variable("PATCHGAP_CONFIG", "gone.toml"),
    ] {
        let message = scene.message();
        let start = "configuration file gone.toml: cannot be read: ";
        assert!(message.starts_with(start), "{message}");
        assert!(scene.refusal().hint().is_some());
    }
}

#[test]
fn file_that_is_not_utf8_is_refused() {
    let scene = Scene::new().file("patchgap.toml", b"\xff\xfer\0e\0");
    assert_eq!(
        scene.message(),
        "configuration file patchgap.toml: cannot be read: it is not UTF-8 text"
    );
}

#[test]
fn root_certificate_is_read_relative_to_its_source() {
    let scene = Scene::new()
        .file("sub/patchgap.toml", "ca_cert = 'root.pem'")
        .file("sub/root.pem", ROOT)
        .flag("--config=sub/patchgap.toml");
    let root = scene.config().service.ca_cert.unwrap();
    assert_eq!(root.path, scene.path("sub").join("root.pem"));
    assert_eq!(root.pem, ROOT.as_bytes());

    let scene = scene.file("here.pem", ROOT).flag("--ca-cert=here.pem");
    let root = scene.config().service.ca_cert.unwrap();
    assert_eq!(root.path, scene.path("here.pem"));
}

#[test]
fn invalid_root_certificate_is_refused() {
    for (text, reason) in [
        ("", "it contains no certificate"),
        ("not PEM", "it contains no certificate"),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "it contains no certificate",
        ),
    ] {
        let scene = Scene::new()
            .file("root.pem", text)
            .flag("--ca-cert=root.pem");
        let message = format!("root certificate root.pem: {reason}");
        assert_eq!(scene.message(), message);
    }
    let cut_off = Scene::new()
        .file("root.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n")
        .flag("--ca-cert=root.pem");
    assert!(matches!(cut_off.refusal(), ConfigError::Certificate { .. }));
    let missing = Scene::new().flag("--ca-cert=gone.pem").message();
    let start = "root certificate gone.pem: cannot be read: ";
    assert!(missing.starts_with(start), "{missing}");
}

#[test]
fn out_folder_is_relative_to_the_working_directory() {
    let scene = Scene::new()
        .file("sub/patchgap.toml", "out = 'nightly/{date}-{time}'")
        .flag("--config=sub/patchgap.toml");
    let out = scene.path("nightly/2026-11-23-130542");
    assert_eq!(scene.config().reports.out, out);
}

#[test]
fn unknown_variables_with_our_prefix_are_warned_about() {
    let scene = Scene::new()
        .variable("PATCHGAP_RATE_LIMT", "1/s")
        .variable("PATCHGAP_CLIENT_SECRET", "geheim")
        .variable("PATCHGAP_XYZZY", "1")
        .variable("PATCHGAP_ACCESS_TOKEN", "ours")
        .variable("PATCHGAP_RETRIES", "1")
        .variable("HOME", "elsewhere");
    let unknown =
        |name: &str, hint: &str| format!("unknown environment variable {name} is ignored{hint}");
    assert_eq!(
        scene.resolve().unwrap().warnings,
        [
            unknown(
                "PATCHGAP_CLIENT_SECRET",
                "; the client secret belongs in AZURE_CLIENT_SECRET"
            ),
            unknown("PATCHGAP_RATE_LIMT", "; did you mean PATCHGAP_RATE_LIMIT?"),
            unknown("PATCHGAP_XYZZY", ""),
        ]
    );
}

#[test]
fn no_color_applies_unless_a_flag_is_given() {
    for (scene, color) in [
        (Scene::new().variable("NO_COLOR", "1"), ColorMode::Never),
        (Scene::new().variable("NO_COLOR", ""), ColorMode::Auto),
        (
            Scene::new()
                .variable("NO_COLOR", "1")
                .flag("--color=always"),
            ColorMode::Always,
        ),
    ] {
        assert_eq!(scene.config().console.color, color);
    }
}

#[test]
fn quiet_turns_progress_off_unless_requested() {
    for (flags, progress) in [
        (&["-q"][..], ProgressMode::Off),
        (&["-q", "--progress=log"], ProgressMode::Log),
        (&[], ProgressMode::Auto),
    ] {
        let scene = flags
            .iter()
            .fold(Scene::new(), |scene, flag| scene.flag(flag));
        assert_eq!(scene.config().progress, progress);
    }
}

#[test]
fn demo_ignores_file_and_environment() {
    let scene = Scene::new()
        .toml("retries = 1\nca_cert = 'gone.pem'")
        .variable("PATCHGAP_RETRIES", "2")
        .variable("AZURE_CLIENT_SECRET", "geheim")
        .variable("AZURE_TENANT_ID", "contoso")
        .variable("NO_COLOR", "1");
    let typed = typed(["--out=here"]).unwrap();
    let config = resolve_typed(typed, &scene.environment(), &scene.path(""), &started()).unwrap();
    assert_eq!(config.service.retries, 5);
    assert!(config.sign_in.secret.is_none());
    assert_eq!(config.sign_in.tenant_id, None);
    assert_eq!(config.console.color, ColorMode::Never);
    assert_eq!(config.reports.out, scene.path("here"));
    assert_eq!(config.store.path, None);
}

/// The warnings for these flags if `TZ` is not a zone.
fn without_zone(flags: &[&str]) -> Result<Vec<String>, ConfigError> {
    let mut scene = Scene::new().variable("TZ", "Nowhere/City");
    scene
        .flags
        .extend(flags.iter().map(|&flag| flag.to_owned()));
    let started = started().with_time_zone(TimeZone::unknown());
    let environment = scene.environment();
    let resolved = resolve(scene.typed(), None, &environment, &scene.path(""), &started)?;
    Ok(resolved.warnings)
}

#[test]
fn unknown_zone_is_warned_about_and_refused_where_needed() {
    for flags in [
        &[][..],
        &["--until=2026-11-24T06:00+01:00"],
        &["--budget=2h"],
        &["--out=reports"],
        &["--offline"],
    ] {
        let warnings = without_zone(flags).unwrap();
        assert_eq!(
            warnings,
            ["environment variable TZ: unknown time zone `Nowhere/City`; times are in UTC"],
            "{flags:?}"
        );
    }
    for (flag, what) in [
        ("--until=06:00", "--until 06:00"),
        ("--until=2026-11-24T06:00", "--until 2026-11-24T06:00"),
        ("--out=reports/{date}", "--out reports/{date}"),
        ("--out={time}", "--out {time}"),
    ] {
        let error = without_zone(&[flag]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("unknown time zone `Nowhere/City` in TZ, and {what} depends on it")
        );
        assert!(error.hint().unwrap().contains("Europe/Berlin"));
    }
}
