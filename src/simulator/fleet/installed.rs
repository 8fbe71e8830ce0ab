//! The software installed on a machine, and its missing updates: both follow from its image and from the
//! number of installed updates of each family.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use super::{
    catalogue::{Catalogue, LINE_COUNT, MONTHS, Series, Update},
    machine::ProductVersion,
    model::{Image, Model},
};
use crate::domain::kb::MissingKb;

/// The software of a machine that gets updates by KB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Installed {
    pub(super) model: &'static Model,
    pub(super) image: &'static Image,
    /// The number of installed updates of each family.
    pub(super) levels: [usize; LINE_COUNT],
}

/// Of little: all of it would take longer than what is remembered.
impl Hash for Installed {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.model.build.hash(hasher);
        self.levels.hash(hasher);
    }
}

impl Installed {
    /// A machine before the first night.
    pub(super) fn at_first(catalogue: &Catalogue, random: &mut fastrand::Rng) -> Self {
        let model = Model::any(random);
        let mut installed = Self {
            model,
            image: model.any_image(random),
            levels: [0; LINE_COUNT],
        };
        let months = if model.is_supported() {
            MONTHS - months_behind(random)
        } else {
            0
        };
        for (level, series) in installed.levels.iter_mut().zip(&catalogue.series) {
            *level = series.updates.partition_point(|it| it.month < months);
        }
        // On a few machines, one product has its own update history.
        if model.is_supported() && random.u32(..100) < 3 {
            let fewer = random.usize(1..=3);
            installed.change(catalogue, random, |level| level.saturating_sub(fewer));
        }
        installed
    }

    /// Changes the number of installed updates of one of its families.
    pub(super) fn change(
        &mut self,
        catalogue: &Catalogue,
        random: &mut fastrand::Rng,
        change: impl Fn(usize) -> usize,
    ) {
        let families: Vec<usize> = self.families(catalogue).collect();
        if let Some(family) = random.choice(families) {
            self.levels[family] = change(self.levels[family]);
        }
    }

    /// The numbers of the families of updates that it needs.
    pub(super) fn families(self, catalogue: &Catalogue) -> impl Iterator<Item = usize> {
        let series = catalogue.series.iter().enumerate();
        let needed = series.filter(move |(_, series)| self.needs(series));
        needed.map(|(number, _)| number)
    }

    fn needs(self, series: &Series) -> bool {
        let head = series.head();
        self.products().any(|product| Some(product) == head)
    }

    /// Its products, Windows first.
    fn products(self) -> impl Iterator<Item = &'static str> {
        let own = self.model.products.iter();
        own.chain(self.image.products).copied()
    }

    /// The updates that it misses, sorted by id.
    pub(super) fn missing(self, catalogue: &Catalogue) -> Vec<MissingKb> {
        if !self.model.is_supported() {
            return Vec::new();
        }
        let families = self.families(catalogue);
        let updates =
            families.flat_map(|family| catalogue.series[family].missing(self.levels[family]));
        let mut missing: Vec<_> = updates.map(|update| self.described(update)).collect();
        missing.sort_by(|one, other| one.id.cmp(&other.id));
        missing
    }

    /// The versions of its products, Windows first.
    pub(super) fn versions(self, catalogue: &Catalogue) -> Vec<ProductVersion> {
        let families: Vec<usize> = self.families(catalogue).collect();
        let products = self.products().map(|product| {
            let families = families.iter().copied();
            let raising = families.filter(|&family| catalogue.series[family].raises(product));
            let updates = raising.map(|family| self.levels[family]).sum();
            ProductVersion {
                product,
                version: version(self.model, product, updates),
            }
        });
        products.collect()
    }

    /// The update as the service describes it for this machine: with its products only.
    pub(super) fn described(self, update: &Update) -> MissingKb {
        let here = || {
            let scopes = update.scopes.iter();
            scopes.filter(|&&(name, _)| self.products().any(|product| product == name))
        };
        let mut products: Vec<Arc<str>> = here().map(|&(name, _)| name.into()).collect();
        products.sort();
        MissingKb {
            id: update.id.clone(),
            name: Some(Arc::clone(&update.name)),
            products,
            url: Some(Arc::clone(&update.url)),
            machine_missed_on: Some(1),
            cve_addressed: here().map(|(_, cves)| cves).sum(),
            os_build: Some(self.model.build.into()),
            cves: None,
            unreadable: Box::default(),
        }
    }
}

/// Months since the machine was last patched: a fifth are up to date, a few were forgotten.
fn months_behind(random: &mut fastrand::Rng) -> u32 {
    match random.u32(..100) {
        ..20 => 0,
        20..55 => 1,
        55..80 => 2,
        80..92 => 3,
        92..97 => 5,
        _ => MONTHS,
    }
}

/// The version of a product after this number of updates: each installed one raises it.
fn version(model: &Model, product: &str, updates: usize) -> String {
    let n = updates;
    match product {
        "edge" | "edge_webview2" => format!("{}.0.{}.{}", 130 + 2 * n, 2849 + 75 * n, 40 + n),
        "office" | "outlook" | "visio" | "project" => {
            format!("16.0.{}.{}", 18_025 + 200 * n, 20_100 + 6 * n)
        }
        "dotnet_framework" => format!("4.8.{}.0", 9261 + 19 * n),
        "powershell" => format!("7.4.{}.0", 5 + n),
        "exchange_server" => format!("15.2.{}.{}", 1544 + 4 * n, 11 + n),
        "sql_server" => format!("16.0.{}.2", 4145 + 15 * n),
        "sql_server_management_studio" => format!("20.2.{}.0", 30 + n),
        "internet_explorer" => format!("11.{}.{}.0", 1_000 + n, model.build),
        "windows_server_2012_r2" => format!("6.3.{}.22221", model.build),
        _ => format!("10.0.{}.{}", model.build, 2033 + 137 * n),
    }
}
