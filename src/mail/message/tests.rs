use super::*;

fn read(letter: &str) -> Vec<(Use, String)> {
    let letter = letter.replace('\n', "\r\n");
    let parts = parts(letter.as_bytes()).unwrap();
    parts.iter().map(|part| (part.used, part.text().trim().to_owned())).collect()
}

#[test]
fn header_and_body_are_told_apart_at_the_first_empty_line() {
    assert_eq!(split(b"A: b\r\n\r\nc\n\nd"), (&b"A: b\r\n"[..], &b"c\n\nd"[..]));
    assert_eq!(split(b"\nbody"), (&b""[..], &b"body"[..]));
    assert_eq!(split(b"A: b"), (&b"A: b"[..], &b""[..]));
    let found: Vec<_> = fields(b"A: b\r\n c\r\nD: e\r\n").collect();
    assert_eq!(found, [&b"A: b\r\n c\r\n"[..], b"D: e\r\n"]);
}

#[test]
fn words_arrive_whole_in_every_encoding() {
    for (header, body, expected) in [
        ("", "plain", "plain"),
        ("Content-Type: text/plain; charset=utf-8\n", "مرحبا", "مرحبا"),
        (
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n",
            "=E9t=\n=E9",
            "été",
        ),
        ("Content-Type: text/plain; charset=windows-1256\nContent-Transfer-Encoding: base64\n", "4+2B5eHH", "م"),
        ("Content-Type: text/plain; charset=shift_jis\nContent-Transfer-Encoding: base64\n", "k/qWew==", "日本"),
        ("Content-Transfer-Encoding: base64\n", "no base64!", "no base64!"),
        ("Content-Type: text/html\n", "<style>p{}</style><p>a &amp; b</p>", "a & b"),
    ] {
        let found = read(&format!("{header}\n{body}"));
        assert!(found.len() == 1 && found[0].1.contains(expected), "{found:?}");
    }
}

#[test]
fn of_alternatives_the_plain_words_stay_and_signatures_go() {
    let letter = "Content-Type: multipart/signed; boundary=s\n\npreamble\n--s\n\
        Content-Type: multipart/alternative; boundary=\"a b\"\n\n--a b\n\nplain\n--a b\n\
        Content-Type: text/html\n\n<b>bold</b>\n--a b--\n--s\n\
        Content-Type: application/pgp-signature\n\nsigned by\n--s--\nepilogue";
    assert_eq!(read(letter), [(Use::Text, "plain".into())]);
    assert_eq!(read(&letter.replace("\n\nplain\n", "\n\n \n")), [(Use::Html, "bold".into())]);
}

#[test]
fn names_of_files_are_read_as_programs_write_them() {
    let letter = "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
        Content-Disposition: attachment; filename*=utf-8''%C3%A9t%C3%A9.pdf\r\nContent-Type: application/pdf\r\n\r\na\r\n\
        --x\r\nContent-Type: text/plain; name=\"=?utf-8?Q?not=C3=A9?=\"\r\n\r\nb\r\n--x";
    let parts = parts(letter.as_bytes()).unwrap();
    let names: Vec<_> = parts.iter().map(|part| (part.used, part.name().unwrap(), part.content().to_vec())).collect();
    assert_eq!(names, [(Use::File, "été.pdf", b"a".to_vec()), (Use::File, "noté", b"b".to_vec())]);
}

#[test]
fn encrypted_and_broken_letters_are_kept_as_they_came_without_their_sender() {
    for kind in ["multipart/encrypted; boundary=x", "application/pkcs7-mime; name=smime.p7m", "multipart/mixed"] {
        let letter = format!(
            "From: me\r\nContent-Type: {kind}\r\nReceived: from\r\n here\r\n\r\n--x\r\n\r\nsecret\r\n--x--\r\n"
        );
        let found = parts(letter.as_bytes()).unwrap();
        assert_eq!((found.len(), found[0].used), (1, Use::AsItCame));
        let kept = format!("Content-Type: {kind}\r\n\r\n--x\r\n\r\nsecret\r\n--x--\r\n");
        assert_eq!(*found[0].as_it_came(), kept.as_bytes());
    }
}

#[test]
fn a_letter_within_a_letter_is_a_file() {
    let letter =
        "Content-Type: multipart/digest; boundary=x\n\n--x\nContent-Type: message/rfc822\n\nFrom: boss\n\nhi\n--x--\n";
    assert_eq!(read(letter), [(Use::File, "From: boss\r\n\r\nhi".into())]);
}

#[test]
fn bounds_hold() {
    let deep = (0..20)
        .fold(String::new(), |deep, n| deep + &format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"));
    let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\na\n".repeat(PARTS_MAX + 1));
    let long = format!("A: {}\n\n", "x".repeat(HEADER_MAX));
    for letter in [deep, wide, long] {
        assert!(parts(letter.as_bytes()).is_err());
    }
}

proptest::proptest! {
    #[test]
    fn header_fields_and_body_are_the_letter_again(any: Vec<u8>, text in "[a: \\t\\r\\n]{0,60}") {
        for letter in [any.as_slice(), text.as_bytes()] {
            let (header, body) = split(letter);
            let empty_line = letter.len() - header.len() - body.len();
            proptest::prop_assert!(letter.starts_with(header) && letter.ends_with(body) && empty_line <= 2);
            proptest::prop_assert_eq!(fields(header).collect::<Vec<_>>().concat(), header);
        }
    }

    #[test]
    fn no_parts_are_deeper_or_more_than_the_bounds(tree in "(--[xy](--)?\r\n|Content-Type: multipart/[am]ixed; boundary=[xy]\r\n|\r\n|a){0,60}") {
        if let Ok(parts) = parts(format!("Content-Type: multipart/mixed; boundary=x\r\n\r\n{tree}").as_bytes()) {
            proptest::prop_assert!(parts.len() <= PARTS_MAX);
        }
    }
}
