/** From what was typed to a sealed report and what its reporter keeps, however it goes on from here. */
import { answersOf } from "../protocol/content";
import type { Day } from "../protocol/day";
import { refuse } from "../protocol/error";
import type { FilePlace, Files } from "../protocol/files";
import type { History } from "../protocol/history";
import { type Manifest, type Member, inLanguage } from "../protocol/manifest";
import { type Readers, readersOf } from "../protocol/readers";
import { Draft, type Submission } from "../protocol/report";
import { type Token, type TokenKeys, generateToken } from "../protocol/token";
import type { NewReport, Receipt } from "./messages";
import { type Watch, keysOf, session } from "./session";

/** A token that is no report's yet. */
interface Fresh {
    readonly token: Token;
    readonly authority: string;
    readonly keys: TokenKeys;
}

/** Made ahead; it lives in this worker and ends with it. */
let ahead: Fresh | null = null;

function fresh(watch: Watch): Fresh {
    const [token, { authority }] = [generateToken(), session];
    return { token, authority, keys: keysOf(token, authority, watch) };
}

/** Makes the token of the next report and its keys while the report is still written. */
export async function prepare(_: null, watch: Watch): Promise<null> {
    ahead ??= fresh(watch);
    return null;
}

/** A token for one report: after a failure nobody may know whether it arrived, so none is used twice. */
function freshToken(watch: Watch): Fresh {
    const taken = ahead?.authority === session.authority ? ahead : fresh(watch);
    ahead = null;
    return taken;
}

/** A sealed report, and what `sealFiles` made of its files. */
export interface Filed<T> {
    readonly submission: Submission;
    readonly files: T;
    /** Its day is that of the card. */
    readonly receipt: Receipt;
}

/** Refuses what nobody could read, and a name that too few could open, before anything is sealed. */
export async function readers(draft: NewReport): Promise<null> {
    readersFor(session.manifest ?? refuse("manifest-missing"), draft);
    return null;
}

function readersFor(manifest: Manifest, draft: NewReport): Readers {
    const readers = readersOf(manifest, draft);
    return draft.identity && !readers.opensNames ? refuse("too-few-custodians") : readers;
}

/**
 * Seals `draft` as of `day`, its files with `sealFiles`. The token is made here and leaves only to the page. Refuses
 * with `manifest-expired` when the newest manifest is not valid on that day.
 */
export async function sealReport<T extends { readonly files: Files }>(
    draft: NewReport,
    history: History,
    day: Day,
    watch: Watch,
    sealFiles: (place: FilePlace) => Promise<T>,
): Promise<Filed<T>> {
    const { unit, insteadOf, readers, leftOut } = readersFor(history.current, draft);
    const { token, keys } = freshToken(watch);
    const begun = Draft.begin(history, unit.id, leftOut.map(({ id }) => id), keys, day);
    const files = await sealFiles(begun.place());
    begun.files = files.files;
    watch.progress({ stage: "sealing" });
    const { language, category, danger } = draft;
    const story = { channel: "web", assisted: false, language, category, danger, fields: answersOf(draft.fields) } as const;
    const submission = begun.finish(story, draft.identity);
    const titles = (members: readonly Member[]): string[] =>
        members.map(({ title }) => inLanguage(title, session.language));
    return {
        submission,
        files,
        receipt: {
            token,
            unit: inLanguage(unit.name, session.language),
            insteadOf: insteadOf && inLanguage(insteadOf.name, session.language),
            readers: titles(readers),
            leftOut: titles(leftOut),
            day,
        },
    };
}
