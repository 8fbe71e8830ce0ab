//! The files under `config/` that people copy: their command lines run, and what they promise holds.

use std::{
    fs,
    io::{Write, stderr},
    path::Path,
    process::Command,
};

use crate::common::{Finished, Hook, Scene};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("config")
        .join(path);
    fs::read_to_string(path).unwrap()
}

/// A tenant, and the settings of a job for it in the file that the documents name.
fn scene() -> Scene {
    let scene = Scene::with_machines(5);
    scene.write(
        "patchgap.toml",
        "machines = \"service\"\nprogress = \"off\"\n",
    );
    scene
}

/// Runs a command line of a file with other folders, signed in by a secret in a file as well.
fn run(scene: &Scene, line: &str, folders: &[&str]) -> Finished {
    let here = scene.folder().to_str().unwrap();
    let arguments = line.split_whitespace().map(|argument| {
        let argument = argument.replace("{date}", "tonight").replace('\\', "/");
        folders.iter().fold(argument, |text, folder| {
            text.replace(&folder.replace('\\', "/"), here)
        })
    });
    let arguments: Vec<String> = arguments.collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    scene.write("client-secret", scene.tenant.client_secret());
    let mut command = scene.command(&arguments);
    command
        .env_remove("AZURE_CLIENT_SECRET")
        .env_remove("PATCHGAP_STATE")
        .env("PATCHGAP_CLIENT_SECRET_FILE", scene.path("client-secret"));
    scene.finish(&mut command).exits_with(0)
}

/// The value of a line `name=value`.
fn value<'text>(text: &'text str, name: &str) -> &'text str {
    let found = text.lines().find_map(|line| line.strip_prefix(name));
    found.and_then(|it| it.strip_prefix('=')).unwrap()
}

#[track_caller]
fn has_reports(scene: &Scene) {
    assert!(scene.path("reports/tonight/kbs.csv").exists());
    assert!(scene.path("patchgap.sqlite").exists());
}

#[test]
fn systemd_service_runs() {
    let service = read("systemd/patchgap.service");
    let scene = scene();
    let line = value(&service, "ExecStart");
    let line = line.strip_prefix("/usr/local/bin/patchgap ").unwrap();
    let run = run(&scene, line, &["/etc/patchgap", "/var/lib/patchgap"]);
    assert_eq!(run.stdout, "");
    has_reports(&scene);
    assert!(service.contains("Environment=PATCHGAP_CLIENT_SECRET_FILE=%d/client-secret"));
    let credential = value(&service, "LoadCredential");
    assert!(credential.starts_with("client-secret:"), "{credential}");
    // What is commented out.
    assert_eq!(
        value(&service, "# LoadCredential"),
        "notify-url:/etc/patchgap/notify-url"
    );
    assert!(service.contains("# Environment=PATCHGAP_NOTIFY_URL_FILE=%d/notify-url\n"));
}

#[test]
fn webhook_of_each_file_is_told() {
    let hook = Hook::answering(&["200 OK"]);
    for (file, variable) in [
        ("systemd/patchgap.service", "PATCHGAP_NOTIFY_URL_FILE"),
        ("container/Containerfile", "PATCHGAP_NOTIFY_URL"),
        ("kubernetes/cronjob.yaml", "PATCHGAP_NOTIFY_URL"),
        ("windows/register-task.ps1", "notify_url_file"),
    ] {
        assert!(read(file).contains(variable), "{file}");
        let scene = scene();
        scene.write("notify-url.txt", format!("{}\r\n", hook.url()));
        let mut command = scene.command(&["report", "-q"]);
        match variable {
            "PATCHGAP_NOTIFY_URL" => command.env(variable, hook.url()),
            "PATCHGAP_NOTIFY_URL_FILE" => command.env(variable, scene.path("notify-url.txt")),
            _ => {
                let settings = "machines = \"service\"\nnotify_url_file = 'notify-url.txt'\n";
                scene.write("patchgap.toml", settings);
                &mut command
            }
        };
        scene.finish(&mut command).exits_with(0);
        assert_eq!(hook.take().len(), 1, "{file}");
    }
}

#[test]
fn systemd_service_is_hardened() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/systemd");
    // The number is in tenths.
    let mut command = Command::new("systemd-analyze");
    command
        .args(["security", "--offline=true", "--threshold=20"])
        .arg(folder.join("patchgap.service"));
    match command.output() {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        ),
        Err(error) => {
            let _ = writeln!(stderr(), "skipped: systemd-analyze cannot be run: {error}");
        }
    }
    let timer = read("systemd/patchgap.timer");
    assert_eq!(value(&timer, "OnCalendar"), "*-*-* 22:00");
}

#[test]
fn container_has_the_settings_that_its_arguments_do_not_name() {
    let file = read("container/Containerfile");
    let scene = scene();
    scene.write("machines.csv", scene.tenant.inventory_csv());
    let variables = file.split("ENV ").nth(1).unwrap();
    let variables = variables.split("\nWORKDIR").next().unwrap();
    let mut command = scene.command(&["report", "machines.csv", "-q"]);
    for variable in variables.replace('\\', "").split_whitespace() {
        let (name, value) = variable.split_once('=').unwrap();
        let here = scene.folder().to_str().unwrap();
        let value = value.replace("/data", here).replace("{date}", "tonight");
        command.env(name, value);
    }
    scene.finish(&mut command).exits_with(0);
    has_reports(&scene);
    let version = format!("rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(file.contains(&version), "{version}");
}

#[test]
fn container_is_built_from_what_is_there() {
    let file = read("container/Containerfile");
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copied = file
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|line| !line.starts_with("--from="))
        .flat_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            words[..words.len() - 1].to_vec()
        });
    let copied: Vec<&str> = copied.collect();
    for source in &copied {
        assert!(project.join(source).exists(), "{source}");
    }
    // Without what the manifest names, cargo refuses to begin.
    for needed in [
        "Cargo.toml",
        "Cargo.lock",
        ".cargo",
        "src",
        "tests",
        "benches",
    ] {
        assert!(copied.contains(&needed), "{needed}");
    }
}

#[test]
fn cron_job_runs() {
    let job = read("kubernetes/cronjob.yaml");
    let arguments = job.split("args:\n").nth(1).unwrap();
    let arguments: Vec<&str> = arguments
        .lines()
        .map_while(|line| line.trim().strip_prefix("- "))
        .collect();
    let (sign_in, others): (Vec<&str>, Vec<&str>) = arguments
        .iter()
        .partition(|argument| argument.starts_with("--credential="));
    assert_eq!(sign_in, ["--credential=workload-identity"]);
    let scene = scene();
    let line = format!(
        "{} --state /data/patchgap.sqlite --out /data/reports/{{date}}",
        others.join(" ")
    );
    run(&scene, &line, &["/data"]);
    has_reports(&scene);
    // What each of these exit codes says would be the same after another start; an upload (6) may succeed then.
    assert!(job.contains("values: [2, 3, 4, 5]\n"));
    for id in ["client-id", "tenant-id"] {
        assert!(job.contains(&format!("azure.workload.identity/{id}: ")));
    }
    assert!(!job.contains('\t'));
}

#[test]
fn scheduled_task_runs() {
    let script = read("windows/register-task.ps1");
    let arguments = value(&script, "$arguments ");
    let arguments = arguments.trim().strip_prefix('"').unwrap();
    let arguments = arguments.strip_suffix('"').unwrap().replace("`\"", "");
    let scene = scene();
    run(&scene, &arguments, &["$Folder"]);
    has_reports(&scene);
    assert!(scene.path("logs/patchgap.log").exists());
}
