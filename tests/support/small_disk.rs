//! A disk of a few megabytes that can be filled, and can be made read-only.

use std::{
    fs,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use tempfile::TempDir;

use super::skip;

/// All names begin with this, followed by the process id. A name whose process is gone is left over from a killed run.
const PREFIX: &str = "pctest-disk-";

/// A file system in memory. Dropping it removes it.
pub(crate) struct SmallDisk {
    mounted: TempDir,
}

impl SmallDisk {
    /// A disk of this size in bytes, or `None` after reporting loudly that `test` is skipped.
    pub(crate) fn or_skip(test: &str, bytes: u64) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skip(test, "mounting a disk needs root");
            return None;
        }
        remove_leftovers();
        let mounted = TempDir::new().unwrap();
        let (source, options) = (format!("{PREFIX}{}", std::process::id()), format!("size={bytes},mode=700"));
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &options, &source]).arg(mounted.path()).output();
        match done {
            Ok(done) if done.status.success() => Some(Self { mounted }),
            other => {
                skip(test, &format!("no disk can be mounted here: {other:?}"));
                None
            }
        }
    }

    /// A directory on it for somebody's files.
    pub(crate) fn home(&self) -> Arc<TempDir> {
        Arc::new(TempDir::new_in(self.mounted.path()).unwrap())
    }

    fn filler(&self) -> PathBuf {
        self.mounted.path().join("filler")
    }

    /// Takes up all free space.
    pub(crate) fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        while file.write_all(&[0; 4_096]).is_ok() {}
        while file.write_all(&[0]).is_ok() {}
    }

    /// Frees the space again.
    pub(crate) fn empty(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    /// Makes the disk read-only, or writable again.
    pub(crate) fn set_read_only(&self, read_only: bool) {
        let options = if read_only { "remount,ro" } else { "remount,rw" };
        let done = Command::new("mount").args(["-o", options]).arg(self.mounted.path()).output().unwrap();
        assert!(done.status.success(), "{options}: {done:?}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(self.mounted.path());
    }
}

/// Unmounts it even if something is still open there: it then goes when that is closed.
fn unmount(path: &Path) {
    let _ = Command::new("umount").arg("-l").arg(path).output();
}

fn remove_leftovers() {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    for mount in mounts.lines() {
        let mut words = mount.split(' ');
        let (Some(source), Some(path)) = (words.next(), words.next()) else { continue };
        if let Some(pid) = source.strip_prefix(PREFIX)
            && !Path::new("/proc").join(pid).exists()
        {
            unmount(Path::new(path));
        }
    }
}
