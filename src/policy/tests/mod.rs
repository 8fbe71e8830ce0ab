//! Files of exceptions, the gaps they apply to, and overdue gaps.

mod file;
mod marks;
