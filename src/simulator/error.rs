//! Why a simulated tenant cannot start.

use std::{io, net::SocketAddr};

use thiserror::Error;

/// Why a simulated tenant or a decoy cannot start.
#[derive(Debug, Error)]
pub enum SimulatorError {
    /// Simulated tenants issue tokens to anyone, so they listen on loopback only.
    #[error("the simulated tenant cannot listen on {0}: not a loopback address")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("the simulated tenant cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
    /// No certificate could be made.
    #[error("the simulated tenant's certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    /// The server certificate cannot be used.
    #[error("the simulated tenant's certificate cannot be served")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// The address does not make a URL.
    #[error("the simulated tenant's address does not make a URL")]
    Url(#[from] url::ParseError),
}

impl SimulatorError {
    /// How to fix it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotLoopback(_) => Some("listen on 127.0.0.1 or [::1]".to_owned()),
            Self::Listen { address, .. } if address.port() != 0 => Some(format!(
                "stop what listens on port {}, or choose another port, or 0 for any",
                address.port()
            )),
            _ => None,
        }
    }
}
