//! Detects network file systems, whose locks SQLite cannot rely on.

use std::path::Path;

/// The network file system that the file is on, if any.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn network_file_system(path: &Path) -> Option<&'static str> {
    let statistics = rustix::fs::statfs(path).ok()?;
    name_of(statistics.f_type)
}

/// Whether a lock in this folder is visible to all processes that write there, on any computer.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn has_reliable_locks(folder: &Path) -> bool {
    // FUSE: it may be a network file system without reporting it.
    const IN_USER_SPACE: i64 = 0x6573_5546;
    rustix::fs::statfs(folder).is_ok_and(|statistics| {
        number(statistics.f_type)
            .is_some_and(|kind| kind != IN_USER_SPACE && name_of(kind).is_none())
    })
}

/// Whether a lock in this folder is visible to all processes that write there, on any computer.
#[cfg(windows)]
pub(crate) fn has_reliable_locks(folder: &Path) -> bool {
    network_file_system(folder).is_none()
}

/// Whether a lock in this folder is visible to all processes that write there, on any computer.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
pub(crate) fn has_reliable_locks(_: &Path) -> bool {
    // There is no way to tell whether it is a network file system.
    false
}

/// The lower 32 bits of the number, whose type differs between platforms.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn number(kind: impl TryInto<i64>) -> Option<i64> {
    Some(kind.try_into().ok()? & 0xffff_ffff)
}

/// The name of a file system, by its magic number in `statfs(2)`.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn name_of(kind: impl TryInto<i64>) -> Option<&'static str> {
    Some(match number(kind)? {
        0x6969 => "NFS",
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB",
        0x564c => "NCP",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x0102_1997 => "9P",
        0x00c3_6400 => "Ceph",
        0x0bd0_0bd0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x0116_1970 => "GFS2",
        _ => return None,
    })
}

/// The network file system that the file is on, if any.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
pub(crate) fn network_file_system(_: &Path) -> Option<&'static str> {
    // Here file systems are identified by names instead of numbers, which differ between systems.
    None
}

/// The network file system that the file is on, if any: a share, or a drive letter mapped to one.
#[cfg(windows)]
pub(crate) fn network_file_system(path: &Path) -> Option<&'static str> {
    use std::path::{Component, Prefix};

    let resolved = path.canonicalize().ok()?;
    match resolved.components().next()? {
        Component::Prefix(prefix) => {
            matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)).then_some("SMB")
        }
        _ => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_shares_are_recognised() {
        for (kind, system) in [
            (0x6969_i64, Some("NFS")),
            (0xff53_4d42, Some("SMB")),
            (0xef53, None),      // ext4
            (0x5846_5342, None), // XFS
            (0x9123_683e, None), // Btrfs
            (0x0102_1994, None), // tmpfs
            (0x794c_7630, None), // overlayfs
        ] {
            assert_eq!(name_of(kind), system, "{kind:#x}");
        }
    }
}
