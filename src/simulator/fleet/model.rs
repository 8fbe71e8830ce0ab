//! The kinds of machines in the simulated fleet.

/// A kind of machine, as many fleets have them.
pub(super) struct Model {
    /// How many of a hundred machines are of this kind.
    pub(super) share: u32,
    pub(super) platform: &'static str,
    pub(super) version: &'static str,
    pub(super) build: &'static str,
    /// The prefix of its computer name.
    pub(super) prefix: &'static str,
    /// Products on every such machine.
    pub(super) products: &'static [&'static str],
    /// Products on some of them.
    pub(super) extras: &'static [&'static str],
}

pub(super) const MODELS: [Model; 6] = [
    Model {
        share: 24,
        platform: "Windows11",
        version: "24H2",
        build: "26100",
        prefix: "LAP",
        products: &["windows_11", "edge", "edge_webview2", "dotnet_framework"],
        extras: DESK,
    },
    Model {
        share: 22,
        platform: "Windows11",
        version: "23H2",
        build: "22631",
        prefix: "LAP",
        products: &["windows_11", "edge", "edge_webview2", "dotnet_framework"],
        extras: DESK,
    },
    Model {
        share: 28,
        platform: "Windows10",
        version: "22H2",
        build: "19045",
        prefix: "WKS",
        products: &["windows_10", "edge", "dotnet_framework"],
        extras: DESK,
    },
    Model {
        share: 8,
        platform: "WindowsServer2019",
        version: "1809",
        build: "17763",
        prefix: "SRV",
        products: &["windows_server_2019", "dotnet_framework"],
        extras: ROOM,
    },
    Model {
        share: 13,
        platform: "WindowsServer2022",
        version: "21H2",
        build: "20348",
        prefix: "SRV",
        products: &["windows_server_2022", "edge", "dotnet_framework"],
        extras: ROOM,
    },
    Model {
        share: 5,
        platform: "WindowsServer2025",
        version: "24H2",
        build: "26100",
        prefix: "SRV",
        products: &["windows_server_2025", "edge", "dotnet_framework"],
        extras: ROOM,
    },
];

/// Workstations.
const DESK: &[&str] = &[
    "office",
    "outlook",
    "visio",
    "project",
    "powershell",
    "remote_desktop_client",
    "internet_explorer",
    "edge_webview2",
];

/// Servers.
const ROOM: &[&str] = &[
    "exchange_server",
    "sql_server",
    "sql_server_management_studio",
    "powershell",
    "remote_desktop_client",
    "internet_explorer",
];

impl Model {
    /// A random model, weighted by its share.
    pub(super) fn any(random: &mut fastrand::Rng) -> &'static Self {
        let mut drawn = random.u32(..100);
        for model in &MODELS {
            if drawn < model.share {
                return model;
            }
            drawn -= model.share;
        }
        &MODELS[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_a_hundred() {
        assert_eq!(MODELS.iter().map(|model| model.share).sum::<u32>(), 100);
    }
}
