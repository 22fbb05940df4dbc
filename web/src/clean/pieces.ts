import { check } from "./found";

/** A piece of a clean copy: bytes of the file from `from` to `to`, other bytes, or so many zeros. */
export type Piece = { from: number; to: number } | { bytes: Uint8Array<ArrayBuffer> } | { zeros: number };

/** More pieces than any real image needs; a hostile one could ask for millions. */
const PIECES_MAX = 65536;
const ZEROS = new Uint8Array(64 * 1024);

/** A clean copy while it is put together. */
export type Pieces = {
    readonly list: Piece[];
    length(): number;
    keep(from: number, to: number): void;
    bytes(bytes: Uint8Array<ArrayBuffer>): void;
    zeros(count: number): void;
    append(other: Pieces): void;
};

export const lengthOf = (piece: Piece): number =>
    "bytes" in piece ? piece.bytes.length : "zeros" in piece ? piece.zeros : piece.to - piece.from;

export const newPieces = (): Pieces => {
    const list: Piece[] = [];
    const push = (piece: Piece) => {
        if (lengthOf(piece) === 0) return;
        list.push(piece);
        check(list.length <= PIECES_MAX);
    };
    const keep = (from: number, to: number) => {
        const last = list[list.length - 1];
        if (last && "from" in last && last.to === from) last.to = to;
        else push({ from, to });
    };
    return {
        list,
        length: () => list.reduce((length, piece) => length + lengthOf(piece), 0),
        keep,
        bytes: (bytes) => push({ bytes }),
        zeros: (zeros) => push({ zeros }),
        append: (other) => other.list.forEach((piece) => ("from" in piece ? keep(piece.from, piece.to) : push(piece))),
    };
};

/** The copy that `pieces` describe; the browser reads the slices of `file` when they are needed. */
export const assemble = (file: Blob, pieces: Pieces): Blob =>
    new Blob(
        pieces.list.flatMap((piece): BlobPart[] => {
            if ("bytes" in piece) return [piece.bytes];
            if ("from" in piece) return [file.slice(piece.from, piece.to)];
            const zeros: BlobPart[] = [];
            for (let left = piece.zeros; left > 0; left -= ZEROS.length) {
                zeros.push(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
            }
            return zeros;
        }),
        { type: file.type },
    );
