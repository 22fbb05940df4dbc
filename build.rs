//! Puts what `web/build.mjs` made into the program. Where it was not made, the program works and serves no script.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Every file a browser may ask for; each stands beside its compressed forms, `.br` and `.gz`.
const NAMES: [&str; 5] = ["desk.js", "licences.txt", "offline.js", "reporter.js", "worker.js"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");
    let set = |name| std::env::var(name).expect("cargo sets it");
    let dist = Path::new(&set("CARGO_MANIFEST_DIR")).join("web/dist");
    let missing =
        |name: &str| ["", ".br", ".gz"].iter().filter(|end| !dist.join(format!("{name}{end}")).exists()).count();
    let mut table = String::from("&[");
    match NAMES.into_iter().map(missing).sum::<usize>() {
        0 => {
            for name in NAMES {
                let file = dist.join(name);
                let file = file.to_str().expect("the path of the source is UTF-8");
                let _ = write!(
                    table,
                    "WebFile {{ name: {name:?}, bytes: include_bytes!({file:?}), \
                     br: include_bytes!(\"{file}.br\"), gz: include_bytes!(\"{file}.gz\") }},"
                );
            }
        }
        all if all == 3 * NAMES.len() => {}
        some => panic!("{some} of the files in web/dist are missing; run `make web`, or empty that folder"),
    }
    table.push(']');
    fs::write(Path::new(&set("OUT_DIR")).join("web_files.rs"), table).expect("cargo's own folder can be written");
}
