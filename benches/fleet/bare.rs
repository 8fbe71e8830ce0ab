//! The HTTP client that the program uses, and nothing of the program: what no reading, keeping
//! or reporting could be quicker than.

use std::{
    env, io,
    num::NonZero,
    process::Command,
    thread::{self, available_parallelism},
    time::Duration,
};

use futures::{StreamExt, stream};
use reqwest::{Client, Error, Url, redirect::Policy};
use tokio::runtime::Builder;

use super::{
    fleet::machine_id,
    options::Options,
    place::Place,
    process::{Taken, run},
};

/// Threads on which the program asks at most, and the calls that are worth one.
const MOST_THREADS: u64 = 4;
const CALLS_OF_A_THREAD: u64 = 4;

/// Asks as often as there are machines, in a process of its own on as many threads as the
/// program, and throws the answers away.
pub(crate) fn measure(place: &Place) -> io::Result<Taken> {
    let machine = machine_id(0);
    let url = format!(
        "{}/api/machines/{machine}/getmissingkbs",
        place.service.url()
    );
    let (machines, connections) = (place.fleet.machines, place.connections);
    let mut collecting = Command::new(env::current_exe()?);
    collecting
        .args(["--bare", &url, "--machines", &machines.to_string()])
        .args(["--connections", &connections.to_string()]);
    Ok(run(&mut collecting)?.0)
}

/// That process.
pub(crate) fn ask(url: &Url, options: &Options) -> io::Result<()> {
    let connections = u64::from(options.connections);
    let cores = available_parallelism().map_or(1, NonZero::get) as u64;
    let threads = (connections / CALLS_OF_A_THREAD)
        .min(cores)
        .clamp(1, MOST_THREADS);
    let share = (options.machines / threads, connections / threads);
    thread::scope(|scope| {
        let collecting = (0..threads).map(|_| scope.spawn(|| call_a_share(url, share)));
        let collecting: Vec<_> = collecting.collect();
        collecting.into_iter().try_for_each(|it| {
            let panicked = |_| io::Error::other("a thread panicked");
            it.join().map_err(panicked)?
        })
    })
}

fn call_a_share(url: &Url, (machines, connections): (u64, u64)) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let connections = usize::try_from(connections).unwrap_or(usize::MAX);
    let asked = runtime.block_on(ask_all(url, machines, connections));
    asked.map_err(io::Error::other)
}

async fn ask_all(url: &Url, machines: u64, connections: usize) -> Result<(), Error> {
    let client = Client::builder()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .timeout(Duration::from_secs(30))
        .no_proxy()
        .build()?;
    let calls = stream::iter(0..machines).map(|_| ask_once(&client, url.clone()));
    let mut answers = calls.buffer_unordered(connections);
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
