import { bytesOf, latin, putU32, u32 } from "./source";

/** The largest colour profile that is kept, in bytes. */
export const PROFILE_MAX = 4 * 1024 * 1024;

const TAGS_MAX = 64;
const TABLE = 132;

/** The tags that colours are computed from (ICC.1:2022, section 9). */
const COLORS = new Set(
    (
        "rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad cicp gamt A2B0 A2B1 A2B2 A2B3 B2A0 B2A1 B2A2 B2A3 " +
        "D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3"
    ).split(" "),
);

/** Tags that every profile must have; they stay, empty. */
const REQUIRED = new Set(["desc", "cprt"]);

/**
 * The same colours without a word on the device: the profile of a screen, which screenshots carry, can name its maker,
 * model, serial number and the day it was made. As long as before; `undefined` for what is no profile.
 */
export const cleanProfile = (profile: Uint8Array): Uint8Array<ArrayBuffer> | undefined => {
    if (profile.length < TABLE || profile.length > PROFILE_MAX) return undefined;
    const size = u32(profile, 0);
    const count = u32(profile, 128);
    const data = TABLE + count * 12;
    if (latin(profile.subarray(36, 40)) !== "acsp" || size > profile.length || count > TAGS_MAX || data > size) {
        return undefined;
    }
    const clean = new Uint8Array(profile.length);
    const copy = (from: number, to: number) => clean.set(profile.subarray(from, to), from);
    // Size; version, class and colour spaces; the mark; flags; attributes, intent and illuminant.
    for (const [from, to] of [[0, 4], [8, 24], [36, 40], [44, 48], [56, 80]] as const) copy(from, to);
    clean.set(bytesOf("\x07\xd0\0\x01\0\x01"), 24);
    let kept = 0;
    for (let entry = TABLE; entry < data; entry += 12) {
        const name = latin(profile.subarray(entry, entry + 4));
        const from = u32(profile, entry + 4);
        const length = u32(profile, entry + 8);
        if (from < data || from + length > size) return undefined;
        if (COLORS.has(name)) copy(from, from + length);
        else if (REQUIRED.has(name) && length >= 16) {
            copy(from, from + 4);
            if (latin(profile.subarray(from, from + 4)) === "mluc") putU32(clean, from + 12, 12);
        } else continue;
        clean.set(profile.subarray(entry, entry + 12), TABLE + kept * 12);
        kept += 1;
    }
    putU32(clean, 128, kept);
    return clean;
};
