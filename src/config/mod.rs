//! Merges command line, environment, file and defaults into one resolved, typed [`Config`].
//!
//! Every option is defined once, as a field of [`Settings`]. A layer is a [`Settings`] in which
//! only the options of that layer are set; [`resolve()`] merges the layers, and every value is
//! validated by the type that parses it.
//!
//! - `settings`: the options; `value/`: their types
//! - the layers: `variables`: our variables; `file`, `document`: the file, and what is wrong with its keys;
//!   `defaults`: the embedded file
//! - `environment`, `zone`, `store_variables`, `folders`: what the process was given
//! - `resolve`: reads and merges the layers; `tenants/`: the file of tenants, each a layer
//! - `sections`: from the merged settings to [`Config`], which is in `resolved`; `store`, `stop`, `sign_in`,
//!   `certificate`, `notification/`: its larger sections
//! - `secret`, `secret_place`: secrets in variables and files
//! - `error`, `control_characters`, `origin`, `nearest`: what is wrong, and what was probably meant

mod certificate;
mod control_characters;
mod defaults;
mod document;
mod environment;
mod error;
mod file;
mod folders;
mod nearest;
mod notification;
mod origin;
mod resolve;
mod resolved;
mod secret;
mod secret_place;
mod sections;
mod settings;
mod sign_in;
mod stop;
mod store;
mod store_variables;
mod tenants;
#[cfg(test)]
mod tests;
mod value;
mod variables;
mod zone;

pub use certificate::CaCertificate;
pub use control_characters::refuse_path;
pub use environment::Environment;
pub use error::ConfigError;
pub use folders::Folders;
pub use notification::{
    AddressProblem, Mail, MailPart, MailServer, MailSignIn, Notification, NotifySettings, Security,
    Webhook,
};
pub use origin::{Origin, Shown};
pub use resolve::{read_tenants, resolve, resolve_typed};
pub use resolved::{
    Config, Console, FeedUrls, FeedsFolder, Graph, MachineFilters, PolicySettings, Reports,
    Resolved, Service, SourceSettings, StoreSettings,
};
pub use secret::SecretProblem;
pub use settings::{Concurrency, Days, Parallel, Retries, RunNumber, Settings, Targets};
pub use store_variables::StoreVariables;
pub use tenants::{Tenant, TenantProblem, Tenants};
pub use value::{
    AnswerSource, AuthorityUrl, AzureAccount, ChangesFrom, ColorMode, DeadlineSetting, EntraName,
    FailOn, FeedUrl, Formats, InvalidUrl, InvalidValue, LakePlace, LogFormat, MachineSource,
    MailAddress, NotifyFormat, NotifyOn, OutFolder, Percent, Place, PlaceUrl, ServiceUrl, Span,
    Store, StoreUrl, Text, Until, Whole,
};

pub(crate) use value::{switch, words};
