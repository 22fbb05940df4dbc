//! `tokens.json`: what people type, and the keys of a token.

use amparo::protocol::bytes::to_hex;
use amparo::protocol::token::{Token, TokenArena, TokenKeys, TokenTypo};
use serde_json::json;

use crate::{AUTHORITY, computed};

#[test]
fn tokens() {
    computed("tokens", || {
        let typed = [
            "000000000000000000000098",
            "9999 9999 9999 9999 9999 9926",
            "1234-5678-9012-3456-7890-1235",
            "١٢٣٤ ٥٦٧٨ ٩٠١٢ ٣٤٥٦ ٧٨٩٠ ١٢٣٥",
            "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶۷۸۹۰۱۲۳۵",
            "１２３４／５６７８／９０１２／３４５６／７８９０／１２３５",
            "\u{200f}१२३४\n५६७८\t९०१२ · ३४५६ · ७८९० · १२३५.",
            "",
            "1234-5678",
            "1234-5678-9012-3456-7890-12355",
            "O00000000000000000000098",
            "000000000000000000000099",
            "1234-5678-9012-3456-7809-1235",
            "²34567890123456789012345",
            " 1234 5678 9012 3456 7890 1235 ",
            "1234\u{a0}5678\u{202f}9012\u{3000}3456\u{2009}7890\u{200b}1235",
            "1234٥٦٧٨९०१२３４５６𝟕𝟖𝟗𝟎1235",
            "#1234_5678–9012—3456(7890)[1235]",
            "①1234-5678-9012-3456-7890-1235",
            "1234-5678-9012-3456-7890-123５",
            "1234-5678-9012-3456-7890-123l",
            "1234-5678-9012-3456-7890-123Ⅴ",
            "一234-5678-9012-3456-7890-1235",
            "1234-5678-9012-3456-7890-123",
            "1234-5678-9012-3456-7890-1236",
            "2134-5678-9012-3456-7890-1235",
            "1234-5678-9012-3456-7890-1253",
            "000000000000000000000001",
            "\u{feff}1234-5678-9012-3456-7890-1235",
            "1234-5678-9012-3456-7890-1235\u{0}",
            "1e34-5678-9012-3456-7890-1235",
            "-1234-5678-9012-3456-7890-1235",
        ];
        let read = typed.iter().map(|typed| match Token::parse(typed) {
            Ok(token) => json!({"typed": typed, "digits": token.expose()}),
            Err(TokenTypo::Length(found)) => json!({"typed": typed, "typo": "length", "found": found}),
            Err(TokenTypo::Letter) => json!({"typed": typed, "typo": "letter"}),
            Err(TokenTypo::CheckDigits) => json!({"typed": typed, "typo": "check digits"}),
        });
        let keys = ["000000000000000000000098", "123456789012345678901235"].map(|digits| {
            let keys = TokenKeys::derive(&Token::parse(digits).unwrap(), &AUTHORITY, &mut TokenArena::new());
            json!({
                "token": digits, "authority": AUTHORITY, "locator": to_hex(keys.locator().expose()),
                "locator_hash": keys.locator_hash(), "reply_recipient": keys.reply().recipient(),
                "author": keys.author().verifying_key(),
            })
        });
        json!({"typed": read.collect::<Vec<_>>(), "keys": keys})
    });
}
