/** What the page can ask for, each operation from its input to its output. */
import { clean } from "../clean";
import { Problem, send } from "../client/connection";
import type { MemberId } from "../protocol/bytes";
import { refuse } from "../protocol/error";
import { type FilePlace, Files } from "../protocol/files";
import { fingerprintWords } from "../protocol/fingerprint";
import type { History } from "../protocol/history";
import { inLanguage, unitCalled } from "../protocol/manifest";
import { isSameRecipient } from "../protocol/recipient";
import { type TokenKeys, generateToken, readToken } from "../protocol/token";
import { forgetJson, messagesJson, moveJson, submissionJson } from "../protocol/wire";
import { type SentFiles, sendFiles } from "./files";
import { prepare, readers, sealReport } from "./filing";
import type { CaseView, Entry, NewReport, Receipt, SiteOperation } from "./messages";
import type { Handler } from "./serve";
import {
    type Opened, type Watch, checkValid, fetchCase, keysOf, lastStep, manifests, session, sure, withWork,
} from "./session";

/** How often a message is sealed anew because another page of the same reporter was quicker. */
const TRIES = 5;

export const operations: { readonly [K in SiteOperation]: Handler<K> } = {
    async start({ origin, fingerprint, language, filing }, watch) {
        [session.origin, session.shown, session.language] = [origin, fingerprint, language];
        const { history, today } = await manifests(watch);
        if (filing) checkValid(history, today);
        return { limits: session.limits ?? refuse("malformed"), words: fingerprintWords(history.fingerprint) };
    },

    inspect: ({ content }) => clean(content),

    prepare,

    readers,

    report: file,

    async open({ token }, watch) {
        const keys = keysOf(readToken(token), session.authority, watch);
        return remember(await fetchCase(watch, keys));
    },

    async message({ text, files: chosen }, watch) {
        let place: FilePlace | null = null;
        let sent: SentFiles = { files: new Files(), upload: null };
        return remember(await atEndOfChain(watch, opened().keys, async ({ keys, own }) => {
            if (!place || !isSameRecipient(place.recipient, own.place().recipient)) {
                place = own.place();
                sent = await sendFiles(watch, place, chosen);
            }
            watch.progress({ stage: "sealing" });
            const { today } = await manifests(watch);
            const body = messagesJson(keys, own.message(text, sent.files, today), sent.upload);
            await send(await lastStep(watch), "POST", "/v1/case/messages", { body });
        }));
    },

    async move(_, watch) {
        const token = generateToken();
        const next = keysOf(token, session.authority, watch);
        const moved = await atEndOfChain(watch, next, async ({ keys, own }) => {
            const body = moveJson(keys, next, own.move(next));
            await send(await lastStep(watch), "POST", "/v1/case/move", { body });
        });
        return { token, view: remember(moved) };
    },

    async forget(_, watch) {
        await atEndOfChain(watch, null, async ({ keys, own }) => {
            const { today } = await manifests(watch);
            const body = forgetJson(keys, own.forget(today));
            const to = await lastStep(watch);
            try {
                await send(to, "POST", "/v1/case/forget", { body });
            } catch (error) {
                // The answer to an earlier attempt was lost: the case is forgotten.
                if (!(error instanceof Problem && error.status === 404)) throw error;
            }
        });
        session.opened = null;
        return null;
    },
};

/** Seals a report and files it. */
async function file(draft: NewReport, watch: Watch): Promise<Receipt> {
    const { history, today } = await manifests(watch);
    checkValid(history, today);
    const sealFiles = (place: FilePlace): Promise<SentFiles> => sendFiles(watch, place, draft.files);
    const { submission, files: { upload }, receipt } = await sealReport(draft, history, today, watch, sealFiles);
    const body = submissionJson(submission, upload);
    const post = async (headers: Record<string, string>): Promise<unknown> =>
        send(await lastStep(watch), "POST", "/v1/reports", { body, headers });
    const filed = upload === null ? await withWork(watch, post) : await post({ "Amparo-Upload": upload });
    return { ...receipt, day: String((filed as { day: string }).day) };
}

function opened(): Opened {
    return session.opened ?? refuse("malformed");
}

/**
 * Does `write` at the end of the opened case's chain, and anew when the chain has moved on meanwhile; then fetches the
 * case as it stands for the holder of `after`, if anybody.
 */
function atEndOfChain(watch: Watch, after: TokenKeys, write: (now: Opened) => Promise<void>): Promise<Opened>;
function atEndOfChain(watch: Watch, after: null, write: (now: Opened) => Promise<void>): Promise<null>;
async function atEndOfChain(
    watch: Watch,
    after: TokenKeys | null,
    write: (now: Opened) => Promise<void>,
): Promise<Opened | null> {
    const { keys } = opened();
    let calledOff = false;
    for (let tries = 1; ; tries++) {
        // Members may have answered since, so that there is more to have seen, or a newer key to seal to.
        const now = await fetchCase(watch, keys);
        calledOff ||= now.calledOff;
        try {
            await write(now);
            break;
        } catch (error) {
            if (!(error instanceof Problem && error.type === "conflict" && tries < TRIES)) throw error;
        }
    }
    // It is done, and must be told.
    return after && { ...await fetchCase(sure(watch), after), calledOff };
}

/** Keeps the case open, and tells what the page shows of it. */
function remember(now: Opened): CaseView {
    session.opened = now;
    const { own, history, calledOff } = now;
    const { card } = own.card;
    const unit = unitCalled(history.current, card.unit);
    return {
        unit: unit ? inLanguage(unit.name, session.language) : card.unit,
        filed: card.day,
        state: own.state.state,
        stateDay: own.state.day,
        calledOff,
        entries: own.entries.map((entry): Entry => {
            switch (entry.what) {
                case "filed":
                    return { ...entry, day: card.day };
                case "sent":
                    // Only the desk can read on which day.
                    return { ...entry, day: "" };
                case "answer": {
                    const { answer, member } = entry.read;
                    return {
                        what: "answer", day: answer.day, office: officeOf(history, member), text: answer.text,
                        state: answer.state,
                    };
                }
                default:
                    return { what: entry.what };
            }
        }),
    };
}

/** A member's title, as the newest manifest that has them says. */
function officeOf(history: History, id: MemberId): string {
    for (let serial = history.current.serial; ; serial--) {
        const known = history.bySerial(serial);
        const member = known?.manifest.members.find((one) => one.id === id);
        if (member) return inLanguage(member.title, session.language);
        if (!known) return "";
    }
}
