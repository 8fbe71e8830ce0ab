//! Machine ids in, a stream of outcomes out: within the quota, through every fault.

pub mod quota;
