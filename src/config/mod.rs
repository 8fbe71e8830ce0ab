//! Merges command line, environment, file and defaults into one resolved, typed [`Config`].
//!
//! Every option is defined once, as a field of [`Settings`]. A layer is a [`Settings`] in which
//! only the options of that layer are set; [`resolve()`] merges the layers, and every value is
//! validated by the type that parses it.

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
mod settings;
mod sign_in;
mod stop;
mod store;
mod store_variables;
mod tenants;
#[cfg(test)]
mod tests;
mod value;
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
pub use settings::{Concurrency, Days, KeptRuns, Parallel, Retries, RunNumber, Settings, Targets};
pub use store_variables::StoreVariables;
pub use tenants::{Tenant, TenantProblem, Tenants};
pub use value::{
    AnswerSource, AuthorityUrl, AzureAccount, ChangesFrom, ColorMode, DeadlineSetting, EntraName,
    FailOn, FeedUrl, Formats, InvalidUrl, InvalidValue, LakePlace, LogFormat, MachineSource,
    MailAddress, NotifyFormat, NotifyOn, OutFolder, Percent, Place, PlaceUrl, ServiceUrl, Span,
    Store, StoreUrl, Text, Until, UploadPlace, Whole,
};

pub(crate) use value::{switch, words};
