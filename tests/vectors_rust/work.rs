//! `work.json`: challenges and their solutions.

use amparo::protocol::bytes::to_hex;
use amparo::protocol::work::{Challenge, Work, WorkKey};
use serde_json::json;

use crate::{computed, secret};

#[test]
fn work() {
    computed("work", || {
        let key = WorkKey::from_secret(&secret(5));
        let solved = [(0, 0), (7, 1), (600, 8), (u32::MAX, 14)].map(|(second, bits)| {
            let random = [bits ^ 0x5a; 16];
            let work = Work::solve(Challenge::assemble(&key, second, bits, random)).unwrap();
            json!({
                "key": to_hex(&[5; 32]), "second": second, "bits": bits, "random": to_hex(&random),
                "challenge": work.challenge, "numbers": work.numbers, "header": work.to_string(),
            })
        });
        let header = Work::solve(Challenge::assemble(&key, 7, 4, [9; 16])).unwrap().to_string();
        let (challenge, numbers) = header.split_once('.').unwrap();
        let refused = [
            String::new(),
            challenge.to_owned(),
            format!("{challenge}."),
            format!(".{numbers}"),
            format!("{header}."),
            format!("{header}00"),
            format!("{challenge}{numbers}"),
            format!(" {header}"),
            header.to_uppercase(),
            header[2..].to_owned(),
            header[..header.len() - 1].to_owned(),
        ];
        assert!(refused.iter().all(|text| text.parse::<Work>().is_err()));
        let undone = format!("{challenge}.{}", "ff".repeat(64));
        assert!(!undone.parse::<Work>().unwrap().is_done());
        json!({"solved": solved, "refused": refused, "undone": [undone]})
    });
}
