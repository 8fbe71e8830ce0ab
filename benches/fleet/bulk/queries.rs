//! The queries of a run without the program: sent again, and their answers read into typed rows.

use std::{
    hint::black_box,
    io,
    time::{Duration, Instant},
};

use futures::{StreamExt, TryStreamExt, stream};
use patchgap::simulator::ApiName;
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::json;

use super::place::Place;

/// Queries that run side by side.
const AT_ONCE: usize = 4;

#[derive(Debug, Deserialize)]
struct Answer {
    results: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "only reading them is measured")]
struct Row {
    device_id: String,
    recommended_security_update_id: Option<String>,
    recommended_security_update: Option<String>,
    #[serde(rename = "OSVersion")]
    os_version: Option<String>,
    cve_ids: Vec<String>,
    software_names: Vec<String>,
}

/// Sends the queries again that the program has sent.
pub(super) fn replay(place: &Place) -> io::Result<Duration> {
    let queries: Vec<String> = place
        .tenant
        .log()
        .calls
        .into_iter()
        .filter(|call| call.api == Some(ApiName::Hunting))
        .filter_map(|call| call.query)
        .collect();
    let client = Client::builder().no_proxy().build();
    let client = client.map_err(io::Error::other)?;
    let url = place.tenant.api_url().join("v1.0/security/runHuntingQuery");
    let url = url.map_err(io::Error::other)?;
    let token = place.tenant.tokens().pop().unwrap_or_default();
    let began = Instant::now();
    place.runtime.block_on(async {
        stream::iter(&queries)
            .map(|query| {
                tokio::spawn(rows(
                    client.clone(),
                    url.clone(),
                    token.clone(),
                    query.clone(),
                ))
            })
            .buffer_unordered(AT_ONCE)
            .map_err(io::Error::other)
            .try_for_each(async |rows| rows.map(|rows| drop(black_box(rows))))
            .await
    })?;
    Ok(began.elapsed())
}

async fn rows(client: Client, url: Url, token: String, query: String) -> io::Result<Vec<Row>> {
    let body = json!({ "Query": query }).to_string();
    let request = client.post(url).bearer_auth(token);
    let request = request
        .header("Content-Type", "application/json")
        .body(body);
    let reply = request.send().await.map_err(io::Error::other)?;
    let reply = reply.bytes().await.map_err(io::Error::other)?;
    let answer: Answer = serde_json::from_slice(&reply)?;
    Ok(answer.results)
}
