//! The file of a table that was added last: this tenant's, or any tenant's if it has none.

use super::files::{LakeFiles, Trouble};

/// The newest file below the folder of a table: in the folder of the latest date that has any, the
/// one whose run started last, according to its name. `tenant` is the name of the tenant's folder.
pub(super) async fn newest(
    files: &dyn LakeFiles,
    table: &str,
    tenant: Option<&str>,
) -> Result<Option<String>, Trouble> {
    let mut tenants = files.names(table).await?;
    tenants.retain(|name| name.starts_with("tenant="));
    // Each tenant reads only its own folder in a lake of many tenants.
    if let Some(own) = tenants.iter().position(|name| Some(&**name) == tenant) {
        let own = tenants.swap_remove(own);
        if let Some(file) = newest_of(files, table, vec![own]).await? {
            return Ok(Some(file));
        }
    }
    newest_of(files, table, tenants).await
}

async fn newest_of(
    files: &dyn LakeFiles,
    table: &str,
    tenants: Vec<String>,
) -> Result<Option<String>, Trouble> {
    let mut days: Vec<(String, String)> = Vec::new();
    for tenant in tenants {
        let tenant = format!("{table}/{tenant}");
        let dates = files.names(&tenant).await?.into_iter();
        let dates = dates.filter(|name| name.starts_with("date="));
        days.extend(dates.map(|date| {
            let day = format!("{tenant}/{date}");
            (date, day)
        }));
    }
    days.sort_unstable_by(|one, other| other.cmp(one));
    for (_, day) in days {
        let parts = files.names(&day).await?.into_iter();
        if let Some(name) = parts.filter(|name| is_part(name)).max() {
            return Ok(Some(format!("{day}/{name}")));
        }
    }
    Ok(None)
}

/// Whether readers of a lake treat a file of this name as a part of it.
fn is_part(name: &str) -> bool {
    name.ends_with(".parquet") && !name.starts_with(['.', '_'])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{super::folder::LakeFolder, *};

    #[tokio::test]
    async fn newest_is_of_the_latest_day_with_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = folder.path().join("gaps").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        let files = LakeFolder::new(folder.path().to_owned());
        assert_eq!(newest(&files, "gaps", None).await.unwrap(), None);
        for path in [
            "tenant=a/date=2026-11-23/run-20261123T010000Z-1.parquet",
            "tenant=a/date=2026-11-23/run-20261123T050000Z-1.parquet",
            "tenant=a/date=2026-11-22/run-20261122T230000Z-1.parquet",
            "tenant=b/date=2026-11-20/run-20261120T010000Z-1.parquet",
            "tenant=b/date=2026-11-24/.patchgap-x.tmp",
            "tenant=b/date=2026-11-24/_run.parquet",
            "tenant=c/date=2026-11-24/_run.parquet",
            "other/date=2026-12-24/run-1.parquet",
            "tenant=d",
        ] {
            write(path);
        }
        let latest = "tenant=a/date=2026-11-23/run-20261123T050000Z-1.parquet";
        for (tenant, expected) in [
            (None, latest),
            (Some("tenant=a"), latest),
            (
                Some("tenant=b"),
                "tenant=b/date=2026-11-20/run-20261120T010000Z-1.parquet",
            ),
            (Some("tenant=c"), latest),
            (Some("tenant=e"), latest),
        ] {
            let found = newest(&files, "gaps", tenant).await.unwrap().unwrap();
            assert_eq!(found, format!("gaps/{expected}"), "{tenant:?}");
        }
    }
}
