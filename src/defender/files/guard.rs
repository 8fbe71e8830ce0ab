//! Checks the addresses of files. They come from the service, and a reply of a public service must
//! not direct requests to this machine or its network.

use std::{
    collections::HashSet,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use parking_lot::Mutex;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;
use url::{Host, Url};

use crate::defender::http::is_loopback;

/// Checks the addresses of files, before and after their names are resolved.
#[derive(Debug, Clone)]
pub(in crate::defender) struct Guard {
    /// Whether the API is on this machine: only then may a file be there, and without TLS.
    is_local: bool,
    /// Whether the API is in a private network, by its address.
    is_private: bool,
    /// The hosts of files. Other names are resolved for proxies, which may be anywhere.
    hosts: Arc<Mutex<HashSet<String>>>,
}

impl Guard {
    /// For the files of the API at this address.
    pub(in crate::defender) fn of(api: &Url) -> Self {
        Self {
            is_local: is_loopback(api),
            is_private: address(api).is_some_and(|it| !is_public(it)),
            hosts: Arc::default(),
        }
    }

    /// The address of a file, or why it is refused.
    pub(super) fn check(&self, text: &str) -> Result<Url, &'static str> {
        let url: Url = text.parse().map_err(|_| "its address is not valid")?;
        if url.scheme() != "https" && !(url.scheme() == "http" && self.is_local) {
            return Err("its address does not use https");
        }
        let is_inside = is_loopback(&url) || address(&url).is_some_and(|it| !is_public(it));
        if is_inside && !self.allows_private() {
            return Err(INSIDE);
        }
        if let Some(Host::Domain(host)) = url.host() {
            self.hosts.lock().insert(host.to_ascii_lowercase());
        }
        Ok(url)
    }

    fn allows_private(&self) -> bool {
        self.is_local || self.is_private
    }

    fn refuses(&self, host: &str, address: SocketAddr) -> bool {
        !self.allows_private()
            && !is_public(address.ip())
            && self.hosts.lock().contains(&host.to_ascii_lowercase())
    }
}

const INSIDE: &str = "its address is on this machine or in a private network";

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|it| guard.refuses(name.as_str(), *it)) {
                return Err(io::Error::other(INSIDE).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The address in a URL that has one instead of a name.
fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(address) => is_public_v4(address),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    // Shared by carriers, 100.64.0.0/10.
    let is_shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || address.octets()[0] == 0
        || is_shared)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    !(address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.is_multicast())
}

/// The version 4 address within: mapped, or translated (`64:ff9b::/96`).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., high, low] = address.segments();
    let is_translated = address.segments().starts_with(&[0x64, 0xff9b, 0, 0, 0, 0]);
    let bytes = [high.to_be_bytes(), low.to_be_bytes()].concat();
    let bytes: [u8; 4] = bytes.try_into().ok()?;
    address
        .to_ipv4_mapped()
        .or_else(|| is_translated.then(|| bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_api_has_no_files_inside() {
        let public = Guard::of(&"https://api.example".parse().unwrap());
        for (address, expected) in [
            ("https://files.example/a?sig=x", None),
            ("https://8.8.8.8/a", None),
            ("https://[2a01::1]/a", None),
            (
                "http://files.example/a",
                Some("its address does not use https"),
            ),
            (
                "ftp://files.example/a",
                Some("its address does not use https"),
            ),
            ("file:///etc/passwd", Some("its address does not use https")),
            ("files.example/a", Some("its address is not valid")),
            ("https://localhost/a", Some(INSIDE)),
            ("https://127.0.0.1/a", Some(INSIDE)),
            ("https://0x7f.1/a", Some(INSIDE)),
            ("https://2130706433/a", Some(INSIDE)),
            ("https://0.0.0.0/a", Some(INSIDE)),
            ("https://10.1.2.3/a", Some(INSIDE)),
            ("https://172.16.0.1/a", Some(INSIDE)),
            ("https://192.168.0.1/a", Some(INSIDE)),
            ("https://169.254.169.254/a", Some(INSIDE)),
            ("https://100.100.100.200/a", Some(INSIDE)),
            ("https://[::1]/a", Some(INSIDE)),
            ("https://[::]/a", Some(INSIDE)),
            ("https://[fd00::1]/a", Some(INSIDE)),
            ("https://[fe80::1]/a", Some(INSIDE)),
            ("https://[::ffff:127.0.0.1]/a", Some(INSIDE)),
            ("https://[64:ff9b::a00:1]/a", Some(INSIDE)),
        ] {
            assert_eq!(public.check(address).err(), expected, "{address}");
        }
    }

    #[test]
    fn api_inside_has_files_inside() {
        let local = Guard::of(&"http://127.0.0.1:8080".parse().unwrap());
        assert!(local.check("http://127.0.0.1:9090/a").is_ok());
        assert!(local.check("https://10.0.0.1/a").is_ok());
        let private = Guard::of(&"https://10.0.0.1".parse().unwrap());
        assert!(private.check("https://10.0.0.2/a").is_ok());
        assert!(
            private.check("http://10.0.0.2/a").is_err(),
            "only on this machine"
        );
    }

    #[tokio::test]
    async fn names_of_files_are_checked_again_when_resolved() {
        let guard = Guard::of(&"https://api.example".parse().unwrap());
        let resolve = async |guard: &Guard| {
            let found = guard.resolve("localhost".parse().unwrap()).await;
            found.map(Iterator::count).map_err(|it| it.to_string())
        };
        // A proxy may be on this machine.
        assert!(resolve(&guard).await.is_ok());
        guard.hosts.lock().insert("localhost".to_owned());
        assert_eq!(resolve(&guard).await.unwrap_err(), INSIDE);
        let local = Guard::of(&"http://127.0.0.1".parse().unwrap());
        local.hosts.lock().insert("localhost".to_owned());
        assert!(resolve(&local).await.is_ok());
    }
}
