//! The HTTP client that the program uses, and nothing of the program: what no reading, keeping
//! or reporting could be quicker than.

use std::{io, time::Duration};

use futures::{StreamExt, stream};
use reqwest::{Client, Error, Url, redirect::Policy};
use tokio::runtime::Builder;

use super::{fleet::machine_id, place::Place};

/// Asks as often as there are machines, on one thread, and throws the answers away.
pub(crate) fn ask(place: &Place) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let machine = machine_id(0);
    let url = format!(
        "{}/api/machines/{machine}/getmissingkbs",
        place.service.url()
    );
    let url = url.parse().map_err(io::Error::other)?;
    let asked = runtime.block_on(ask_all(place, &url));
    asked.map_err(io::Error::other)
}

async fn ask_all(place: &Place, url: &Url) -> Result<(), Error> {
    let client = Client::builder()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .timeout(Duration::from_secs(30))
        .no_proxy()
        .build()?;
    let calls = stream::iter(0..place.fleet.machines).map(|_| ask_once(&client, url.clone()));
    let mut answers = calls.buffer_unordered(place.connections as usize);
    while let Some(answer) = answers.next().await {
        answer?;
    }
    Ok(())
}

async fn ask_once(client: &Client, url: Url) -> Result<(), Error> {
    let request = client.get(url).bearer_auth("nobody-looks-at-this-token");
    let mut response = request.send().await?;
    while response.chunk().await?.is_some() {}
    Ok(())
}
