/** What the offline page can ask for: everything that is sealed on the device, and nothing that needs a site. */
import { clean } from "../clean";
import { type Day, dayOf } from "../protocol/day";
import { refuse } from "../protocol/error";
import { type FilePlace, Files, sealFile } from "../protocol/files";
import { fingerprintWords } from "../protocol/fingerprint";
import { History } from "../protocol/history";
import { attachmentLength, reportFileStart } from "../protocol/reportFile";
import { manifestsOf } from "../protocol/wire";
import { read } from "../worker/files";
import { prepare, readers, sealReport } from "../worker/filing";
import type { ChosenFile, NewReport, OfflineOperation, SealedReport } from "../worker/messages";
import type { Handler } from "../worker/serve";
import { type Watch, adopt, session } from "../worker/session";

let history: History | null = null;

export const operations: { readonly [K in OfflineOperation]: Handler<K> } = {
    async check({ manifests, fingerprint, language }) {
        [session.shown, session.language] = [fingerprint, language];
        const { limits, manifests: sources } = manifestsOf(manifests);
        const carried = History.verify(sources);
        adopt(carried);
        sealingDay(carried);
        history = carried;
        return { limits, words: fingerprintWords(carried.fingerprint) };
    },

    inspect: ({ content }) => clean(content),

    prepare,

    readers,

    async seal(draft: NewReport, watch: Watch): Promise<SealedReport> {
        const carried = history ?? refuse("manifest-missing");
        const sealFiles = (place: FilePlace): Promise<Ciphertexts> => sealAll(watch, place, draft.files);
        const { submission, files, receipt } = await sealReport(draft, carried, sealingDay(carried), watch, sealFiles);
        return { ...receipt, file: new Blob([reportFileStart(submission) as BlobPart, ...files.ciphertexts]) };
    },
};

/** This device's day, the only one there is; refuses when the manifest is not valid on it. */
function sealingDay(carried: History): Day {
    const today = dayOf(Date.now());
    return carried.validOn(today) ? today : refuse("manifest-expired");
}

/** What the envelopes say of the files, and their ciphertexts as they stand in the sealed file. */
interface Ciphertexts {
    readonly files: Files;
    readonly ciphertexts: readonly Blob[];
}

/** Seals `chosen`; what is sealed is the browser's to keep, in blobs, which it may lay on disk. */
async function sealAll(watch: Watch, place: FilePlace, chosen: readonly ChosenFile[]): Promise<Ciphertexts> {
    const files = new Files();
    const ciphertexts: Blob[] = [];
    for (const [file, { content, name, mediaType }] of chosen.entries()) {
        const chunks: Blob[] = [];
        let done = 0;
        const sealed = await sealFile(place, read(watch, content), async (chunk) => {
            // A copy: the chunk is used anew.
            chunks.push(new Blob([chunk as BlobPart]));
            done = Math.min(done + chunk.length, content.size);
            watch.progress({ stage: "files", file, done, total: content.size });
        });
        files.add(sealed, name, mediaType);
        ciphertexts.push(new Blob([attachmentLength(sealed.size) as BlobPart, ...chunks]));
    }
    return { files, ciphertexts };
}
