//! Parses one page of the tenant's products.

use serde::Deserialize;

use super::{
    answer::{NoAnswer, PageBody, page},
    lenient::{Count, Object, Text},
};
use crate::domain::census::Product;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct ProductDto {
    id: Text,
    vendor: Text,
    exposed_machines: Count,
}

/// Parses one page of products. Those without an id are left out: nothing can be requested for them.
pub(in crate::defender) fn products(body: &[u8]) -> Result<PageBody<Vec<Product>>, NoAnswer> {
    let page: PageBody<Vec<Object<ProductDto>>> = page(body)?;
    Ok(page.map(|items| items.into_iter().filter_map(product).collect()))
}

fn product(Object(product): Object<ProductDto>) -> Option<Product> {
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
        let expected = PageBody {
            items: vec![
                product("microsoft-_-edge", "Microsoft", None),
                product("microsoft-_-teams", "", Some(0)),
                product("7", "seven", Some(3)),
            ],
            next: Some("/api/Software?$skip=4".to_owned()),
        };
        assert_eq!(products(body.as_bytes()).unwrap(), expected);
    }
}
