//! Mail over real connections on loopback: encrypted as configured, or not sent at all.

use std::{sync::Arc, time::Duration};

use rustls_pki_types::PrivatePkcs8KeyDer;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};

use super::Server;
use crate::{
    config::{CaCertificate, MailServer, MailSignIn, Security},
    defender::{NotSent, Retry},
};

const HERE: &str = "127.0.0.1";

/// The protocol that a test's server supports.
#[derive(Clone, Copy, PartialEq)]
enum Speaks {
    /// TLS from the beginning.
    Tls,
    /// TLS if requested.
    StartTls,
    /// Only plain text.
    Plain,
    /// It refuses the password.
    NoPassword,
}

/// A connection: what was received, and whether TLS comes next.
struct Talk<'heard, S> {
    stream: BufReader<S>,
    speaks: Speaks,
    heard: &'heard mut Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<'_, S> {
    async fn say(&mut self, text: &str) {
        let line = format!("{text}\r\n");
        // A client may have closed the connection.
        let _ = self.stream.get_mut().write_all(line.as_bytes()).await;
    }

    /// Answers until the end, or until TLS is to begin.
    async fn run(mut self, features: &str) -> Option<S> {
        let mut line = String::new();
        while self
            .stream
            .read_line(&mut line)
            .await
            .is_ok_and(|read| read > 0)
        {
            let command = line.trim_end().to_owned();
            self.heard.push(command.clone());
            line.clear();
            match command.split(' ').next().unwrap() {
                "EHLO" => self.say(features).await,
                "STARTTLS" => {
                    self.say("220 go ahead").await;
                    return Some(self.stream.into_inner());
                }
                "AUTH" if self.speaks == Speaks::NoPassword => self.say("535 not hunter2").await,
                "AUTH" => self.say("235 welcome").await,
                "DATA" => self.say("354 go ahead").await,
                "MAIL" | "RCPT" | "." => self.say("250 fine").await,
                "QUIT" => self.say("221 bye").await,
                _ => {}
            }
        }
        None
    }
}

/// A server that serves one connection, with its certificate.
async fn server(speaks: Speaks) -> (u16, CaCertificate, JoinHandle<Vec<String>>) {
    let made = rcgen::generate_simple_self_signed([HERE.to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let ca_cert = CaCertificate {
        path: "root.pem".into(),
        pem: made.cert.pem().into_bytes(),
    };
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (
        port,
        ca_cert,
        tokio::spawn(serve(listener, acceptor, speaks)),
    )
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, speaks: Speaks) -> Vec<String> {
    let mut heard = Vec::new();
    let (stream, _) = listener.accept().await.unwrap();
    let mut talk = Talk {
        stream: BufReader::new(stream),
        speaks,
        heard: &mut heard,
    };
    if speaks == Speaks::Tls {
        let stream = talk.stream.into_inner();
        if let Ok(stream) = acceptor.accept(stream).await {
            let mut talk = Talk {
                stream: BufReader::new(stream),
                speaks,
                heard: talk.heard,
            };
            talk.say("220 here").await;
            talk.run("250 AUTH PLAIN").await;
        }
        return heard;
    }
    talk.say("220 here").await;
    let features = match speaks {
        Speaks::StartTls => "250-here\r\n250 STARTTLS",
        _ => "250 AUTH PLAIN",
    };
    if let Some(stream) = talk.run(features).await
        && let Ok(stream) = acceptor.accept(stream).await
    {
        heard.push("(TLS)".to_owned());
        let talk = Talk {
            stream: BufReader::new(stream),
            speaks,
            heard: &mut heard,
        };
        talk.run("250 AUTH PLAIN").await;
    }
    heard
}

/// Sends a mail, and returns what the server received.
async fn sent(
    speaks: Speaks,
    security: Security,
    is_trusted: bool,
) -> (Result<(), NotSent>, Vec<String>) {
    let (port, ca_cert, conversation) = server(speaks).await;
    let settings = MailServer {
        host: HERE.to_owned(),
        port,
        security,
        sign_in: Some(MailSignIn {
            user: "ops".to_owned(),
            password: "hunter2".into(),
        }),
    };
    let ca_cert = Some(&ca_cert).filter(|_| is_trusted);
    let server = Server::new(&settings, ca_cert, Duration::from_secs(20)).unwrap();
    let message = lettre::Message::builder()
        .from("a@contoso.example".parse().unwrap())
        .to("b@contoso.example".parse().unwrap())
        .body("Hello".to_owned())
        .unwrap();
    let ended = server.send(&message).await;
    drop(server);
    (ended, conversation.await.unwrap())
}

fn has(heard: &[String], command: &str) -> bool {
    heard.iter().any(|line| line.starts_with(command))
}

#[tokio::test]
async fn mail_is_encrypted_as_configured() {
    for (speaks, security) in [
        (Speaks::Tls, Security::Tls),
        (Speaks::StartTls, Security::StartTls),
        (Speaks::Plain, Security::Loopback),
    ] {
        let (ended, heard) = sent(speaks, security, true).await;
        assert_eq!(ended, Ok(()), "{heard:?}");
        assert!(
            has(&heard, "AUTH PLAIN") && has(&heard, "Hello"),
            "{heard:?}"
        );
        if security == Security::StartTls {
            let tls = heard.iter().position(|line| line == "(TLS)").unwrap();
            assert!(!has(&heard[..tls], "AUTH") && !has(&heard[..tls], "MAIL"));
        }
    }
}

#[tokio::test]
async fn server_without_tls_gets_neither_password_nor_mail() {
    let (ended, heard) = sent(Speaks::Plain, Security::StartTls, true).await;
    let failed = ended.unwrap_err();
    assert_eq!(failed.retry, Retry::Never);
    assert_eq!(failed.message, "STARTTLS is not supported on this server");
    assert!(!has(&heard, "AUTH") && !has(&heard, "MAIL"), "{heard:?}");
}

#[tokio::test]
async fn untrusted_server_gets_neither_password_nor_mail() {
    for (speaks, security) in [
        (Speaks::Tls, Security::Tls),
        (Speaks::StartTls, Security::StartTls),
    ] {
        let (ended, heard) = sent(speaks, security, false).await;
        assert!(ended.is_err());
        assert!(!has(&heard, "AUTH") && !has(&heard, "MAIL"), "{heard:?}");
    }
}

#[tokio::test]
async fn refused_password_is_final_and_not_repeated() {
    let (ended, heard) = sent(Speaks::NoPassword, Security::Loopback, false).await;
    let failed = ended.unwrap_err();
    assert_eq!(failed.retry, Retry::Never);
    assert_eq!(failed.message, "the server answered with 535");
    assert!(!has(&heard, "MAIL"), "{heard:?}");
}
