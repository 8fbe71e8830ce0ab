//! One request and its reply, within the time limit and the memory budget.

use std::{mem, sync::Arc, time::Duration};

use reqwest::{Response, header::HeaderMap};
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    body::{Blocks, Body, LARGEST_REPLY},
    budget::{Budget, Reserved},
};
use crate::{
    defender::call_error::{CallError, Class},
    domain::{outcome::Reason, text::causes},
};

/// Maximum body size of a refusal, in bytes.
const LARGEST_REFUSAL: usize = 1 << 20;

/// The longest time that a call waits for other large replies.
const LONGEST_WAIT_FOR_OTHERS: Duration = Duration::from_mins(2);
/// Longer than any call may take.
const LONGEST_CALL: Duration = Duration::from_hours(24 * 365);

/// One call, from sending the request until its reply is parsed.
pub(super) struct Exchange {
    blocks: Arc<Blocks>,
    /// The reply's reservation in the budget.
    pub(super) reserved: Reserved,
    /// When the reply must be complete; extended by the time the call waits for others.
    deadline: Instant,
}

/// A reply as received.
pub(super) struct RawReply {
    pub(super) status: reqwest::StatusCode,
    pub(super) fields: HeaderMap,
    pub(super) body: Body,
}

impl Exchange {
    /// Starts a call.
    pub(super) fn begin(budget: &Arc<Budget>, at_most: Duration) -> Self {
        Self {
            blocks: Arc::clone(&budget.blocks),
            reserved: budget.reserved(),
            deadline: Instant::now() + at_most.min(LONGEST_CALL),
        }
    }

    /// Waits for one step of the exchange, up to the deadline.
    pub(super) async fn step<T>(
        &self,
        step: impl Future<Output = reqwest::Result<T>>,
        failed: impl FnOnce(&reqwest::Error) -> CallError,
    ) -> Result<T, CallError> {
        match timeout_at(self.deadline, step).await {
            Ok(Ok(done)) if Instant::now() < self.deadline => Ok(done),
            Ok(Err(error)) => Err(failed(&error)),
            // A reply that never stops sending bytes can be too late as well.
            Ok(Ok(_)) | Err(_) => Err(too_late()),
        }
    }

    /// Waits for other calls; that time does not count against this call's limit.
    pub(super) async fn wait<T>(
        &mut self,
        others: impl Future<Output = T>,
    ) -> Result<T, CallError> {
        let (done, waited) = timed(others).await?;
        self.deadline += waited;
        Ok(done)
    }

    /// The whole reply. An answer's body must be complete, a refusal's may be cut off, and a
    /// redirect's is ignored.
    pub(super) async fn whole(&mut self, mut response: Response) -> Result<RawReply, CallError> {
        let (status, fields) = (response.status(), mem::take(response.headers_mut()));
        let body = match status {
            status if status.is_success() => self.body(response, LARGEST_REPLY).await?,
            status if status.is_redirection() => self.nothing(),
            _ => {
                let body = self.body(response, LARGEST_REFUSAL).await;
                body.unwrap_or_else(|_| self.nothing())
            }
        };
        Ok(RawReply {
            status,
            fields,
            body,
        })
    }

    /// The whole body, or why it is incomplete.
    async fn body(&mut self, mut response: Response, most: usize) -> Result<Body, CallError> {
        let status = response.status().as_u16();
        let is_large = |length: u64| usize::try_from(length).is_ok_and(|length| length > most);
        if response.content_length().is_some_and(is_large) {
            return Err(too_large(status));
        }
        let mut body = self.nothing();
        let broken = |error: &reqwest::Error| broken_off(status, error);
        while let Some(chunk) = self.step(response.chunk(), broken).await? {
            let size = body.len() + chunk.len();
            if size > most {
                return Err(too_large(status));
            }
            self.make_room(size).await?;
            body.push(&chunk);
        }
        Ok(body)
    }

    fn nothing(&self) -> Body {
        Body::empty(&self.blocks)
    }

    async fn make_room(&mut self, size: usize) -> Result<(), CallError> {
        if self.reserved.try_grow(size) {
            return Ok(());
        }
        let ((), waited) = timed(self.reserved.grow(size)).await?;
        self.deadline += waited;
        Ok(())
    }
}

/// Waits for other calls, and returns how long that took.
async fn timed<T>(others: impl Future<Output = T>) -> Result<(T, Duration), CallError> {
    let began = Instant::now();
    let done = timeout(LONGEST_WAIT_FOR_OTHERS, others)
        .await
        .map_err(|_| no_memory_in_time())?;
    Ok((done, began.elapsed()))
}

/// Classifies a request that got no reply.
pub(super) fn no_reply(error: &reqwest::Error) -> CallError {
    if error.is_timeout() {
        return too_late();
    }
    CallError::without_reply(Class::Retryable(None), Reason::Connection, causes(error))
}

fn too_late() -> CallError {
    CallError::without_reply(Class::Retryable(None), Reason::Timeout, "no reply in time")
}

fn no_memory_in_time() -> CallError {
    let message = "the reply is large, and memory for it was not available in time";
    CallError::without_reply(Class::Retryable(None), Reason::Timeout, message)
}

fn too_large(status: u16) -> CallError {
    let message = format!("the reply is larger than {} MiB", LARGEST_REPLY >> 20);
    CallError::bad_reply(Class::MachineRefused, status, message)
}

fn broken_off(status: u16, error: &reqwest::Error) -> CallError {
    if error.is_timeout() {
        return too_late();
    }
    let message = format!("the reply broke off: {}", causes(error));
    CallError::bad_reply(Class::Retryable(None), status, message)
}
