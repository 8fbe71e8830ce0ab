//! Files of exceptions, which gaps they are about, and when gaps are overdue.

mod file;
mod marks;
