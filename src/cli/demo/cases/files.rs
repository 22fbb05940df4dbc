//! Small attachments, made here byte by byte: texts, tables and pictures.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::dice::Dice;
use super::facts::Teller;

/// A file as a reporter attaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, in the reporter's script.
    pub name: String,
    /// Its type.
    pub media_type: &'static str,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Pixels of a picture's side; a multiple of a JPEG block's.
const SIDES: [u16; 4] = [32, 48, 64, 96];

impl File {
    /// One that could go with what the teller tells.
    pub(super) fn of(teller: &Teller<'_>, dice: &mut Dice) -> Self {
        let (ending, media_type, content) = match dice.below(10) {
            0..4 => ("txt", "text/plain", text(teller, dice)),
            4..7 => ("csv", "text/csv", table(teller, dice)),
            7..9 => ("png", "image/png", png(dice)),
            _ => ("jpg", "image/jpeg", jpeg(dice)),
        };
        let name = dice.pick(teller.words.section("file"));
        Self { name: format!("{name}-{}.{ending}", dice.between(1..100)), media_type, content }
    }
}

fn text(teller: &Teller<'_>, dice: &mut Dice) -> Vec<u8> {
    let length = dice.pick(&[200, 600, 1_500]);
    let mut text = teller.tell(&["detail", "diary"], length, 4_000, dice);
    text.push('\n');
    text.into_bytes()
}

fn table(teller: &Teller<'_>, dice: &mut Dice) -> Vec<u8> {
    let mut text = format!("{}\n", teller.words.line("columns", 0));
    for _ in 0..dice.between(3..25) {
        text.push_str(&teller.row(dice));
        text.push('\n');
    }
    text.into_bytes()
}

/// Shades of one colour, in a pattern of squares.
fn png(dice: &mut Dice) -> Vec<u8> {
    let side = dice.pick(&SIDES);
    let shade = |dice: &mut Dice| u8::try_from(dice.below(256)).unwrap_or_default();
    let colours: [[u8; 3]; 4] = std::array::from_fn(|_| std::array::from_fn(|_| shade(dice)));
    let mut pixels = Vec::new();
    for y in 0..usize::from(side) {
        pixels.push(0);
        for x in 0..usize::from(side) {
            pixels.extend(colours[(x / 8 + y / 8 * 3) % colours.len()]);
        }
    }
    let size = u32::from(side).to_be_bytes();
    let header = [&size[..], &size, &[8, 2, 0, 0, 0]].concat();
    let chunks = [chunk(b"IHDR", &header), chunk(b"IDAT", &compress_to_vec_zlib(&pixels, 6)), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat()].concat()
}

/// A chunk of a PNG with its CRC (PNG, third edition, section 5.3).
fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let named = [kind, content].concat();
    let crc = !named.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    });
    let length = u32::try_from(content.len()).unwrap_or_default();
    [&length.to_be_bytes(), named.as_slice(), &crc.to_be_bytes()].concat()
}

/// Grey squares of eight by eight pixels: a baseline JPEG (ITU-T T.81) whose blocks hold nothing but their mean.
fn jpeg(dice: &mut Dice) -> Vec<u8> {
    let side = dice.pick(&SIDES);
    let [high, low] = side.to_be_bytes();
    let mut file = vec![0xff, 0xd8];
    let mut segment = |marker: u8, content: &[u8]| {
        let length = u16::try_from(content.len() + 2).unwrap_or_default().to_be_bytes();
        file.extend([0xff, marker, length[0], length[1]]);
        file.extend_from_slice(content);
    };
    segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    segment(0xdb, &[&[0][..], &[8; 64]].concat());
    segment(0xc0, &[8, high, low, high, low, 1, 1, 0x11, 0]);
    // Codes of four bits for differences of 0 to 10 bits; one code, of one bit, that ends a block.
    segment(0xc4, &[&[0x00, 0, 0, 0, 11][..], &[0; 12], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]].concat());
    segment(0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(0xda, &[1, 1, 0x00, 0, 63, 0]);
    let mut bits = Bits::default();
    let mut before = 0;
    for _ in 0..(side / 8) * (side / 8) {
        let mean = i32::try_from(dice.below(240)).unwrap_or_default() - 120;
        let difference = mean - before;
        before = mean;
        let length = 32 - difference.unsigned_abs().leading_zeros();
        let value = if difference < 0 { difference - 1 } else { difference };
        bits.push(length, 4);
        bits.push(value.cast_unsigned(), length);
        bits.push(0, 1);
    }
    file.extend(bits.finish());
    file.extend([0xff, 0xd9]);
    file
}

/// Bits of an entropy-coded segment, in which a zero follows each 0xff.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    byte: u8,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, length: u32) {
        for place in (0..length).rev() {
            self.byte = self.byte << 1 | u8::from(value >> place & 1 == 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.byte);
                if self.byte == 0xff {
                    self.bytes.push(0);
                }
                (self.byte, self.count) = (0, 0);
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count > 0 {
            self.push(1, 1);
        }
        self.bytes
    }
}
