/**
 * Takes hidden data out of pictures on the reporter's device. Segments, chunks and tags are dropped or overwritten;
 * pixels are never encoded anew. `src/clean/` does the same on the server for reports that arrive without a script,
 * and both are held to `tests/vectors/files/`.
 */
import { Cannot, type Cleaning, Damaged, FOUND, type Found } from "./found";
import { cleanHeif } from "./heif";
import { cleanJpeg } from "./jpeg";
import { HEAD, kindOf, type Picture } from "./kind";
import { assemble, type Pieces } from "./pieces";
import { cleanPng } from "./png";
import { type Source, sourceOf } from "./source";
import { cleanTiff } from "./tiff";
import { cleanWebp } from "./webp";

export { type Cleaning, FOUND, type Found, type Kind } from "./found";

const CLEANERS: Record<Picture, (source: Source, found: Set<Found>) => Promise<Pieces>> = {
    jpeg: cleanJpeg,
    png: cleanPng,
    webp: cleanWebp,
    tiff: cleanTiff,
    heif: cleanHeif,
};

const isPicture = (kind: string): kind is Picture => Object.prototype.hasOwnProperty.call(CLEANERS, kind);

/** Cleans `file`. Its content is read by slices; the clean copy refers to it and must be sealed while it is there. */
export const clean = async (file: Blob): Promise<Cleaning> => {
    const source = sourceOf(file);
    const kind = kindOf(await source.read(0, Math.min(HEAD, source.size)));
    if (!isPicture(kind)) return { result: "cannot", kind };
    const found = new Set<Found>();
    try {
        const pieces = await CLEANERS[kind](source, found);
        if (found.size === 0) return { result: "nothing" };
        return { result: "cleaned", file: assemble(file, pieces), found: FOUND.filter((one) => found.has(one)) };
    } catch (fault) {
        if (fault instanceof Cannot) return { result: "cannot", kind: fault.kind };
        if (fault instanceof Damaged) return { result: "damaged" };
        throw fault;
    }
};
