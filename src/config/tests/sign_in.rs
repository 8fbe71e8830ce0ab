//! The sign-in settings: Azure's own variables are the lowest layer; secrets come only from allowed
//! places.

use secrecy::ExposeSecret;

use super::*;

fn secret(scene: &Scene) -> Option<String> {
    let secret = scene.config().sign_in.secret;
    secret.map(|secret| secret.expose_secret().to_owned())
}

#[test]
fn azure_variables_are_the_lowest_layer() {
    let scene = Scene::new()
        .variable("AZURE_TENANT_ID", "azure")
        .variable("AZURE_CLIENT_ID", "azure")
        .variable("AZURE_CLIENT_CERTIFICATE_PATH", "azure.pem")
        .variable("AZURE_CLIENT_CERTIFICATE_PASSWORD", "geheim")
        .variable("AZURE_FEDERATED_TOKEN_FILE", "/var/token");
    let sign_in = scene.config().sign_in;
    assert_eq!(sign_in.tenant_id.as_deref(), Some("azure"));
    assert_eq!(sign_in.client_id.as_deref(), Some("azure"));
    assert_eq!(sign_in.certificate, Some(scene.path("azure.pem")));
    assert_eq!(
        sign_in.certificate_password.unwrap().expose_secret(),
        "geheim"
    );
    assert_eq!(sign_in.federated_token_file, Some("/var/token".into()));

    let scene = scene.toml("tenant_id = 'file'\nclient_certificate_path = 'file.pem'");
    let sign_in = scene.config().sign_in;
    assert_eq!(sign_in.tenant_id.as_deref(), Some("file"));
    assert_eq!(sign_in.client_id.as_deref(), Some("azure"));
    assert_eq!(sign_in.certificate, Some(scene.path("file.pem")));

    let scene = scene.variable("PATCHGAP_CLIENT_CERTIFICATE_PATH", "ours.pem");
    let sign_in = scene.config().sign_in;
    assert_eq!(sign_in.certificate, Some(scene.path("ours.pem")));
}

#[test]
fn bad_azure_variable_is_named() {
    let message = Scene::new().variable("AZURE_TENANT_ID", "a/b").message();
    let start = "environment variable AZURE_TENANT_ID: invalid id `a/b`";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn client_secret_precedence() {
    let scene = Scene::new()
        .file("sub/patchgap.toml", "client_secret_file = 'mine.txt'")
        .file("sub/mine.txt", "\u{feff} of the file \r\n\n")
        .flag("--config=sub/patchgap.toml");
    assert_eq!(secret(&scene).as_deref(), Some("of the file"));
    let scene = scene.variable("AZURE_CLIENT_SECRET", "\"of azure\"\n");
    assert_eq!(secret(&scene).as_deref(), Some("of azure"));
    let scene = scene
        .file("ours.txt", "of ours")
        .variable("PATCHGAP_CLIENT_SECRET_FILE", "ours.txt");
    assert_eq!(secret(&scene).as_deref(), Some("of ours"));
}

#[test]
fn empty_or_missing_secret_file_is_refused() {
    let scene = Scene::new().toml("client_secret_file = 'mine.txt'");
    let message = scene.message();
    let start = "client secret file mine.txt: cannot be read: ";
    assert!(message.starts_with(start), "{message}");
    let scene = scene.file("mine.txt", "\r\n");
    assert_eq!(scene.message(), "client secret file mine.txt: is empty");
    let scene = scene.file("mine.txt", b"\xff\xfeg\0e\0h\0\r\0\n\0");
    assert_eq!(secret(&scene).as_deref(), Some("geh"));
}

#[test]
fn impossible_secret_is_refused_without_repeating_it() {
    for (text, problem, hint) in [
        ("geheim\nnichts", "contains several lines", "on one line"),
        (
            "\"geheim",
            "has a quotation mark at only one end",
            "remove the quotation mark",
        ),
        (
            "geh\0eim",
            "contains a control character, such as NUL or a tab",
            "UTF-8",
        ),
        (
            "AZURE_CLIENT_SECRET=geheim",
            "contains a variable name as well as the secret",
            "only the secret's value",
        ),
    ] {
        let in_file = Scene::new()
            .toml("client_secret_file = 'mine.txt'")
            .file("mine.txt", text);
        let in_variable = Scene::new().variable("AZURE_CLIENT_SECRET", text);
        for (scene, place) in [
            (in_file, "client secret file mine.txt"),
            (in_variable, "environment variable AZURE_CLIENT_SECRET"),
        ] {
            assert_eq!(scene.message(), format!("{place}: {problem}"));
            let error = scene.refusal();
            assert!(error.hint().unwrap().contains(hint), "{error:?}");
            assert!(!format!("{error:?}").contains("geheim"));
        }
    }
}

#[test]
fn quotes_around_variables_are_removed() {
    let id = "8f3c0b6e-5a41-4c0f-9d55-2f6f8f0c1a77";
    let scene = Scene::new()
        .variable("AZURE_TENANT_ID", "'contoso.onmicrosoft.com' ")
        .variable("AZURE_CLIENT_ID", &format!("\"{{{id}}}\"\r"))
        .variable("AZURE_CLIENT_CERTIFICATE_PATH", "\"own.pem\" ")
        .variable("AZURE_CLIENT_CERTIFICATE_PASSWORD", "\"geheim\"")
        .variable("AZURE_FEDERATED_TOKEN_FILE", "'/var/token'")
        .variable("PATCHGAP_OUT", "\"nightly\" ")
        .variable("PATCHGAP_STATE", " 'kept.sqlite'")
        .variable("PATCHGAP_API_URL", "\"https://host\"\n")
        .variable("PATCHGAP_TIMEOUT", "\"7s\"")
        .variable("PATCHGAP_COLUMN", "\"Device ID\"")
        .variable("PATCHGAP_QUIET", "\"\"");
    let config = scene.config();
    let sign_in = config.sign_in;
    assert_eq!(
        sign_in.tenant_id.as_deref(),
        Some("contoso.onmicrosoft.com")
    );
    assert_eq!(sign_in.client_id.as_deref(), Some(id));
    assert_eq!(sign_in.certificate, Some(scene.path("own.pem")));
    // A password may have quotes: reading the certificate tries both.
    let password = sign_in.certificate_password.unwrap();
    assert_eq!(password.expose_secret(), "\"geheim\"");
    assert_eq!(sign_in.federated_token_file, Some("/var/token".into()));
    assert_eq!(config.reports.out, scene.path("nightly"));
    assert_eq!(config.store.path, Some(scene.path("kept.sqlite")));
    assert_eq!(config.service.api_url.as_str(), "https://host/");
    assert_eq!(config.service.timeout.as_secs(), 7);
    assert_eq!(config.column.as_deref(), Some("Device ID"));
    assert!(!config.console.quiet);
}

#[test]
fn secret_is_not_read_for_other_credential_kinds() {
    for kind in ["token", "certificate", "azure-cli"] {
        let scene = Scene::new()
            .toml("client_secret_file = 'gone.txt'")
            .variable("AZURE_CLIENT_SECRET", "geheim")
            .flag(&format!("--credential={kind}"));
        assert_eq!(secret(&scene), None);
    }
}

#[cfg(unix)]
#[test]
fn secret_file_readable_by_others_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new()
        .toml("client_secret_file = 'mine.txt'")
        .file("mine.txt", "geheim");
    let path = scene.path("mine.txt");
    for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let warnings = scene.resolve().unwrap().warnings;
        assert_eq!(
            warnings.len(),
            usize::from(warned),
            "{mode:o}: {warnings:?}"
        );
    }
    let warning = scene.resolve().unwrap().warnings.remove(0);
    assert!(
        warning.contains("mine.txt is accessible to others (mode 604)"),
        "{warning}"
    );
}

#[test]
fn ready_made_token_is_read_from_its_variable() {
    let scene = Scene::new().variable("PATCHGAP_ACCESS_TOKEN", "geheim\r\n");
    let token = scene.config().sign_in.access_token.unwrap();
    assert_eq!(token.expose_secret(), "geheim");
    let resolved = scene.resolve().unwrap();
    assert!(!format!("{resolved:?}").contains("geheim"));
}

#[test]
fn managed_identity_is_detected_by_either_variable() {
    assert!(!Scene::new().config().sign_in.managed_identity_offered);
    for variable in ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"] {
        let scene = Scene::new().variable(variable, "http://127.0.0.1:1");
        assert!(scene.config().sign_in.managed_identity_offered);
    }
}

#[cfg(unix)]
#[test]
fn secret_that_is_not_unicode_is_refused_without_repeating_it() {
    use std::os::unix::ffi::OsStringExt;

    let mut scene = Scene::new();
    let value = OsString::from_vec(b"geheim\xff".to_vec());
    scene.variables.push(("AZURE_CLIENT_SECRET".into(), value));
    assert_eq!(
        scene.message(),
        "environment variable AZURE_CLIENT_SECRET: it is not Unicode text"
    );
}
