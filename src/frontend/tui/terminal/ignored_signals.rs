//! Signals that were ignored when the program started, as `nohup` does with SIGHUP. They stay ignored.

/// Whether the signal with this number is ignored. Ask before you listen to it. Only Linux can be asked without unsafe
/// code; elsewhere the answer is no.
#[cfg(target_os = "linux")]
pub(super) fn is_ignored(signal: i32) -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| is_in_mask(&status, signal))
}

#[cfg(all(unix, not(target_os = "linux")))]
pub(super) const fn is_ignored(_signal: i32) -> bool {
    false
}

/// Whether `SigIgn` in `status` has the signal: bit 0 stands for signal 1 (`proc_pid_status(5)`).
#[cfg(target_os = "linux")]
fn is_in_mask(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    signal > 0 && mask.checked_shr(signal.unsigned_abs() - 1).unwrap_or(0) & 1 == 1
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_read_by_number() {
        let status = "Name:\tx\nSigBlk:\t0000000000000004\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000002\n";
        let ignored: Vec<_> = (0..=64).filter(|signal| is_in_mask(status, *signal)).collect();
        assert_eq!(ignored, [1, 13]);
        assert!(!is_in_mask("", 1) && !is_in_mask("SigIgn:\tx\n", 1));
    }
}
