use super::*;

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_break_the_reading_of_lines(bytes: Vec<u8>, size in 1usize..300) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (mut lines, mut reader) = (0, BufReader::with_capacity(size, &bytes[..]));
        runtime.block_on(async {
            while let Line::Whole(line) = read_line(&mut reader).await.unwrap() {
                let _ = Command::parse(&line);
                lines += 1;
            }
        });
        proptest::prop_assert_eq!(lines, bytes.split(|byte| *byte == b'\n').count() - 1);
    }
}
