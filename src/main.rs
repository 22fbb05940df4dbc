//! The program's entry, and its memory.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Overwrites all memory with zeros as it is freed. Secrets of ours do that themselves, but libraries keep copies of
/// what they read, send and format.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    amparo::cli::main()
}
