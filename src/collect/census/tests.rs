use std::sync::Mutex;

use super::*;
use crate::{
    defender::CallError,
    domain::{
        api::Api,
        kb::{MissingKb, MissingKbs},
        outcome::Reason,
    },
    quota::{Gate, Rules},
};

type Page<T> = Result<ListPage<T>, CallError>;

/// A service with these pages of products, and the same KBs in each product.
struct Fake {
    pages: Vec<Vec<Product>>,
    /// The products without a reply.
    silent: &'static [&'static str],
    calls: Mutex<Vec<String>>,
}

impl CensusApi for Fake {
    async fn products(&self, address: &CensusAddress, permit: &Permit<'_>) -> Page<Vec<Product>> {
        permit.assert_is_for(Api::Census);
        let number = match address {
            CensusAddress::Next(url) => url.path()[1..].parse().unwrap(),
            _ => 0,
        };
        self.calls.lock().unwrap().push(format!("page {number}"));
        let next = format!("https://api.example/{}", number + 1);
        let next = (number + 1 < self.pages.len()).then(|| next.parse().unwrap());
        Ok(ListPage {
            items: self.pages[number].clone(),
            next,
        })
    }

    async fn missing_in(&self, address: &CensusAddress, permit: &Permit<'_>) -> Page<MissingKbs> {
        permit.assert_is_for(Api::Census);
        let CensusAddress::MissingIn(id) = address else {
            panic!("{address:?}");
        };
        self.calls.lock().unwrap().push(id.clone());
        if self.silent.contains(&id.as_str()) {
            let class = Class::Retryable(None);
            return Err(CallError::without_reply(class, Reason::Timeout, "too slow"));
        }
        if id.ends_with("unknown") {
            return Err(CallError::bad_reply(Class::NotFound, 404, "not found"));
        }
        Ok(ListPage {
            items: vec![
                std::sync::Arc::new(kb("1", Some(240))),
                std::sync::Arc::new(kb("2", None)),
            ]
            .into(),
            next: None,
        })
    }
}

fn kb(id: &str, machine_missed_on: Option<u64>) -> MissingKb {
    MissingKb {
        id: KbId::new(id),
        name: None,
        products: Vec::new(),
        url: None,
        machine_missed_on,
        cve_addressed: 0,
        os_build: None,
        cves: None,
        unreadable: Box::default(),
    }
}

fn product(id: &str, exposed_machines: Option<u64>) -> Product {
    Product {
        id: id.to_owned(),
        vendor: id.split("-_-").next().unwrap().to_owned(),
        exposed_machines,
    }
}

/// Fetches the census: the result, and the calls.
async fn fetch(fake: Fake, named: &[&str]) -> (Result<ServiceCensus, String>, Vec<String>) {
    let gate = Gate::new(|_| Rules::default());
    let census = CensusFetcher {
        api: &fake,
        limiter: gate.limiter(Api::Census),
        retries: 1,
        named: &named.iter().map(|it| (*it).to_owned()).collect(),
    };
    let census = census.fetch().await;
    (census, fake.calls.into_inner().unwrap())
}

fn fake(pages: Vec<Vec<Product>>) -> Fake {
    Fake {
        pages,
        silent: &[],
        calls: Mutex::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn relevant_products_are_requested_once() {
    let pages = vec![
        vec![
            product("microsoft-_-edge", Some(3)),
            product("microsoft-_-teams", Some(0)),
            product("google-_-chrome", Some(9)),
            product("other-_-word", Some(9)),
        ],
        vec![
            product("microsoft-_-edge", Some(3)),
            product("microsoft-_-excel", None),
            product("microsoft-_-word", Some(0)),
        ],
    ];
    let (census, calls) = fetch(fake(pages), &["word", "new"]).await;
    let ids = ["edge", "excel", "new", "word"].map(microsoft_id);
    assert_eq!(calls[..2], ["page 0", "page 1"]);
    assert_eq!(calls[2..], ids);
    let census = census.unwrap();
    assert_eq!(census.requests.sent, 6);
    let kbs = BTreeMap::from([(KbId::new("1"), 240), (KbId::new("2"), 0)]);
    assert_eq!(census.products["edge"], kbs);
    assert_eq!(census.left_out, []);
}

#[tokio::test(start_paused = true)]
async fn products_without_an_answer_are_left_out() {
    let names = ["a", "b-unknown", "c", "d"];
    let page = names.map(|name| product(&microsoft_id(name), Some(1)));
    let fake = Fake {
        silent: &["microsoft-_-c"],
        ..fake(vec![page.into()])
    };
    let (census, calls) = fetch(fake, &[]).await;
    assert_eq!(calls.len(), 6, "{calls:?}");
    let census = census.unwrap();
    let counted: Vec<_> = census.products.keys().collect();
    assert_eq!(counted, ["a", "d"]);
    let left_out: Vec<_> = census.left_out.iter().map(|it| &*it.product).collect();
    assert_eq!(left_out, ["b-unknown", "c"]);
    assert!(census.left_out[1].because.contains("too slow"));
}

#[tokio::test(start_paused = true)]
async fn silent_service_gets_no_more_calls() {
    let names = ["a", "b", "c", "d", "e"];
    let page = names.map(|name| product(&microsoft_id(name), Some(1)));
    let silent = &["microsoft-_-a", "microsoft-_-b", "microsoft-_-c"];
    let fake = Fake {
        silent,
        ..fake(vec![page.into()])
    };
    let (census, calls) = fetch(fake, &[]).await;
    assert_eq!(calls.len(), 7, "{calls:?}");
    let left_out = census.unwrap().left_out;
    assert_eq!(left_out.len(), 5);
    assert!(left_out[4].because.starts_with("not requested"));
}

#[tokio::test(start_paused = true)]
async fn links_that_lead_in_circles_end() {
    let page = || vec![product("microsoft-_-edge", Some(1))];
    let (census, calls) = fetch(fake(vec![page(), page(), page()]), &[]).await;
    assert_eq!(calls, ["page 0", "page 1", "microsoft-_-edge"]);
    assert_eq!(census.unwrap().products.len(), 1);
}
