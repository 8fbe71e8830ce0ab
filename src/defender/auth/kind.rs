//! The credential kinds that `--credential` accepts.

use crate::domain::words::words;

words! {
    /// A kind of credential.
    pub enum CredentialKind {
        /// The first kind that is configured.
        Auto = "auto",
        /// A client secret.
        Secret = "secret",
        /// A certificate that signs a client assertion.
        Certificate = "certificate",
        /// A federated token that Kubernetes writes to a file.
        WorkloadIdentity = "workload-identity",
        /// The identity of the Azure machine or service that this process runs on.
        ManagedIdentity = "managed-identity",
        /// The account signed in to the Azure CLI.
        AzureCli = "azure-cli",
        /// A ready-made access token.
        Token = "token",
    }
}
