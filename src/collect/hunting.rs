//! Fetches what every machine misses by hunting queries through Microsoft Graph.
//!
//! An answer has at most 100,000 rows, and is cut without a word. So the machines are divided into shards
//! by a hash of their ids, and a shard whose answer may be cut is divided again.

use std::collections::VecDeque;

use futures::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use tracing::{debug, info};

use super::{
    Requests,
    bulk::NoRows,
    retrying::{NoResult, Retrying},
};
use crate::{
    defender::{Class, HuntingApi},
    domain::{
        api::Api,
        outcome::Reason,
        text::thousands,
        vulnerabilities::{BulkAnswers, VulnerabilityRows},
    },
    quota::{Gate, Permit},
};

/// The most rows of an answer.
const MOST_ROWS: u64 = 100_000;
/// Two shards with so many rows and exactly as many are cut, as a rule at a lower limit.
const SUSPICIOUS: u64 = 100;
/// The rows that a machine has on average: some updates, and one for what is up to date.
const ROWS_OF_A_MACHINE: u64 = 6;
/// The rows of a shard that are aimed at: some 20 MB.
const ROWS_OF_A_SHARD: u64 = 20_000;
/// Machines are divided into so many shards at most.
const MOST_SHARDS: u64 = 1 << 16;
/// The number of queries that run at once; the service limits their share of the processor.
const AT_ONCE: usize = 4;

/// Fetches answers through Graph.
pub struct HuntingFetcher<'run, A> {
    /// Graph.
    pub api: &'run A,
    /// The limits of the calls.
    pub gate: &'run Gate,
    /// The number of attempts after the first, for each call.
    pub retries: u32,
    /// The current time.
    pub clock: fn() -> Timestamp,
    /// The number of machines that are expected.
    pub machines: u64,
}

/// The machines whose hash has this remainder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    of: u64,
    number: u64,
}

/// The answer of a shard.
enum Answered {
    Rows(Box<VulnerabilityRows>),
    /// It is too large to be sent.
    TooLarge,
}

impl Shard {
    /// The query; its columns are grouped by the service.
    fn query(self) -> String {
        let Self { of, number } = self;
        format!(
            "DeviceTvmSoftwareVulnerabilities\n\
             | where hash(DeviceId, {of}) == {number}\n\
             | summarize CveIds = make_set(iff(isempty(RecommendedSecurityUpdateId), \"\", CveId)), \
             SoftwareNames = make_set(SoftwareName), \
             RecommendedSecurityUpdate = take_any(RecommendedSecurityUpdate), \
             OSVersion = take_any(OSVersion) by DeviceId, RecommendedSecurityUpdateId"
        )
    }

    /// The two halves: a hash modulo twice the number has one of two remainders.
    const fn halves(self) -> [Self; 2] {
        let of = self.of * 2;
        [
            Self {
                of,
                number: self.number,
            },
            Self {
                of,
                number: self.number + self.of,
            },
        ]
    }
}

/// The number of queries for so many machines, if no answer is cut. Two at least: by one alone nobody
/// sees that it was cut at a lower limit.
pub fn first_queries(machines: u64) -> u64 {
    let shards = machines.saturating_mul(ROWS_OF_A_MACHINE) / ROWS_OF_A_SHARD;
    let shards = shards.min(MOST_SHARDS - 1) + 1;
    shards.next_power_of_two().max(2)
}

/// The shards to begin with.
fn first_shards(machines: u64) -> impl Iterator<Item = Shard> {
    let of = first_queries(machines);
    (0..of).map(move |number| Shard { of, number })
}

impl<A: HuntingApi> HuntingFetcher<'_, A> {
    /// Fetches all shards, and returns the calls that it took. The answers hold for the time before the
    /// first query.
    pub async fn fetch(&self) -> Result<(BulkAnswers, Requests), NoRows> {
        let as_of = (self.clock)();
        let mut requests = Requests::default();
        let mut waiting: VecDeque<Shard> = first_shards(self.machines).collect();
        let mut answered: Vec<(Shard, VulnerabilityRows)> = Vec::new();
        while !waiting.is_empty() {
            let (rows, too_large) = self.fetch_shards(&mut waiting, &mut requests).await?;
            answered.extend(rows);
            let cut = take_cut(&mut answered);
            for shard in cut.into_iter().chain(too_large) {
                if shard.of >= MOST_SHARDS {
                    return Err("the answers to hunting queries stay too large"
                        .to_owned()
                        .into());
                }
                waiting.extend(shard.halves());
            }
            if !waiting.is_empty() {
                info!(
                    "{} parts of the hunting query were cut: dividing them",
                    thousands(waiting.len() as u64 / 2)
                );
            }
        }
        let mut all = VulnerabilityRows::default();
        for (_, rows) in answered {
            all.add_all(rows);
        }
        if let Some(problem) = super::bulk::mostly_unreadable(&all.counts) {
            return Err(problem.into());
        }
        if all.has_no_machines() {
            return Err("hunting found no machines".to_owned().into());
        }
        debug!(calls = requests.sent, rows = all.counts.rows, "hunted");
        Ok((all.finish(as_of), requests))
    }

    /// Fetches these shards, a few at once. Shards whose answer is too large to be sent are returned.
    async fn fetch_shards(
        &self,
        waiting: &mut VecDeque<Shard>,
        requests: &mut Requests,
    ) -> Result<(Vec<(Shard, VulnerabilityRows)>, Vec<Shard>), NoRows> {
        let mut in_flight = FuturesUnordered::new();
        let (mut rows, mut too_large) = (Vec::new(), Vec::new());
        loop {
            while in_flight.len() < AT_ONCE
                && let Some(shard) = waiting.pop_front()
            {
                in_flight.push(self.answer(shard));
            }
            let Some((shard, answer, sent)) = in_flight.next().await else {
                return Ok((rows, too_large));
            };
            *requests = requests.plus(sent);
            match answer? {
                Answered::Rows(answer) => rows.push((shard, *answer)),
                Answered::TooLarge => too_large.push(shard),
            }
        }
    }

    async fn answer(&self, shard: Shard) -> (Shard, Result<Answered, NoRows>, Requests) {
        let mut requests = Requests::default();
        let calls = Retrying {
            limiter: self.gate.limiter(Api::Hunting),
            retries: self.retries,
            gives_up_without_quota: true,
        };
        let query = shard.query();
        let send = async |permit: &Permit<'_>| self.api.hunt(&query, permit).await;
        let answer = calls.call("a hunting query", &mut requests, send).await;
        let answer = match answer {
            Ok(rows) => Ok(Answered::Rows(Box::new(rows))),
            Err(error) if is_too_large(&error) => Ok(Answered::TooLarge),
            Err(error) => Err(error.into()),
        };
        (shard, answer, requests)
    }
}

/// Takes the shards whose answers are cut, or may be.
fn take_cut(answered: &mut Vec<(Shard, VulnerabilityRows)>) -> Vec<Shard> {
    let rows = |it: &(Shard, VulnerabilityRows)| it.1.counts.rows;
    let most = answered.iter().map(rows).max().unwrap_or_default();
    let with_most = answered.iter().filter(|it| rows(it) == most).count();
    let limit = if most >= SUSPICIOUS && with_most > 1 {
        most
    } else {
        MOST_ROWS
    };
    let cut = answered.extract_if(.., |it| rows(it) >= limit);
    cut.map(|it| it.0).collect()
}

/// Whether Graph refused to send so much at once, or it was more than is read.
fn is_too_large(error: &NoResult) -> bool {
    let NoResult::Failed(error) = error else {
        return false;
    };
    let message = error.failure.message.to_ascii_lowercase();
    let is_size = ["too large", "size", "exceed", "larger than"]
        .iter()
        .any(|it| message.contains(it));
    match error.failure.http_status {
        Some(400 | 413) => is_size,
        _ => error.failure.reason == Reason::BadReply && error.class != Class::Run && is_size,
    }
}

#[cfg(test)]
mod tests;
