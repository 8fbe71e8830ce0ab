//! Microsoft's clouds: where a tenant's API and sign-in are.

use crate::domain::words::words;

words! {
    /// A Microsoft cloud, or a region of the public one.
    pub enum Cloud {
        /// The commercial cloud; the service picks the region.
        Public = "public",
        /// The commercial cloud, United States.
        Us = "us",
        /// The commercial cloud, European Union.
        Eu = "eu",
        /// The commercial cloud, United Kingdom.
        Uk = "uk",
        /// The commercial cloud, Australia.
        Au = "au",
        /// The commercial cloud, Switzerland.
        Swa = "swa",
        /// The commercial cloud, India.
        Ina = "ina",
        /// The commercial cloud, United Arab Emirates.
        Aea = "aea",
        /// US government: GCC.
        Gcc = "gcc",
        /// US government: GCC High.
        GccHigh = "gcc-high",
        /// US Department of Defense.
        Dod = "dod",
    }
}

/// The addresses of a cloud. They are separate settings: one host name does not define a
/// cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoints {
    /// Base URL of the API.
    pub api: &'static str,
    /// Base URL of the sign-in.
    pub authority: &'static str,
    /// The OAuth scope of the token.
    pub scope: &'static str,
    /// Base URL of Microsoft Graph.
    pub graph: &'static str,
}

impl Cloud {
    /// The addresses of this cloud.
    pub const fn endpoints(self) -> Endpoints {
        Endpoints {
            api: self.api(),
            authority: self.authority(),
            scope: self.scope(),
            graph: self.graph(),
        }
    }

    const fn api(self) -> &'static str {
        match self {
            Self::Public => "https://api.security.microsoft.com",
            Self::Us => "https://us.api.security.microsoft.com",
            Self::Eu => "https://eu.api.security.microsoft.com",
            Self::Uk => "https://uk.api.security.microsoft.com",
            Self::Au => "https://au.api.security.microsoft.com",
            Self::Swa => "https://swa.api.security.microsoft.com",
            Self::Ina => "https://ina.api.security.microsoft.com",
            Self::Aea => "https://aea.api.security.microsoft.com",
            Self::Gcc => "https://api-gcc.securitycenter.microsoft.us",
            Self::GccHigh | Self::Dod => "https://api-gov.securitycenter.microsoft.us",
        }
    }

    const fn authority(self) -> &'static str {
        match self {
            Self::GccHigh | Self::Dod => "https://login.microsoftonline.us",
            _ => "https://login.microsoftonline.com",
        }
    }

    const fn graph(self) -> &'static str {
        match self {
            Self::GccHigh => "https://graph.microsoft.us",
            Self::Dod => "https://dod-graph.microsoft.us",
            _ => "https://graph.microsoft.com",
        }
    }

    /// The government clouds issue tokens for their own API's address; the public one still issues
    /// them for the original address of its API.
    const fn scope(self) -> &'static str {
        match self {
            Self::Gcc => "https://api-gcc.securitycenter.microsoft.us/.default",
            Self::GccHigh | Self::Dod => "https://api-gov.securitycenter.microsoft.us/.default",
            _ => "https://api.securitycenter.microsoft.com/.default",
        }
    }
}

impl Endpoints {
    /// The audience of its tokens.
    pub fn audience(self) -> &'static str {
        self.scope.trim_end_matches("/.default")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGIONS: [&str; 7] = ["us", "eu", "uk", "au", "swa", "ina", "aea"];

    #[test]
    fn region_differs_from_the_public_cloud_only_in_its_host() {
        let public = Cloud::Public.endpoints();
        for region in REGIONS {
            let expected = Endpoints {
                api: format!("https://{region}.api.security.microsoft.com").leak(),
                ..public
            };
            let cloud: Cloud = region.parse().unwrap();
            assert_eq!(cloud.endpoints(), expected);
        }
    }
}
