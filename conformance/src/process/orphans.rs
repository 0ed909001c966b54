//! Processes that outlive their parent: children of an adapter that left its process group.
//!
//! Killing the group does not reach them, and the system hands them to its first process, where
//! nobody finds them again. On Linux a process can be the one they are handed to, and end them when
//! its own work is done. On other systems nothing here does anything.

/// From now on, whatever loses its parent below this process becomes a child of it.
#[cfg(target_os = "linux")]
pub fn adopt() {
    // A kernel that cannot do this leaves everything as it was.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Kills and reaps every child of this process, and what becomes its child thereby. For the end of
/// a program: no child is spared. Gives up after a few seconds.
#[cfg(target_os = "linux")]
pub fn end_all() {
    use rustix::process::{Signal, WaitOptions, kill_process, waitpid};
    use std::time::{Duration, Instant};

    const PATIENCE: Duration = Duration::from_secs(5);
    let until = Instant::now() + PATIENCE;
    loop {
        let children = children();
        if children.is_empty() || Instant::now() > until {
            return;
        }
        for child in children {
            // It may have ended already; nobody but this process can have reaped it.
            let _ = kill_process(child, Signal::KILL);
            let _ = waitpid(Some(child), WaitOptions::NOHANG);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The children of this process, dead or alive.
#[cfg(target_os = "linux")]
fn children() -> Vec<rustix::process::Pid> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let ours = numbers.filter(|number| {
        let stat = std::fs::read(format!("/proc/{number}/stat")).unwrap_or_default();
        parent(&stat) == Some(own)
    });
    ours.filter_map(rustix::process::Pid::from_raw).collect()
}

/// The parent in what the system says of a process. The name before it can hold anything.
#[cfg(target_os = "linux")]
fn parent(stat: &[u8]) -> Option<i32> {
    let after_name = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let rest = std::str::from_utf8(stat.get(after_name..)?).ok()?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Nothing here.
#[cfg(not(target_os = "linux"))]
pub fn adopt() {}

/// Nothing here.
#[cfg(not(target_os = "linux"))]
pub fn end_all() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_read_past_any_name() {
        assert_eq!(parent(b"7 (sh) S 41 7 7 0"), Some(41));
        assert_eq!(parent(b"7 (a) S 1 ) (b) R 42 7 7 0"), Some(42));
        assert_eq!(parent(b"7 (\xff\xfe) Z 43 7"), Some(43));
        assert_eq!(parent(b""), None);
        assert_eq!(parent(b"7 (sh) S"), None);
    }

    #[test]
    fn a_child_of_this_process_is_found() {
        let mut child = std::process::Command::new("sleep").arg("100").spawn().expect("it starts");
        let pid = rustix::process::Pid::from_child(&child);
        assert!(children().contains(&pid));
        child.kill().expect("it ends");
        child.wait().expect("it is reaped");
        assert!(!children().contains(&pid));
    }
}
