//! The kinds of machines in the simulated fleet.

use jiff::civil::date;

use super::support::Lifecycle;

/// A kind of machine, as many fleets have them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Model {
    /// The number of machines of this kind per thousand.
    pub(super) share: u32,
    pub(super) platform: &'static str,
    pub(super) version: &'static str,
    pub(super) build: &'static str,
    /// The prefix of its computer name.
    pub(super) prefix: &'static str,
    /// Products on every such machine, Windows first.
    pub(super) products: &'static [&'static str],
    /// The standard installations of such machines.
    images: &'static [Image],
    pub(super) support: Lifecycle,
}

/// A standard installation: machines of one model and image have the same products.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// The number of machines with this image per hundred of the model.
    share: u32,
    /// Products in addition to those of the model.
    pub(super) products: &'static [&'static str],
}

pub(super) const MODELS: [Model; 9] = [
    Model {
        share: 240,
        platform: "Windows11",
        version: "24H2",
        build: "26100",
        prefix: "LAP",
        products: &["windows_11", "edge", "edge_webview2", "dotnet_framework"],
        images: WORKSTATION_IMAGES,
        support: Lifecycle::Open,
    },
    Model {
        share: 200,
        platform: "Windows11",
        version: "23H2",
        build: "22631",
        prefix: "LAP",
        products: &["windows_11", "edge", "edge_webview2", "dotnet_framework"],
        images: WORKSTATION_IMAGES,
        support: Lifecycle::Open,
    },
    Model {
        share: 280,
        platform: "Windows10",
        version: "22H2",
        build: "19045",
        prefix: "WKS",
        products: &["windows_10", "edge", "dotnet_framework"],
        images: WORKSTATION_IMAGES,
        support: Lifecycle::Open,
    },
    Model {
        share: 80,
        platform: "WindowsServer2019",
        version: "1809",
        build: "17763",
        prefix: "SRV",
        products: &["windows_server_2019", "dotnet_framework"],
        images: SERVER_IMAGES,
        support: Lifecycle::Open,
    },
    Model {
        share: 120,
        platform: "WindowsServer2022",
        version: "21H2",
        build: "20348",
        prefix: "SRV",
        products: &["windows_server_2022", "edge", "dotnet_framework"],
        images: SERVER_IMAGES,
        support: Lifecycle::Open,
    },
    Model {
        share: 50,
        platform: "WindowsServer2025",
        version: "24H2",
        build: "26100",
        prefix: "SRV",
        products: &["windows_server_2025", "edge", "dotnet_framework"],
        images: SERVER_IMAGES,
        support: Lifecycle::Open,
    },
    Model {
        share: 14,
        platform: "Windows11",
        version: "22H2",
        build: "22621",
        prefix: "LAP",
        products: &["windows_11", "edge", "edge_webview2", "dotnet_framework"],
        images: PLAIN_IMAGES,
        support: Lifecycle::EndsIn(60),
    },
    Model {
        share: 9,
        platform: "Windows10",
        version: "21H2",
        build: "19044",
        prefix: "WKS",
        products: &["windows_10", "edge", "dotnet_framework"],
        images: PLAIN_IMAGES,
        support: Lifecycle::Ended(date(2024, 6, 11)),
    },
    Model {
        share: 7,
        platform: "WindowsServer2012R2",
        version: "6.3",
        build: "9600",
        prefix: "SRV",
        products: &["windows_server_2012_r2", "dotnet_framework"],
        images: PLAIN_IMAGES,
        support: Lifecycle::Ended(date(2023, 10, 10)),
    },
];

/// Workstations.
const WORKSTATION_IMAGES: &[Image] = &[
    Image {
        share: 66,
        products: &["office", "outlook", "powershell"],
    },
    Image {
        share: 26,
        products: &[
            "office",
            "outlook",
            "visio",
            "project",
            "powershell",
            "remote_desktop_client",
        ],
    },
    Image {
        share: 8,
        products: &["remote_desktop_client", "internet_explorer"],
    },
];

/// Servers.
const SERVER_IMAGES: &[Image] = &[
    Image {
        share: 62,
        products: &["powershell", "remote_desktop_client"],
    },
    Image {
        share: 30,
        products: &["sql_server", "sql_server_management_studio", "powershell"],
    },
    Image {
        share: 8,
        products: &["exchange_server", "internet_explorer"],
    },
];

/// Only the model's own products.
const PLAIN_IMAGES: &[Image] = &[Image {
    share: 100,
    products: &[],
}];

impl Model {
    /// A random model, weighted by its share.
    pub(super) fn any(random: &mut fastrand::Rng) -> &'static Self {
        weighted(&MODELS, |model| model.share, random)
    }

    /// A random image of this model, weighted by its share.
    pub(super) fn any_image(&self, random: &mut fastrand::Rng) -> &'static Image {
        weighted(self.images, |image| image.share, random)
    }

    /// Whether it still gets updates.
    pub(super) fn is_supported(&self) -> bool {
        !matches!(self.support, Lifecycle::Ended(_))
    }
}

fn weighted<'i, T>(items: &'i [T], share: impl Fn(&T) -> u32, random: &mut fastrand::Rng) -> &'i T {
    let shares: u32 = items.iter().map(&share).sum();
    let mut drawn = random.u32(..shares);
    for item in items {
        match drawn.checked_sub(share(item)) {
            Some(rest) => drawn = rest,
            None => return item,
        }
    }
    &items[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        assert_eq!(MODELS.iter().map(|model| model.share).sum::<u32>(), 1000);
        for images in MODELS.iter().map(|model| model.images) {
            assert_eq!(images.iter().map(|image| image.share).sum::<u32>(), 100);
        }
    }

    #[test]
    fn no_image_repeats_a_product_of_its_model() {
        for model in &MODELS {
            let images = model.images.iter().flat_map(|image| image.products);
            assert!(
                images.clone().all(|it| !model.products.contains(it)),
                "{model:?}"
            );
        }
    }
}
