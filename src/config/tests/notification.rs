//! Notifications: refused settings, whose errors do not repeat the secret, and precedence.

use secrecy::ExposeSecret;

use super::*;
use crate::config::{Notification, NotifyFormat, Security};

const HOOK: &str = "https://hooks.example/services/hunter2?sig=hunter2";
const SERVER: &str = "smtps://user:hunter2@mail.example";

fn read(scene: &Scene) -> Notification {
    scene.config().notify.read().unwrap()
}

/// The refusal, with paths relative to the working directory; it must not contain the secret.
fn refused(scene: &Scene) -> String {
    let config = scene.resolve().map(|it| it.config);
    let error = config.and_then(|it| it.notify.read()).unwrap_err();
    let hint = error.hint();
    assert!(hint.is_some_and(|it| !it.contains("hunter2")));
    let mut message = format!("{error:?} {error}");
    assert!(!message.contains("hunter2"), "{message}");
    message = error.to_string();
    message.replace(&scene.path("").display().to_string(), "")
}

#[test]
fn nobody_is_told_by_default() {
    let nobody = read(&Scene::new());
    assert!(nobody.webhook.is_none() && nobody.mail.is_none());
}

#[test]
fn variable_comes_before_the_file() {
    let scene = || {
        let scene = Scene::new().toml("notify_url_file = 'hook'\nsmtp_url_file = 'server'");
        let scene = scene.file("hook", "\u{feff}\"https://file.example/a\"\r\n");
        let scene = scene.file("server", "smtp://file.example\n");
        scene.flag("--mail-to=a@a").flag("--mail-from=b@b")
    };
    let of_file = read(&scene());
    let hook = of_file.webhook.unwrap();
    assert_eq!(hook.url.expose_secret(), "https://file.example/a");
    assert_eq!(
        (hook.host.as_str(), hook.format),
        ("file.example", NotifyFormat::Json)
    );
    let server = of_file.mail.unwrap().server;
    assert_eq!((server.port, server.security), (587, Security::StartTls));
    let scene = scene().variable("PATCHGAP_NOTIFY_URL", HOOK);
    let scene = scene.variable("PATCHGAP_SMTP_URL", SERVER);
    let of_variables = read(&scene);
    assert!(!format!("{:?} {of_variables:?}", scene.config()).contains("hunter2"));
    assert_eq!(of_variables.webhook.unwrap().host, "hooks.example");
    assert_eq!(of_variables.mail.unwrap().server.host, "mail.example");
}

#[test]
fn what_is_missing_is_named() {
    let complete = || {
        let scene = Scene::new().variable("PATCHGAP_SMTP_URL", SERVER);
        (scene.flag("--mail-to=a@a"), "--mail-from=b@b")
    };
    let (scene, from) = complete();
    assert_eq!(read(&scene.flag(from)).mail.unwrap().to.len(), 1);
    for (scene, expected) in [
        (
            Scene::new().flag("--notify-format=slack"),
            "--notify-format is for a webhook, and there is none",
        ),
        (
            complete().0,
            "--mail-from is missing: a mail takes a server, --mail-to and --mail-from",
        ),
        (
            Scene::new().variable("PATCHGAP_SMTP_URL", SERVER),
            "--mail-to is missing: a mail takes a server, --mail-to and --mail-from",
        ),
        (
            Scene::new().flag("--mail-to=a@a").flag("--mail-from=b@b"),
            "PATCHGAP_SMTP_URL or `smtp_url_file` is missing: a mail takes a server, --mail-to and \
             --mail-from",
        ),
    ] {
        assert_eq!(refused(&scene), expected);
    }
}

#[test]
fn bad_addresses_are_refused_without_them() {
    let hook = |value: &str| Scene::new().variable("PATCHGAP_NOTIFY_URL", value);
    let server = |value: &str| {
        let scene = Scene::new().variable("PATCHGAP_SMTP_URL", value);
        scene.flag("--mail-to=a@a").flag("--mail-from=b@b")
    };
    let file = |content: &str| {
        let scene = Scene::new().file("hook", content);
        scene.variable("PATCHGAP_NOTIFY_URL_FILE", "hook")
    };
    for (scene, expected) in [
        (
            hook("hooks.example/hunter2"),
            "environment variable PATCHGAP_NOTIFY_URL: it is not a URL that begins with https://",
        ),
        (
            hook("http://hooks.example/hunter2"),
            "environment variable PATCHGAP_NOTIFY_URL: plain http is only allowed for loopback \
             addresses (127.0.0.0/8, [::1], localhost)",
        ),
        (
            server("mail.example:hunter2"),
            "environment variable PATCHGAP_SMTP_URL: it is not a URL that begins with smtps:// or \
             smtp://",
        ),
        (
            server("smtps://user@mail.example"),
            "environment variable PATCHGAP_SMTP_URL: it has a user or a password, but not both",
        ),
        (file(""), "file with the webhook's address hook: is empty"),
        (
            file("https://hooks.example/hunter2\nhttps://hooks.example/hunter2"),
            "file with the webhook's address hook: contains several lines",
        ),
        (
            Scene::new().toml("notify_url_file = 'no'"),
            "file with the webhook's address no: cannot be read",
        ),
        (
            Scene::new().toml("notify_url = 'https://hunter2'"),
            "patchgap.toml: line 1: `notify_url` is not allowed in this file",
        ),
    ] {
        assert_eq!(refused(&scene), expected);
    }
}

#[cfg(unix)]
#[test]
fn file_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new()
        .file("hook", HOOK)
        .toml("notify_url_file = 'hook'");
    for (mode, is_warning) in [(0o600, false), (0o644, true)] {
        fs::set_permissions(scene.path("hook"), fs::Permissions::from_mode(mode)).unwrap();
        let warnings = read(&scene).warnings;
        assert_eq!(warnings.len(), usize::from(is_warning), "{warnings:?}");
    }
}
