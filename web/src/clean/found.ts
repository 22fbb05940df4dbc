/** What hidden data a file may hold, in the order in which a list names it. */
export const FOUND = [
    "place", "time", "camera", "serial", "owner", "software", "comment", "thumbnail", "picture", "maker_note",
    "history", "color_profile", "after_end", "other",
] as const;

/** One kind of hidden data. */
export type Found = (typeof FOUND)[number];

/** A kind of file that is sealed as it is. */
export type Kind = "pdf" | "office" | "media" | "archive" | "text" | "image" | "other";

/** What came of cleaning a file. `file` is the clean copy; nothing in it was decoded or encoded anew. */
export type Cleaning =
    | { result: "cleaned"; file: Blob; found: Found[] }
    | { result: "nothing" }
    | { result: "cannot"; kind: Kind }
    | { result: "damaged" };

/** The file is not what it says it is, or broken: it is left as it is. */
export class Damaged extends Error {}

/** The file is of a kind that is not cleaned, which shows only further inside. */
export class Cannot extends Error {
    constructor(readonly kind: Kind) {
        super(kind);
    }
}

export const check: (holds: boolean) => asserts holds = (holds) => {
    if (!holds) throw new Damaged();
};
