//! The lake and the uploads of many tenants.

use std::fs;

use super::several::{Several, tenant};

#[cfg(feature = "parquet")]
#[test]
fn each_tenant_adds_to_the_lake() {
    let (first, second) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("Contoso", &first), ("Fabrikam", &second)]);
    several.write("").report(&["--lake", "lake"]).exits_with(0);
    for table in ["gaps", "machines", "kbs", "failures"] {
        for scene in [&first, &second] {
            let folder = format!("lake/{table}/tenant={}", scene.tenant.tenant_id());
            let days = fs::read_dir(first.path(&folder)).unwrap();
            assert_eq!(days.count(), 1, "{folder}");
        }
    }
}

#[test]
fn each_tenant_uploads_its_reports_and_the_overview_is_above_them() {
    let (first, second) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("Contoso", &first), ("Fabrikam", &second)]);
    let place = first.path("place");
    let url = url::Url::from_file_path(&place).unwrap();
    let upload = ["--format=csv", "--upload", url.as_str()];
    several.write("").report(&upload).exits_with(0);
    for (folder, file) in [
        ("", "tenants.csv"),
        ("Contoso", "kbs.csv"),
        ("Fabrikam", "kbs.csv"),
    ] {
        let [there, here] = [&place, &first.path("reports")].map(|it| it.join(folder));
        let marker = fs::read_to_string(there.join("_SUCCESS")).unwrap();
        assert!(marker.contains(&format!("  {file}\n")), "{marker}");
        let [there, here] = [there, here].map(|it| fs::read(it.join(file)).unwrap());
        assert!(there == here, "{folder}/{file}");
    }
    fs::write(place.join("_SUCCESS"), "mine").unwrap();
    several
        .report(&[&upload[..], &["--fresh"]].concat())
        .exits_with(6)
        .complains("patchgap did not write the _SUCCESS that is there");
    assert_eq!(several.calls("Contoso"), 12, "those of the first run");
}

#[test]
fn check_tries_the_places_of_each_tenant_out() {
    let (one, other) = (tenant(1, |_| {}), tenant(2, |_| {}));
    let several = Several(vec![("one", &one), ("other", &other)]);
    several.write("");
    let url = url::Url::from_file_path(one.path("place")).unwrap();
    let check = ["check", &format!("--upload={url}"), "--lake=lake"];
    let run = several.run(&check).exits_with(0);
    let line = format!(
        "overview       {}: files can be written and removed\n",
        one.path("place").display()
    );
    assert!(run.stdout.starts_with(&line), "{}", run.stdout);
    // The rest of it is cut off.
    let works = "access granted, upload";
    assert_eq!(run.stdout.matches(works).count(), 2, "{}", run.stdout);
    assert!(!one.path("place").exists() && !one.path("lake").exists());
    // Only the place of the other one.
    std::fs::create_dir(one.path("place")).unwrap();
    one.write("place/other", "");
    let run = several
        .run(&check)
        .exits_with(5)
        .complains("cannot upload the reports: ");
    assert!(run.stdout.contains("one     ready"), "{}", run.stdout);
    assert!(run.stdout.contains("other   fails"), "{}", run.stdout);
}
