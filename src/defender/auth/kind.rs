//! The kinds of credential that `--credential` chooses from.

use crate::domain::words::words;

words! {
    /// A kind of credential.
    pub enum CredentialKind {
        /// Whichever is configured.
        Auto = "auto",
        /// A client secret.
        Secret = "secret",
        /// A certificate that signs a client assertion.
        Certificate = "certificate",
        /// A federated token that Kubernetes keeps in a file.
        WorkloadIdentity = "workload-identity",
        /// The identity of the Azure machine or service that runs this.
        ManagedIdentity = "managed-identity",
        /// Whoever is signed in with the Azure CLI.
        AzureCli = "azure-cli",
        /// A ready-made access token.
        Token = "token",
    }
}
