//! What stands in a process's memory, as a core dump of it would.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

use rustix::process::{Pid, Signal, kill_process};

use super::server::wait_for;

/// What is read at once.
const PIECE: usize = 1 << 20;

/// A stretch of memory.
pub struct Region {
    /// What the system calls it, such as `[heap]`; empty when it has no name.
    pub name: String,
    /// Its address.
    pub start: u64,
    pub bytes: Vec<u8>,
}

/// All memory of a process that can be read, while it stands still. An error where this user may not look.
pub fn of(pid: u32) -> io::Result<Vec<Region>> {
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let process = Pid::from_raw(pid.cast_signed()).unwrap();
    kill_process(process, Signal::STOP)?;
    wait_for("the process to stand still", || {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        state.rsplit(") ").next().unwrap().starts_with('T').then_some(())
    });
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"));
    let regions = maps.map(|maps| maps.lines().filter_map(|line| region(&memory, line)).collect());
    kill_process(process, Signal::CONT)?;
    regions
}

/// The region in a line of `maps`; `None` where nothing can be read.
fn region(memory: &File, line: &str) -> Option<Region> {
    // `address perms offset dev inode name`.
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let (start, end) = (u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?);
    if !words.next()?.starts_with('r') {
        return None;
    }
    let name = words.nth(3).unwrap_or_default().to_owned();
    let mut bytes = vec![0; usize::try_from(end - start).ok()?];
    let mut at = start;
    for piece in bytes.chunks_mut(PIECE) {
        // What the kernel keeps for itself, as [vvar], is no memory of the process.
        memory.read_exact_at(piece, at).ok()?;
        at += piece.len() as u64;
    }
    Some(Region { name, start, bytes })
}
