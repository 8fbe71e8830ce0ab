//! Fetches the missing KBs of every machine by hunting queries through Microsoft Graph.
//!
//! An answer has at most 100,000 rows, and is truncated without notice. So the machines are divided into
//! shards by a hash of their ids, and a shard whose answer may be truncated is divided again.

use std::collections::VecDeque;

use futures::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use tracing::{debug, info};

use super::{
    bulk::{NoRows, mostly_unreadable},
    retrying::{NoResult, Retrying},
};
use crate::{
    defender::{Class, HuntingApi},
    domain::{
        api::Api,
        outcome::Reason,
        requests::Requests,
        text::thousands,
        vulnerabilities::{BulkAnswers, VulnerabilityRows},
    },
    quota::{Gate, Permit},
};

/// The maximum number of rows in an answer.
const MAX_ANSWER_ROWS: u64 = 100_000;
/// If two shards have the same number of rows, and at least this many, they were probably truncated at a
/// lower limit.
const MIN_SUSPICIOUS_ROWS: u64 = 100;
/// The average number of rows per machine: a few updates, and a row for up-to-date software.
const ROWS_PER_MACHINE: u64 = 6;
/// The target number of rows per shard: about 20 MB.
const ROWS_PER_SHARD: u64 = 20_000;
/// The maximum number of shards.
const MAX_SHARDS: u64 = 1 << 16;
/// The number of concurrent queries; the service limits their CPU time.
const CONCURRENT_QUERIES: usize = 4;

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
    /// The expected number of machines.
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
    /// It is too large to send.
    TooLarge,
}

impl Shard {
    /// The query for this shard. The service groups the rows.
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

/// The number of initial queries for this many machines, if no answer is truncated. At least two: with a
/// single one, truncation at a lower limit could not be detected.
pub fn first_queries(machines: u64) -> u64 {
    let shards = machines.saturating_mul(ROWS_PER_MACHINE) / ROWS_PER_SHARD;
    let shards = shards.min(MAX_SHARDS - 1) + 1;
    shards.next_power_of_two().max(2)
}

/// The initial shards.
fn first_shards(machines: u64) -> impl Iterator<Item = Shard> {
    let of = first_queries(machines);
    (0..of).map(move |number| Shard { of, number })
}

impl<A: HuntingApi> HuntingFetcher<'_, A> {
    /// Fetches all shards, and also returns the number of calls. The answers hold for the time before the
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
                if shard.of >= MAX_SHARDS {
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
        if let Some(problem) = mostly_unreadable(&all.counts) {
            return Err(problem.into());
        }
        if all.has_no_machines() {
            return Err("hunting found no machines".to_owned().into());
        }
        debug!(calls = requests.sent, rows = all.counts.rows, "hunted");
        Ok((all.finish(as_of), requests))
    }

    /// Fetches these shards, a few concurrently. Returns the shards whose answer is too large to send.
    async fn fetch_shards(
        &self,
        waiting: &mut VecDeque<Shard>,
        requests: &mut Requests,
    ) -> Result<(Vec<(Shard, VulnerabilityRows)>, Vec<Shard>), NoRows> {
        let mut in_flight = FuturesUnordered::new();
        let (mut rows, mut too_large) = (Vec::new(), Vec::new());
        loop {
            while in_flight.len() < CONCURRENT_QUERIES
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
        let calls = Retrying::new(self.gate.limiter(Api::Hunting), self.retries);
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

/// Removes and returns the shards whose answers were truncated, or may have been.
fn take_cut(answered: &mut Vec<(Shard, VulnerabilityRows)>) -> Vec<Shard> {
    let rows = |it: &(Shard, VulnerabilityRows)| it.1.counts.rows;
    let most = answered.iter().map(rows).max().unwrap_or_default();
    let with_most = answered.iter().filter(|it| rows(it) == most).count();
    let limit = if most >= MIN_SUSPICIOUS_ROWS && with_most > 1 {
        most
    } else {
        MAX_ANSWER_ROWS
    };
    let cut = answered.extract_if(.., |it| rows(it) >= limit);
    cut.map(|it| it.0).collect()
}

/// Whether Graph refused to send an answer of that size, or it exceeded the size that is read.
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
        _ => {
            error.failure.reason == Reason::BadReply && error.class != Class::RunRefused && is_size
        }
    }
}

#[cfg(test)]
mod tests;
