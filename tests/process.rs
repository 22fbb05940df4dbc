//! Hardening holds for the whole process, so it has a test program of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::os::unix::fs::MetadataExt;

use rustix::process::{Resource, getrlimit};

#[test]
fn a_hardened_process_leaves_no_core_and_no_file_for_others() {
    amparo::process::harden().unwrap();

    let core = getrlimit(Resource::Core);
    assert_eq!((core.current, core.maximum), (Some(0), Some(0)));
    #[cfg(target_os = "linux")]
    assert!(matches!(rustix::process::dumpable_behavior().unwrap(), rustix::process::DumpableBehavior::NotDumpable));

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "x").unwrap();
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    for (name, mode) in [("file", 0o600), ("folder", 0o700)] {
        assert_eq!(std::fs::metadata(folder.path().join(name)).unwrap().mode() & 0o7777, mode, "{name}");
    }
    // A child inherits both limits, and hardening twice is no error.
    let child = std::process::Command::new("sh").args(["-c", "ulimit -c; umask"]).output().unwrap();
    assert_eq!(String::from_utf8(child.stdout).unwrap().split_whitespace().collect::<Vec<_>>(), ["0", "0077"]);
    amparo::process::harden().unwrap();
}
