/** A sealed report as one file, to be sent later or from elsewhere (docs/protocol.md, section 12). */
import { concat, u32, u64, utf8 } from "./bytes";
import type { Submission } from "./report";
import { submissionJson } from "./wire";

/** What the file begins with; each attachment follows as its length (`attachmentLength`) and its ciphertext. */
export function reportFileStart(submission: Submission): Uint8Array {
    const description = utf8(JSON.stringify(submissionJson(submission, null)));
    return concat(utf8("amparo/v1/report\n"), u32(description.length), description);
}

/** What stands before an attachment of `size` bytes of ciphertext. */
export function attachmentLength(size: number): Uint8Array {
    return u64(size);
}
