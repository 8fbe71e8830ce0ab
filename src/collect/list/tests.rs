use std::{iter::repeat_n, sync::Mutex, time::Duration};

use super::*;
use crate::{
    domain::{api::Api, outcome::Reason},
    quota::{Gate, Permit, Rules},
};

/// A list whose reply to each call is computed by a function.
struct Fake<F> {
    page: F,
    /// The requested position of each call.
    calls: Mutex<Vec<usize>>,
}

impl<F: Fn(usize, usize) -> Result<Vec<ListedMachine>, CallError> + Send + Sync> MachineListApi
    for Fake<F>
{
    async fn machines(
        &self,
        address: &ListAddress,
        permit: &Permit<'_>,
    ) -> Result<Vec<ListedMachine>, CallError> {
        permit.assert_is_for(Api::Machines);
        let mut calls = self.calls.lock().unwrap();
        calls.push(address.skip);
        (self.page)(calls.len(), address.skip)
    }
}

#[derive(Default)]
struct Machines(Vec<String>);

impl ListSink for Machines {
    fn record(&mut self, machine: ListedMachine) {
        self.0.push(machine.id);
    }

    fn retain(&mut self, is_kept: &dyn Fn(usize) -> bool) {
        let mut number = 0..;
        self.0.retain(|_| number.next().is_some_and(is_kept));
    }
}

fn machine(number: usize) -> ListedMachine {
    ListedMachine {
        id: format!("{number:040x}"),
        ..ListedMachine::default()
    }
}

fn slice(numbers: &[usize], skip: usize) -> Vec<ListedMachine> {
    let page = numbers.iter().skip(skip).take(PAGE_SIZE);
    page.map(|number| machine(*number)).collect()
}

/// Fetches from a fake: returns the machines, and the requested positions.
async fn fetch(
    page: impl Fn(usize, usize) -> Result<Vec<ListedMachine>, CallError> + Send + Sync,
) -> (Result<ListFetched, ListError>, Vec<String>, Vec<usize>) {
    let api = Fake {
        page,
        calls: Mutex::default(),
    };
    let gate = Gate::new(|_| Rules::default());
    let fetcher = ListFetcher {
        api: &api,
        limiter: gate.limiter(Api::Machines),
        filter: None,
        retries: 2,
    };
    let mut machines = Machines::default();
    let result = fetcher.fetch(&mut machines).await;
    machines.0.sort();
    (result, machines.0, api.calls.into_inner().unwrap())
}

fn ids(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers
        .into_iter()
        .map(|number| machine(number).id)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn list_of_any_size_is_fetched_completely() {
    for size in [
        1, 99, 100, 101, 9_999, 10_000, 10_001, 19_900, 19_901, 35_000,
    ] {
        let numbers: Vec<usize> = (0..size).collect();
        let (fetched, machines, calls) = fetch(|_, skip| Ok(slice(&numbers, skip))).await;
        let fetched = fetched.unwrap();
        assert!(!fetched.moved, "{size}");
        assert_eq!(machines, ids(0..size), "{size}");
        assert_eq!(fetched.requests.sent, calls.len() as u64, "{size}");
    }
}

#[tokio::test(start_paused = true)]
async fn hundred_thousand_machines_take_twelve_calls() {
    let numbers: Vec<usize> = (0..100_000).collect();
    let (_, machines, calls) = fetch(|_, skip| Ok(slice(&numbers, skip))).await;
    assert_eq!(machines.len(), 100_000);
    assert_eq!(calls.len(), 12);
}

#[tokio::test(start_paused = true)]
async fn list_that_moves_once_is_fetched_again_without_what_left() {
    let before: Vec<usize> = (0..20_000).collect();
    let after: Vec<usize> = (500..20_010).rev().collect();
    let (fetched, machines, calls) =
        fetch(|call, skip| Ok(slice(if call == 1 { &before } else { &after }, skip))).await;
    assert!(!fetched.unwrap().moved);
    assert_eq!(machines, ids(500..20_010));
    assert_eq!(calls[..3], [0, 9_900, 0]);
}

#[tokio::test(start_paused = true)]
async fn list_that_always_moves_gives_the_union() {
    let (fetched, machines, calls) = fetch(|call, skip| {
        let numbers: Vec<usize> = (call * 10..12_000).collect();
        Ok(slice(&numbers, skip))
    })
    .await;
    assert!(fetched.unwrap().moved);
    assert_eq!(machines, ids(10..12_000));
    assert_eq!(calls, repeat_n([0, 9_900], 5).collect::<Vec<_>>().concat());
}

#[tokio::test(start_paused = true)]
async fn page_that_is_short_or_repeated_by_mistake_loses_no_machine() {
    let numbers: Vec<usize> = (0..25_000).collect();
    let short = |call: usize, skip: usize| {
        let mut page = slice(&numbers, skip);
        if call == 2 {
            page.truncate(5_000);
        }
        Ok(page)
    };
    let repeated = |call: usize, skip: usize| Ok(slice(&numbers, if call == 2 { 0 } else { skip }));
    for (machines, moved) in [
        (fetch(short).await.1, false),
        (fetch(repeated).await.1, false),
    ] {
        assert!(!moved);
        assert_eq!(machines, ids(0..25_000));
    }
}

#[tokio::test(start_paused = true)]
async fn failed_call_is_retried_and_a_refusal_is_not() {
    let failure = |class| CallError::without_reply(class, Reason::Connection, "no");
    let (fetched, machines, _) = fetch(|call, skip| match call {
        1 => Err(failure(Class::Retryable(None))),
        2 => Err(failure(Class::Throttled(Some(Duration::from_secs(5))))),
        _ => Ok(slice(&[7], skip)),
    })
    .await;
    let requests = fetched.unwrap().requests;
    assert_eq!(
        (requests.sent, requests.retried, requests.throttled),
        (4, 2, 1)
    );
    assert_eq!(machines, ids([7]));
    for (class, sent) in [
        (Class::RunRefused, 1),
        (Class::MachineRefused, 1),
        (Class::Retryable(None), 3),
    ] {
        let (fetched, _, calls) = fetch(|_, _| Err(failure(class))).await;
        assert!(matches!(fetched, Err(ListError::Failed(_))), "{class:?}");
        assert_eq!(calls.len(), sent, "{class:?}");
    }
    let (fetched, _, _) = fetch(|_, _| Err(failure(Class::NotFound))).await;
    assert!(matches!(fetched, Err(ListError::Empty)));
}

#[tokio::test(start_paused = true)]
async fn machines_without_a_valid_id_are_told_apart_by_their_names() {
    let named = |name: &str| ListedMachine {
        name: name.to_owned(),
        ..ListedMachine::default()
    };
    let (_, machines, _) = fetch(|_, _| Ok(vec![named("a"), named("b"), named("a")])).await;
    assert_eq!(machines.len(), 2);
}
