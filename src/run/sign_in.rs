//! The sign-in at the beginning of a run, and what becomes of a run without one.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    RunError, collect::Asked, conclude::Concluding, deadline, gate::counting, identity::Identity,
    prepare::Job,
};
use crate::{
    collect::Requests,
    defender::{Session, auth::SignInError, no_token},
    domain::{api::Api, ending::Ending, exit_code::ExitCode, text::span},
    report::{Report, output::OutputFolder},
    store::{Beginning, Recorded, Store},
};

/// How long a run waits at its beginning for a sign-in that does not answer.
const PATIENCE: Duration = Duration::from_mins(5);

/// What came of the sign-in.
pub(crate) enum SignedIn {
    /// This is who asks.
    As(Identity),
    /// Nobody answered for as long as the run waits.
    NoAnswer(SignInError),
}

impl Job<'_> {
    /// Signs in before anything is asked, and returns who this is: as configured, else as
    /// the token says.
    pub(crate) async fn sign_in(&self, session: &Session) -> Result<SignedIn, RunError> {
        let signed_in = self.stops.gentle.run_until_cancelled(session.sign_in());
        match signed_in.await.ok_or(RunError::Interrupted)? {
            Ok(claims) => Ok(SignedIn::As(Identity::new(self.config, claims))),
            Err(error) if error.is_passing() => self.wait_to_sign_in(session, error).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn wait_to_sign_in(
        &self,
        session: &Session,
        error: SignInError,
    ) -> Result<SignedIn, RunError> {
        let waited = tokio::select! {
            biased;
            () = self.stops.gentle.cancelled() => return Err(RunError::Interrupted),
            waited = session.wait_to_sign_in(error.clone(), PATIENCE) => waited,
            () = deadline::reached(self.config.until, Timestamp::now) => Err(error),
        };
        match waited {
            Ok(claims) => Ok(SignedIn::As(Identity::new(self.config, claims))),
            Err(error) if error.is_passing() => Ok(SignedIn::NoAnswer(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends a run for which nobody could sign in: with the reports of the answers that are kept
    /// and that it uses, and without a trace where there are none.
    pub(crate) async fn without_sign_in(
        &self,
        store: Store,
        error: SignInError,
        reports: &[Box<dyn Report>],
        folder: &OutputFolder,
    ) -> Result<ExitCode, RunError> {
        let identity = Identity::new(self.config, None);
        if !self.has_answers(&store, &identity)? {
            return Err(error.into());
        }
        let turn = self.wait_for_others(&store, &identity).await?;
        let (store, begun) = self.begin(store, &identity, turn.waited)?;
        let asked = Asked {
            ending: no_sign_in(&error),
            requests: Requests::default(),
            finished_at: Timestamp::now().max(begun.started_at),
            recorded: Recorded {
                store,
                unsaved: Vec::new(),
                failure: None,
            },
        };
        let concluding = Concluding {
            begun: &begun,
            identity: &identity,
            reports,
            folder,
        };
        self.conclude(asked, &concluding)
    }

    /// Whether answers are kept that a run would use which asks nobody.
    fn has_answers(&self, store: &Store, identity: &Identity) -> Result<bool, RunError> {
        let beginning = Beginning {
            service: &identity.service(),
            application: &identity.application(),
            inventory: self.inventory,
            reuse: self.config.store.reuse,
            waited: None,
            now: Timestamp::now(),
        };
        let outlook = store.outlook(
            &beginning,
            Api::MissingKbs,
            counting(self.config, Api::MissingKbs).unwrap_or_default(),
        )?;
        let keeps_last = self.config.until.is_some();
        Ok(outlook.answers > 0 || keeps_last && store.has_any_answer(&beginning)?)
    }
}

fn no_sign_in(error: &SignInError) -> Ending {
    let mut failure = no_token(error).failure;
    let waited = span(PATIENCE);
    failure.message = format!(
        "no sign-in within {waited}; the last try: {}",
        failure.message
    );
    Ending::NoSignIn(failure)
}
