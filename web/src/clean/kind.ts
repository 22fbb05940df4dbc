import type { Kind } from "./found";
import { latin } from "./source";

/** How many bytes from the start of a file tell its kind. */
export const HEAD = 4096;

/** A kind of picture that is cleaned. */
export type Picture = "jpeg" | "png" | "webp" | "tiff" | "heif";

const HEIF_BRANDS = ["heic", "heix", "heim", "heis", "mif1", "mif2", "avif"];
const OFFICE_PARTS = [
    "[Content_Types].xml", "mimetypeapplication/vnd.oasis.opendocument", "_rels/.rels", "docProps/", "word/", "xl/",
    "ppt/",
];

/** Beginnings that tell a kind, in Latin-1. */
const BEGINNINGS: [string, Picture | Kind][] = [
    ["\xff\xd8\xff", "jpeg"], ["\x89PNG\r\n\x1a\n", "png"], ["II*\0", "tiff"], ["MM\0*", "tiff"],
    ["%PDF", "pdf"], ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"], ["{\\rtf", "office"],
    ["II+\0", "image"], ["MM\0+", "image"], ["GIF8", "image"], ["BM", "image"], ["8BPS", "image"],
    ["\0\0\0\x0cJXL ", "image"], ["\xff\x0a", "image"], ["\0\0\0\x0cjP  ", "image"], ["\0\0\x01\0", "image"],
    ["\x1a\x45\xdf\xa3", "media"], ["OggS", "media"], ["ID3", "media"], ["fLaC", "media"], ["\0\0\x01\xba", "media"],
    ["\xff\xfb", "media"], ["\xff\xf3", "media"], ["\xff\xf1", "media"], ["\xff\xf9", "media"], ["#!AMR", "media"],
    ["FLV\x01", "media"], ["\x30\x26\xb2\x75\x8e\x66\xcf\x11", "media"],
    ["7z\xbc\xaf\x27\x1c", "archive"], ["Rar!\x1a\x07", "archive"], ["\x1f\x8b", "archive"], ["BZh", "archive"],
    ["\xfd7zXZ\0", "archive"], ["\x28\xb5\x2f\xfd", "archive"],
];

/** Whether bytes are words and nothing else; a letter may be cut at their end. */
const isText = (head: Uint8Array): boolean => {
    if (head.length === 0 || head.some((byte) => byte < 32 && (byte < 7 || byte > 13) && byte !== 27)) return false;
    try {
        new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
        return true;
    } catch {
        return false;
    }
};

/** Tells a file's kind by its first bytes, never by its name. */
export const kindOf = (bytes: Uint8Array): Picture | Kind => {
    const head = latin(bytes.subarray(0, HEAD));
    const found = BEGINNINGS.find(([beginning]) => head.startsWith(beginning));
    if (found) return found[1];
    if (head.startsWith("RIFF")) return head.startsWith("WEBP", 8) ? "webp" : "media";
    if (head.startsWith("ftyp", 4)) {
        const size = (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0);
        for (let at = 8; at + 4 <= Math.min(size, head.length); at += at === 8 ? 8 : 4) {
            if (HEIF_BRANDS.includes(head.slice(at, at + 4))) return "heif";
        }
        return "media";
    }
    if (head.startsWith("PK\x03\x04")) {
        return OFFICE_PARTS.some((name) => head.startsWith(name, 30)) ? "office" : "archive";
    }
    if (head.startsWith("ustar", 257)) return "archive";
    const isUtf16 = head.startsWith("\xff\xfe") || head.startsWith("\xfe\xff");
    const marked = /^(\xef\xbb\xbf)?\s*<|^%!/.test(head);
    return !marked && (isUtf16 || isText(bytes.subarray(0, HEAD))) ? "text" : "other";
};
