//! `encodings.json`: fields, chunked hashes, padding and its edges.

use amparo::protocol::bytes::{Hash, fields, hash, to_hex};
use amparo::protocol::padding;
use amparo::protocol::seal::chunked_hash;
use amparo::secret::SecretBytes;
use serde_json::{Value, json};

use crate::computed;

#[test]
fn encodings() {
    computed("encodings", || {
        let lists: [&[&[u8]]; 4] = [&[], &[b""], &[b"a", b"", b"bc"], &[&[0xff; 40]]];
        let fields = lists.map(|list| {
            let hex: Vec<_> = list.iter().map(|field| to_hex(field)).collect();
            json!({"fields": hex, "bytes": to_hex(&fields(list))})
        });
        let mib = 1 << 20;
        let hashed = [0, 1, mib - 1, mib, mib + 1, 3 * mib].map(|length| {
            let content: Vec<u8> = (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect();
            json!({"length": length, "hash": Hash(chunked_hash(&content))})
        });
        let texts = [0, 1, 4092, 4093, 8188, 8189, 16_380, 16_381, 70_000, mib]
            .map(|length| json!({"length": length, "padded": padding::text_size(length)}));
        let files = [0_u64, 1, 2, 8, 9, 92, 1000, 4096, 65_536, 1_000_000, 100_000_000, 1 << 40].map(
            |length| json!({"length": length, "padme": padding::padme(length), "padded": padding::file_size(length)}),
        );
        let mut padded = Vec::new();
        padding::pad_text(b"abc", &mut padded).unwrap();
        json!({
            "padded_texts": texts_in_padding(), "padded_files": files_in_padding(),
            "fields": fields, "chunked_hash_of_place_mod_251": hashed, "text_sizes": texts, "file_sizes": files,
            "padded_text": {"content": to_hex(b"abc"), "begins": to_hex(&padded[..8]), "bytes": padded.len(), "hash": hash(&padded)},
        })
    });
}

/// Long bytes as pieces, each so often.
type Pieces = Vec<(Vec<u8>, usize)>;

fn joined(pieces: &Pieces) -> Vec<u8> {
    pieces.iter().flat_map(|(piece, times)| piece.repeat(*times)).collect()
}

fn padding_vector(why: &str, pieces: Pieces, length: Option<usize>) -> Value {
    let pieces: Vec<_> = pieces.into_iter().map(|(piece, times)| json!([to_hex(&piece), times])).collect();
    json!({"why": why, "pieces": pieces, "length": length})
}

fn texts_in_padding() -> Vec<Value> {
    let text = |length: u32, content: usize, zeros: usize| {
        vec![(length.to_be_bytes().to_vec(), 1), (vec![0x61], content), (vec![0], zeros)]
    };
    let with_end = |mut pieces: Pieces, end: u8| {
        pieces.push((vec![end], 1));
        pieces
    };
    let mib = 1 << 20;
    let cases = [
        ("empty", text(0, 0, 4092), Some(0)),
        ("one byte", text(1, 1, 4091), Some(1)),
        ("a full block", text(4092, 4092, 0), Some(4092)),
        ("a byte more than a block", text(4093, 4093, 4095), Some(4093)),
        ("two full blocks", text(8188, 8188, 0), Some(8188)),
        ("a byte more than two blocks takes four", text(8189, 8189, 8191), Some(8189)),
        ("the longest", text(1 << 20, mib, mib - 4), Some(mib)),
        ("nothing", Vec::new(), None),
        ("no whole length", vec![(vec![0], 3)], None),
        ("a length alone", text(0, 0, 0), None),
        ("a byte too few", text(0, 0, 4091), None),
        ("a byte too many", text(0, 0, 4093), None),
        ("two blocks where one is enough", text(0, 0, 8188), None),
        ("three blocks", text(8189, 8189, 12_288 - 8193), None),
        ("a length that reaches beyond the end", text(4093, 4092, 0), None),
        ("the greatest length", text(u32::MAX, 0, 4092), None),
        ("a byte longer than the longest", text((1 << 20) + 1, mib + 1, mib - 5), None),
        ("padding that ends in another byte", with_end(text(1, 1, 4090), 1), None),
        ("a length shorter than the content", text(1, 2, 4090), None),
        ("a length in little-endian", text(0x0100_0000, 1, 4091), None),
    ];
    let checked = cases.map(|(why, pieces, length)| {
        let bytes = joined(&pieces);
        assert_eq!(padding::unpad_text(&bytes).ok().map(<[u8]>::len), length, "{why}");
        if let Some(length) = length {
            let mut again = Vec::new();
            padding::pad_text(&bytes[4..4 + length], &mut again).unwrap();
            assert!(again == bytes, "{why}");
        }
        padding_vector(why, pieces, length)
    });
    checked.into()
}

fn files_in_padding() -> Vec<Value> {
    let file = |content: usize, zeros: usize, length: u64| {
        vec![(vec![0x61], content), (vec![0], zeros), (length.to_be_bytes().to_vec(), 1)]
    };
    let sound = [0_usize, 1, 2, 7, 8, 9, 100, 1000, 4088, 4096, 65_536, 100_000].map(|length| {
        let total = usize::try_from(padding::file_size(length as u64)).unwrap();
        ("as it should be", file(length, total - 8 - length, length as u64), Some(length))
    });
    let wrong = [
        ("nothing", Vec::new(), None),
        ("no whole length", vec![(vec![0], 7)], None),
        ("a zero too many", file(1000, 17, 1000), None),
        ("a zero too few", file(1000, 15, 1000), None),
        ("no zeros", file(1000, 0, 1000), None),
        ("twice the size", file(0, 8, 0), None),
        ("a length shorter than the content", file(1000, 16, 999), None),
        ("a length that takes in the length itself", file(8, 0, 16), None),
        ("a length that reaches beyond the beginning", file(8, 0, 17), None),
        ("a length of 2^63", file(8, 0, 1 << 63), None),
        ("the greatest length", file(8, 0, u64::MAX), None),
        ("a length in little-endian", file(1, 0, 1 << 56), None),
        (
            "content among the zeros",
            vec![(vec![0x61], 1000), (vec![0, 1], 8), (1000_u64.to_be_bytes().to_vec(), 1)],
            None,
        ),
    ];
    let check = |(why, pieces, length): (&str, Pieces, Option<usize>)| {
        let found = padding::unpad_file(&SecretBytes::new(joined(&pieces))).ok();
        assert_eq!(found.map(|content| content.expose().len()), length, "{why} {length:?}");
        padding_vector(why, pieces, length)
    };
    sound.into_iter().chain(wrong).map(check).collect()
}
