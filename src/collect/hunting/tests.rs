use std::sync::Mutex;

use super::*;
use crate::{
    defender::CallError,
    domain::{
        cve::CveFacts, machine::MachineId, outcome::Failure, vulnerabilities::VulnerabilityRow,
    },
    quota::Rules,
};

/// A tenant of this many machines, whose answers are truncated at one limit and refused beyond another.
struct Fake {
    machines: u8,
    cut_at: usize,
    refused_beyond: usize,
    queries: Mutex<Vec<String>>,
}

fn row(number: u8) -> VulnerabilityRow<'static> {
    VulnerabilityRow {
        machine: MachineId::from_bytes([number; 20]),
        is_onboarded: true,
        kb: "5000001",
        name: "",
        url: "",
        product: "windows_11",
        os_version: "",
        cve: "CVE-2026-0001".parse().ok(),
        facts: CveFacts::default(),
    }
}

/// The numbers in a condition such as `hash(DeviceId, 4) == 3`.
fn shard(query: &str) -> (u64, u64) {
    let condition = query.split("hash(DeviceId, ").nth(1).unwrap();
    let (of, rest) = condition.split_once(") == ").unwrap();
    let number = rest.split_whitespace().next().unwrap();
    (of.parse().unwrap(), number.parse().unwrap())
}

impl HuntingApi for Fake {
    async fn hunt(&self, query: &str, permit: &Permit<'_>) -> Result<VulnerabilityRows, CallError> {
        permit.assert_is_for(Api::Hunting);
        self.queries.lock().unwrap().push(query.to_owned());
        let (of, number) = shard(query);
        let here = (0..self.machines).filter(|it| u64::from(*it) % of == number);
        let here: Vec<u8> = here.collect();
        if here.len() > self.refused_beyond {
            let failure = Failure {
                http_status: Some(400),
                ..Failure::new(Reason::Refused, "The response exceeds the allowed size")
            };
            return Err(CallError {
                failure,
                ..CallError::without_reply(Class::MachineRefused, Reason::Refused, "")
            });
        }
        let mut rows = VulnerabilityRows::default();
        for number in here.iter().take(self.cut_at) {
            rows.counts.rows += 1;
            rows.add(&row(*number));
        }
        Ok(rows)
    }
}

async fn fetch(fake: &Fake) -> Result<(BulkAnswers, Requests), NoRows> {
    let gate = Gate::new(|_| Rules::default());
    let fetcher = HuntingFetcher {
        api: fake,
        gate: &gate,
        retries: 0,
        clock: || Timestamp::UNIX_EPOCH,
        machines: u64::from(fake.machines),
    };
    fetcher.fetch().await
}

fn fake(machines: u8) -> Fake {
    Fake {
        machines,
        cut_at: usize::MAX,
        refused_beyond: usize::MAX,
        queries: Mutex::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn every_machine_is_in_one_shard() {
    let fake = fake(201);
    let (answers, requests) = fetch(&fake).await.unwrap();
    assert_eq!(answers.machines().count(), 201);
    assert_eq!(requests.sent, 2);
    let query = &fake.queries.lock().unwrap()[0];
    assert_eq!(shard(query), (2, 0));
    assert!(
        query.ends_with("by DeviceId, RecommendedSecurityUpdateId"),
        "{query}"
    );
}

#[tokio::test(start_paused = true)]
async fn cut_shards_are_divided_until_nothing_is_cut() {
    // 125 and 125 are cut to 100 and 100, 63 and 62 are not.
    let cut = Fake {
        cut_at: 100,
        ..fake(250)
    };
    let (answers, requests) = fetch(&cut).await.unwrap();
    assert_eq!(answers.machines().count(), 250);
    assert_eq!(requests.sent, 2 + 4);
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_too_large_are_divided() {
    let refused = Fake {
        refused_beyond: 40,
        ..fake(250)
    };
    let (answers, requests) = fetch(&refused).await.unwrap();
    assert_eq!(answers.machines().count(), 250);
    assert_eq!(requests.sent, 2 + 4 + 8);
}

#[tokio::test(start_paused = true)]
async fn answers_that_stay_too_large_are_an_error() {
    let refused = Fake {
        refused_beyond: 0,
        ..fake(1)
    };
    let error = fetch(&refused).await.unwrap_err();
    assert_eq!(
        error.because,
        "the answers to hunting queries stay too large"
    );
}

#[test]
fn large_fleets_take_a_few_dozen_queries() {
    for (machines, expected) in [
        (0, 2),
        (1_000, 2),
        (10_000, 4),
        (100_000, 32),
        (250_000, 128),
        (u64::MAX, MAX_SHARDS),
    ] {
        assert_eq!(
            first_shards(machines).count() as u64,
            expected,
            "{machines}"
        );
    }
}
