//! Machines in, a stream of outcomes out, by whichever way the service offers.

pub mod per_machine;
