//! The number of groups of machines with the same software, which shows how many calls `--source
//! cohorts` can save.

use std::collections::BTreeSet;

use crate::{
    collect::selective::RelevantSoftware,
    domain::{software::SoftwareInventory, text::counted},
    store::{Service, Store, StoreError},
};

/// The most products that are named.
const MOST_NAMED: usize = 5;

/// The number of groups, and the products that add most to it.
pub(in crate::run) fn described(
    software: &SoftwareInventory,
    products: &BTreeSet<String>,
) -> String {
    let groups = |products: &BTreeSet<String>| {
        let keys = RelevantSoftware::new(products).keys(software);
        keys.into_iter().collect::<BTreeSet<_>>().len()
    };
    let all = groups(products);
    let mut added = Vec::new();
    for product in products {
        let mut others = products.clone();
        others.remove(product);
        added.push((all.saturating_sub(groups(&others)), product));
    }
    added.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
    let named = added.iter().filter(|it| it.0 > 0).take(MOST_NAMED);
    let named: Vec<String> = named
        .map(|(more, product)| format!("{product} {more}"))
        .collect();
    let all = counted(all as u64, "group of machines", "groups of machines");
    if named.is_empty() {
        return all;
    }
    format!(
        "{all}, of which these products make the most: {}",
        named.join(", ")
    )
}

/// The same text, from the latest software inventory and the latest count of the service in the
/// store.
pub(crate) fn kept(store: &Store, service: &Service) -> Result<String, StoreError> {
    let runs = store.runs()?;
    let known = runs.iter().find(|run| run.service == *service);
    let known = known.map(|run| known_of(store, run.service_number));
    let known = known.transpose()?.flatten();
    Ok(known.unwrap_or_else(|| {
        "not known before a run with --source, or with --software and --census".to_owned()
    }))
}

fn known_of(store: &Store, service: i64) -> Result<Option<String>, StoreError> {
    let Some(run) = store.run_with_latest_software(service)? else {
        return Ok(None);
    };
    let (software, products) = (store.software(run)?, store.census_products(service)?);
    let software = software.as_ref().and_then(|it| it.inventory());
    let software = software.filter(|_| !products.is_empty());
    Ok(software.map(|software| {
        let day = software.generated_at.strftime("%Y-%m-%d");
        format!("software of {day}, {}", described(software, &products))
    }))
}
