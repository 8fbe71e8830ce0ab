//! The versions of a machine's products: each update that is installed raises them.

use super::model::Model;

/// A product on a machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProductVersion {
    /// Its name, as in `productsNames`.
    pub product: &'static str,
    /// Its version, such as `10.0.26100.4291`.
    pub version: String,
}

/// The version of a product after so many updates.
pub(super) fn version(model: &Model, product: &str, updates: usize) -> String {
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
