//! The file of tenants among the layers.

use super::*;
use crate::{
    config::{Tenants, read_tenants},
    defender::auth::CredentialKind,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;

const TWO: &str = "[[tenant]]\nname = 'a'\ntenant_id = 'a.example'\ntimeout = '7s'\nclient_id = 'own'\n\
                   [[tenant]]\nname = 'b'\ntenant_id = 'b.example'\n";

impl Scene {
    fn tenants(&self) -> Result<Option<Tenants>, ConfigError> {
        read_tenants(
            &self.typed(),
            &self.environment(),
            &self.path(""),
            &started(),
        )
    }

    /// The configuration of a tenant.
    fn resolve_tenant(&self, name: &str) -> Result<Config, ConfigError> {
        let tenants = self.tenants()?.unwrap();
        let tenant = tenants.named(name)?;
        let folder = self.path("");
        let resolved = resolve(
            self.typed(),
            Some(tenant),
            &self.environment(),
            &folder,
            &started(),
        );
        Ok(resolved?.config)
    }

    fn tenant(&self, name: &str) -> Config {
        self.resolve_tenant(name).unwrap()
    }

    /// The folder of a tenant's reports, relative to the working directory.
    fn out(&self, name: &str) -> String {
        let out = self.tenant(name).reports.out;
        let out = out.strip_prefix(self.path("")).unwrap();
        out.to_str().unwrap().replace('\\', "/")
    }
}

fn two() -> Scene {
    Scene::new()
        .file("tenants.toml", TWO)
        .flag("--tenants=tenants.toml")
}

#[test]
fn file_is_named_by_flag_variable_or_configuration() {
    assert!(Scene::new().tenants().unwrap().is_none());
    for scene in [
        two(),
        Scene::new()
            .file("lists/t.toml", TWO)
            .variable("PATCHGAP_TENANTS", "lists/t.toml"),
        Scene::new()
            .file("elsewhere/t.toml", TWO)
            .file("elsewhere/patchgap.toml", "tenants = 't.toml'")
            .flag("--config=elsewhere/patchgap.toml"),
    ] {
        let tenants = scene.tenants().unwrap().unwrap();
        assert_eq!((tenants.list.len(), tenants.parallel), (2, 4));
        assert_eq!(tenants.overview, scene.path("reports"));
    }
    let scene = two()
        .flag("--parallel=9")
        .variable("PATCHGAP_PARALLEL", "8");
    assert_eq!(scene.tenants().unwrap().unwrap().parallel, 9);
    let scene = two().variable("PATCHGAP_PARALLEL", "8");
    assert_eq!(scene.tenants().unwrap().unwrap().parallel, 8);
}

#[test]
fn flag_beats_tenant_beats_environment_beats_file() {
    let timeout = |scene: Scene, name: &str| scene.tenant(name).service.timeout.as_secs();
    let all = || {
        two()
            .toml("timeout = '3s'")
            .variable("PATCHGAP_TIMEOUT", "5s")
    };
    assert_eq!(timeout(all().flag("--timeout=9s"), "a"), 9);
    assert_eq!(timeout(all(), "a"), 7);
    assert_eq!(timeout(all(), "b"), 5);
    assert_eq!(timeout(two().toml("timeout = '3s'"), "b"), 3);
    let scene = two()
        .variable("AZURE_CLIENT_ID", "common")
        .variable("AZURE_TENANT_ID", "home");
    let (a, b) = (scene.tenant("a").sign_in, scene.tenant("b").sign_in);
    assert_eq!(
        (a.client_id.as_deref(), b.client_id.as_deref()),
        (Some("own"), Some("common"))
    );
    assert_eq!(a.tenant_id.as_deref(), Some("a.example"));
    assert_eq!(
        scene.tenant("A").tenant.as_deref(),
        Some("a"),
        "in any case"
    );
}

#[test]
fn each_tenant_has_a_folder() {
    for (out, overview, a) in [
        ("r", "r", "r/a"),
        ("r/{date}", "r/2026-11-23", "r/2026-11-23/a"),
        ("r/{tenant}/{date}", "r", "r/a/2026-11-23"),
        ("{tenant}", ".", "a"),
    ] {
        let scene = two().flag(&format!("--out={out}"));
        assert_eq!(scene.out("a"), a, "{out}");
        let tenants = scene.tenants().unwrap().unwrap();
        assert_eq!(tenants.overview, scene.path(overview), "{out}");
    }
    let text = format!("{TWO}out = 'special'\n");
    let own = || {
        Scene::new()
            .file("t/tenants.toml", &text)
            .flag("--tenants=t/tenants.toml")
    };
    assert_eq!(own().out("b"), "t/special");
    assert_eq!(own().out("a"), "reports/a");
    assert_eq!(own().flag("--out=typed").out("b"), "typed/b");
}

#[test]
fn secrets_of_a_tenant_come_before_those_of_all() {
    let text = format!("{TWO}client_secret_env = 'B_SECRET'\n");
    let scene = Scene::new()
        .file("tenants.toml", text)
        .flag("--tenants=tenants.toml")
        .variable("AZURE_CLIENT_SECRET", "common")
        .variable("B_SECRET", "own of b");
    let secret = |name: &str| {
        let secret = scene.tenant(name).sign_in.secret.unwrap();
        secret.expose_secret().to_owned()
    };
    assert_eq!(
        (secret("a"), secret("b")),
        ("common".to_owned(), "own of b".to_owned())
    );
    let scene = scene.variable("B_SECRET", "");
    let error = scene.resolve_tenant("b").unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment variable B_SECRET, which `client_secret_env` names, is not set"
    );
}

#[test]
fn certificate_of_a_tenant_comes_before_the_secret_of_all() {
    let text = format!("{TWO}client_certificate_path = 'b.pem'\n");
    let scene = Scene::new()
        .file("tenants.toml", text)
        .flag("--tenants=tenants.toml")
        .variable("AZURE_CLIENT_SECRET", "common");
    assert_eq!(scene.tenant("a").sign_in.kind, CredentialKind::Auto);
    assert_eq!(scene.tenant("b").sign_in.kind, CredentialKind::Certificate);
}

#[test]
fn ready_made_token_serves_the_tenant_that_it_names() {
    let claims = BASE64_URL_SAFE_NO_PAD.encode("{\"tid\":\"B.example\"}");
    let token = format!("Bearer e30.{claims}.c2ln");
    let has_token = |scene: &Scene, name: &str| scene.tenant(name).sign_in.access_token.is_some();
    let scene = two()
        .variable("PATCHGAP_ACCESS_TOKEN", &token)
        .variable("AZURE_CLIENT_SECRET", "common");
    assert!(!has_token(&scene, "a") && has_token(&scene, "b"));
    let opaque = two().variable("PATCHGAP_ACCESS_TOKEN", "opaque");
    assert!(has_token(&opaque, "a") && has_token(&opaque, "b"));
    let alone = two().variable("PATCHGAP_ACCESS_TOKEN", &token);
    let error = alone.resolve_tenant("a").unwrap_err();
    assert!(
        matches!(error, ConfigError::OtherTenantsToken { .. }),
        "{error}"
    );
    assert!(!error.to_string().contains(&claims));
}

#[test]
fn tenant_must_be_in_the_file() {
    let error = two().resolve_tenant("c").unwrap_err();
    assert!(error.to_string().ends_with("has no tenant `c`"), "{error}");
    assert_eq!(error.hint().unwrap(), "its tenants are: a, b");
    let error = Scene::new().flag("--tenant=a").tenants().unwrap_err();
    assert!(
        matches!(error, ConfigError::TenantWithoutFile(_)),
        "{error}"
    );
    let error = Scene::new()
        .flag("--tenants=none.toml")
        .tenants()
        .unwrap_err();
    assert!(error.to_string().starts_with("tenants file "), "{error}");
}
