//! Sends a mail, without retries.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use crate::{
    config::{CaCertificate, MailServer, Security},
    defender::{NotSent, Retry},
    domain::text::causes,
};

/// A mail server.
pub(in crate::notify) struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    timeout: Duration,
}

impl Server {
    /// A server with these settings, whose certificate must be trusted by the platform or by `ca_cert`.
    pub(in crate::notify) fn new(
        server: &MailServer,
        ca_cert: Option<&CaCertificate>,
        timeout: Duration,
    ) -> Result<Self, String> {
        let tls = tls(server, ca_cert).map_err(|error| causes(&error))?;
        let host = server.host.as_str();
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(server.port)
            .timeout(Some(timeout))
            .tls(tls);
        if let Some(sign_in) = &server.sign_in {
            let password = sign_in.password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(sign_in.user.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            timeout,
        })
    }

    pub(in crate::notify) async fn send(&self, message: &Message) -> Result<(), NotSent> {
        match timeout(self.timeout, self.transport.send(message.clone())).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(not_sent(&error)),
            Err(_) => Err(NotSent {
                retry: Retry::After(None),
                message: "there was no reply in time".to_owned(),
            }),
        }
    }
}

/// How the connection is encrypted. If the required encryption is not available, nothing is sent.
fn tls(server: &MailServer, ca_cert: Option<&CaCertificate>) -> Result<Tls, Error> {
    if server.security == Security::Loopback {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(server.host.clone());
    if let Some(ca_cert) = ca_cert {
        parameters = parameters.add_root_certificate(Certificate::from_pem(&ca_cert.pem)?);
    }
    let parameters = parameters.build_rustls()?;
    Ok(match server.security {
        Security::Tls => Tls::Wrapper(parameters),
        Security::StartTls | Security::Loopback => Tls::Required(parameters),
    })
}

/// What went wrong, not in the server's own words, because they may repeat what was sent.
fn not_sent(error: &Error) -> NotSent {
    let never = error.is_permanent() || error.is_client();
    let message = match error.status() {
        Some(code) => format!("the server answered with {code}"),
        None if error.is_response() => "the server's reply is not one of a mail server".to_owned(),
        None => causes(error),
    };
    NotSent {
        retry: if never {
            Retry::Never
        } else {
            Retry::After(None)
        },
        message,
    }
}
