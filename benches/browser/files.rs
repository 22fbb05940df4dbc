//! Files: how fast they are sealed and sent, and how much memory it takes.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::common::browser::Browser;
use super::common::server::Place;
use super::{median, number};

/// Prints the medians of filing a report with `count` files of `size` bytes: from the button to the receipt, so that
/// keys, padding and the server's last word are in it; MB are a million bytes of content. Memory is counted as
/// `tests/large_file.rs` says.
pub fn measure(browser: impl Fn() -> Browser, what: &str, count: usize, size: u64, repeats: usize) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let paths: Vec<_> = (0..count).map(|number| folder.path().join(format!("{number}.bin"))).collect();
    for path in &paths {
        File::create(path).unwrap().set_len(size).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/browser/files.mjs");
    let runs: Vec<_> = (0..repeats)
        .map(|_| {
            let place = Place::new(
                "file_bytes = \"1 GiB\"\nsubmission_bytes = \"2 GiB\"\nfiles_per_submission = 100\n\
                 spare_disk_bytes = \"16 MiB\"\ncalm_submissions = 60000",
            );
            let server = place.start();
            let before = server.peak_memory();
            let args =
                json!({ "reporter": format!("http://{}/", server.reporter), "words": super::WORDS, "files": paths });
            let seen = browser().patient(Duration::from_mins(20)).run_file(&script, &args);
            assert_eq!(seen["errors"], json!([]));
            let page = number(&seen["peak"]["page"]);
            let grown = number(&seen["peak"]["all"]) - number(&seen["before"]["all"]);
            #[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
            let (all, server) = ((count as u64 * size) as f64, (server.peak_memory() - before) as f64);
            [all / number(&seen["seconds"]) / 1e6, page / 1e6, grown / 1e6, server / 1e6]
        })
        .collect();
    if what.is_empty() {
        return;
    }
    let [rate, page, grown, server] = [0, 1, 2, 3].map(|at| median(runs.iter().map(|run| run[at])));
    let aim = if size == 1 << 30 { "  aim: 50 MB/s, 200 MB in the page" } else { "" };
    println!("  {what:<35} {rate:>6.1} {page:>5.0} MB {grown:>10.0} MB {server:>9.1} MB{aim}");
}
