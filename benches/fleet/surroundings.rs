//! What the figures were measured on.

use sysinfo::System;

/// The machine and the build, in a line.
pub(crate) fn describe() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let Ok(mut system) = System::new() else {
        return format!("patchgap {version}");
    };
    system.refresh_memory();
    system.refresh_cpu_all();
    let cores = system.cpus().len();
    let processor = system.cpus().first().map_or("?", |cpu| cpu.brand().trim());
    let memory = system.total_memory() >> 30;
    let kernel = System::long_os_version().unwrap_or_default();
    format!("patchgap {version} on {cores} cores ({processor}), {memory} GiB, {kernel}")
}
