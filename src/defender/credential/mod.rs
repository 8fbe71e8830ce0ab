//! How the run proves who it is: every kind of credential, behind one small trait.

mod kind;
mod sign_in;

pub use kind::CredentialKind;
pub use sign_in::SignIn;
