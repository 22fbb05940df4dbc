//! Points of Curve25519 as others send them (RFC 7748): which may be used as a key.

use x25519_dalek::{PublicKey, StaticSecret};

/// 2²⁵⁵ − 19, little-endian.
const P: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// Whether `point` is written in its one canonical form and is not of small order, with which anybody could compute
/// the shared secret.
pub(super) fn is_sound(point: &[u8; 32]) -> bool {
    let canonical = point.iter().rev().lt(P.iter().rev());
    // A scalar is a multiple of the cofactor, so it takes a point of small order, and no other, to zero.
    canonical && StaticSecret::from([1; 32]).diffie_hellman(&PublicKey::from(*point)).was_contributory()
}
