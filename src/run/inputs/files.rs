//! The files that a run reads or keeps; reports never replace them.

use std::path::Path;

use crate::{
    config::{Config, Resolved},
    inventory::Inventory,
    report::{
        self, Extras,
        output::{Claim, Conflict, Input},
    },
    run::{RunError, reporting::part_folders::folders},
    store,
};

/// The files that a run reads or keeps, whether or not they exist yet.
pub(crate) fn inputs(resolved: &Resolved, state: &Path, list: Option<&Path>) -> Vec<Input> {
    let config = &resolved.config;
    let sign_in = &config.sign_in;
    let certificate = config.service.ca_cert.as_ref();
    let named = [
        (
            "list of machines",
            list.filter(|list| *list != Path::new("-")),
        ),
        ("configuration file", resolved.file.as_deref()),
        ("certificate", sign_in.certificate.as_deref()),
        ("file of exceptions", config.policy.exceptions.as_deref()),
        ("token file", sign_in.federated_token_file.as_deref()),
        ("root certificate", certificate.map(|it| it.path.as_path())),
        ("summary of the workflow", config.step_summary.as_deref()),
    ];
    let named = named
        .into_iter()
        .filter_map(|(what, path)| Some((what, path?.to_owned())));
    let secrets = resolved.secret_files.iter().cloned();
    let secrets = secrets.map(|path| ("client secret file", path));
    let addresses = config.notify.files();
    let addresses = addresses.map(|path| ("file with a secret address", path));
    let store = store::files_of(state);
    let store = store.into_iter().map(|path| ("store", path));
    let all = named.chain(secrets).chain(addresses).chain(store);
    all.map(|(what, path)| Input { what, path }).collect()
}

/// Checks that the reports would replace only earlier reports. Writes nothing.
pub(crate) fn check_conflicts(config: &Config, inputs: &[Input]) -> Result<(), Conflict> {
    let extras = Extras {
        base: true,
        list_check: config.filters.check_list,
        census: config.census,
        cross_check: config.cross_check.is_some(),
    };
    check_folder(config, &config.reports.out, extras, inputs)
}

/// Checks the same of the folders of `--split-by` for this list, and that it has such a column.
pub(crate) fn check_parts(
    config: &Config,
    list: &Inventory,
    inputs: &[Input],
) -> Result<(), RunError> {
    let extras = Extras {
        base: true,
        ..Extras::default()
    };
    for name in folders(config, list)? {
        check_folder(config, &config.reports.out.join(name), extras, inputs)?;
    }
    Ok(())
}

fn check_folder(
    config: &Config,
    folder: &Path,
    extras: Extras,
    inputs: &[Input],
) -> Result<(), Conflict> {
    let reports = report::reports(&config.reports.formats);
    let names = report::file_names(&reports, extras);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let claim = Claim {
        folder,
        names: &names,
        has_targets: config.reports.targets > 0,
        option: "--out",
    };
    claim.check(inputs)
}
