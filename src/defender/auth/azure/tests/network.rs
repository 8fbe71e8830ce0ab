//! Network problems.

use std::io;

use reqwest::dns::{Name, Resolve, Resolving};
use tokio::net::TcpSocket;

use super::*;
use crate::defender::auth::NetworkProblem as Problem;

type Configure<'entra> = Box<dyn Fn() -> reqwest::ClientBuilder + 'entra>;

#[tokio::test]
async fn network_problems_are_recognised() {
    let entra = Entra::serve([good()]).await;
    let plain = Entra::serve_plain([good()]).await;
    let mut refusing = sign_in(CredentialKind::Secret, &entra);
    let (_socket, port) = deaf();
    refusing.authority_url.set_port(Some(port)).unwrap();
    let mut not_tls = sign_in(CredentialKind::Secret, &plain);
    not_tls.authority_url.set_scheme("https").unwrap();
    let trusting = sign_in(CredentialKind::Secret, &entra);
    let past = Entra::serve_in_years([good()], (2019, 2020)).await;
    let of_the_past = sign_in(CredentialKind::Secret, &past);
    let future = Entra::serve_in_years([good()], (3000, 3001)).await;
    let of_the_future = sign_in(CredentialKind::Secret, &future);
    let root = Entra::serve_as_root([good()]).await;
    let at_root = sign_in(CredentialKind::Secret, &root);
    let proxy = Entra::serve_plain([Reply::html(407, "")]).await;

    let known: Configure<'_> = Box::new(|| entra.client());
    let stranger: Configure<'_> = Box::new(|| plain.client());
    let expired: Configure<'_> = Box::new(|| past.client());
    let too_early: Configure<'_> = Box::new(|| future.client());
    let nameless: Configure<'_> = Box::new(|| entra.client().dns_resolver(Arc::new(Nameless)));
    let rooted: Configure<'_> = Box::new(|| root.client());
    let through = reqwest::Proxy::all(proxy.url.clone()).unwrap();
    let proxied: Configure<'_> = Box::new(|| entra.client().proxy(through.clone()));
    for (sign_in, configure, expected, hint) in [
        (&refusing, &known, Problem::Connection, "HTTPS_PROXY"),
        (&not_tls, &known, Problem::Tls, "TLS"),
        (&trusting, &stranger, Problem::Certificate, "--ca-cert"),
        (
            &of_the_past,
            &expired,
            Problem::CertificateTime,
            "clock says 20",
        ),
        (
            &of_the_future,
            &too_early,
            Problem::CertificateTime,
            "correct it if that is wrong",
        ),
        (&trusting, &nameless, Problem::Name, "DNS"),
        (&at_root, &rooted, Problem::RootCertificate, "CA:FALSE"),
        (&trusting, &proxied, Problem::Proxy, "password"),
    ] {
        let http = Http::new(configure).unwrap();
        let azure = quick(Azure::new(sign_in.kind, sign_in, &http).unwrap());
        let error = azure.sign_in().await.unwrap_err();
        let SignInError::Unreachable { problem, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(*problem, expected, "{error}");
        assert!(error.hint().unwrap().contains(hint), "{error}");
        let passing = [Problem::Connection, Problem::Tls, Problem::Name].contains(&expected);
        assert_eq!(error.is_passing(), passing);
    }
    assert!(entra.requests().is_empty());
}

/// A reserved port on which nothing listens.
fn deaf() -> (TcpSocket, u16) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

/// A resolver that finds no name.
struct Nameless;

impl Resolve for Nameless {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err(io::Error::other("no such name").into()) })
    }
}

#[tokio::test]
async fn silent_service_times_out() {
    let entra = Entra::serve([Reply::silence()]).await;
    let azure = Azure {
        time_limit: Duration::from_millis(200),
        ..azure(&sign_in(CredentialKind::Secret, &entra), &entra)
    };
    let error = azure.sign_in().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the sign-in service localhost cannot be reached: no answer in time"
    );
    assert!(error.is_passing());
}
