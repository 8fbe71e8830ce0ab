//! Parses one page of the tenant's products.

use serde::{Deserialize, de::IgnoredAny};

use super::{
    answer::{NoAnswer, value},
    lenient::{Count, Object, Text},
};
use crate::domain::census::Product;

#[derive(Deserialize)]
struct SoftwareDto {
    value: Option<Vec<Object<ProductDto>>>,
    error: Option<IgnoredAny>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Text,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ProductDto {
    id: Text,
    vendor: Text,
    exposed_machines: Count,
}

/// The products on one page.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::defender) struct SoftwareBody {
    pub(in crate::defender) products: Vec<Product>,
    /// The link to the next page, if there is one.
    pub(in crate::defender) next: Option<String>,
}

impl SoftwareBody {
    /// Parses one page. Products without an id are left out: nothing can be requested for them.
    pub(in crate::defender) fn read(body: &[u8]) -> Result<Self, NoAnswer> {
        let page: SoftwareDto = value(body)?;
        if page.error.is_some() {
            return Err(NoAnswer::Error);
        }
        let products = page.value.ok_or(NoAnswer::NoValue)?.into_iter();
        Ok(Self {
            products: products.filter_map(|it| product(it.0)).collect(),
            next: page.next.filled(),
        })
    }
}

fn product(product: ProductDto) -> Option<Product> {
    Some(Product {
        id: product.id.filled()?,
        vendor: product.vendor.filled().unwrap_or_default(),
        exposed_machines: match product.exposed_machines {
            Count {
                number: None,
                unreadable: None,
            } => Some(0),
            Count { number, .. } => number,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_spellings_of_a_product_are_read() {
        let body = r#"{"value":[
            {"id":"microsoft-_-edge","vendor":"Microsoft","exposedMachines":"1,2","x":[]},
            {"id":"microsoft-_-teams","vendor":null,"exposedMachines":null},
            {"id":" ","vendor":"microsoft"},
            {"id":7,"vendor":"seven","exposedMachines":3.0}],
            "@odata.nextLink":"/api/Software?$skip=4"}"#;
        let product = |id: &str, vendor: &str, exposed_machines| Product {
            id: id.to_owned(),
            vendor: vendor.to_owned(),
            exposed_machines,
        };
        let expected = SoftwareBody {
            products: vec![
                product("microsoft-_-edge", "Microsoft", None),
                product("microsoft-_-teams", "", Some(0)),
                product("7", "seven", Some(3)),
            ],
            next: Some("/api/Software?$skip=4".to_owned()),
        };
        assert_eq!(SoftwareBody::read(body.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn a_body_that_is_not_a_list_is_an_error() {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"value":null}"#,
            r#"{"value":[1]}"#,
            r#"{"value":[],"error":{"code":"x"}}"#,
            "[]",
        ] {
            assert!(SoftwareBody::read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
