//! The only room that speaks to Microsoft's services: the API and the sign-in.

pub mod cloud;
pub mod credential;
