/** The report form: checked, sealed and filed from here, or sealed to a file, then the receipt. */
import type { Failure, NewReport, Receipt } from "../worker/messages";
import { copy, day, part, show, the, word } from "./dom";
import type { Device } from "./device";
import { type Files, files } from "./files";
import { keep } from "./leaving";
import { type Refusal, before, failure, refuse } from "./notice";
import { Failed, type Remote, type Watch } from "./remote";
import { onSubmit, sending } from "./sending";
import { showToken } from "./receipt";

/** The questions of the form, as the sealed report names them. */
const QUESTIONS = ["what", "when", "where", "who", "how_much", "how_known", "told"];
/** Bytes of name and contact together, so that every sealed identity has one size. */
const IDENTITY_MAX = 3500;

/** What becomes of a draft, and what is shown then. */
export interface Way<T> {
    readonly seal: (remote: Remote, draft: NewReport, watch: Watch) => Promise<T>;
    readonly show: (sealed: T) => void;
}

/** Sealed and sent to the site that the page is from. */
export const toSite: Way<Receipt> = {
    seal: (remote, draft, watch) => remote.call("report", draft, watch),
    show: (receipt) => show(receiptOf(receipt)),
};

/** Takes over the form. */
export function report<T>(form: HTMLFormElement, device: Device, way: Way<T>): void {
    const changed = (): void => keep("words", isTyped(form, chosen));
    const chosen = files(form, device.remote, changed);
    form.addEventListener("input", changed);
    const showAhead = prepare(form, device);
    const hint = document.getElementById("send-hint");
    // What it said holds only where the server seals.
    if (hint) hint.textContent = word("sealed-send-hint");
    device.authority.catch(() => {
        the(form, "button").disabled = true;
        hint?.remove();
    });
    onSubmit(form, () => file(form, device, chosen, way, showAhead), (error) => {
        const refusal = refusalOf(error);
        const called = error instanceof Failed && error.code === "cancelled";
        if (called) before(form, copy("t-said", { text: word("stage-cancelled") }));
        else if (refusal) refuse(form, [refusal]);
        else before(form, failure(error));
    });
}

/**
 * Has the token made from the first change on, since on a slow device its keys take longest. Gives what shows how far
 * that is, once there is something to show it on.
 */
function prepare(form: HTMLFormElement, device: Device): (watch: Watch) => void {
    let shown: Watch = {};
    form.addEventListener("input", () => {
        const ready = device.authority.then(() => device.remote);
        // What fails ahead is done, or fails, when the report is sealed.
        ready.then((remote) => remote.call("prepare", null, { progress: (now) => shown.progress?.(now) }))
            .catch(() => undefined);
    }, { once: true });
    return (watch) => {
        shown = watch;
    };
}

async function file<T>(
    form: HTMLFormElement,
    device: Device,
    chosen: Files,
    way: Way<T>,
    showAhead: (watch: Watch) => void,
): Promise<void> {
    const typed = new FormData(form);
    const { limits } = await device.authority;
    const { files: taken, refusal: ofFiles } = await chosen.take(limits);
    const remote = await device.remote;
    const draft = draftOf(typed, taken);
    const refusals = refusalsOf(typed, limits.textBytes);
    if (ofFiles !== null) refusals.push({ field: "files", text: ofFiles });
    const sealed = await sending(form, chosen, async (watch) => {
        // The worker may still be at the token's keys; then it answers after them.
        showAhead(watch);
        await remote.call("readers", draft).catch((error) => refusals.push(refusalOf(error) ?? raise(error)));
        return refusals.length === 0 ? way.seal(remote, draft, watch) : null;
    });
    placeNamed(form);
    refuse(form, refusals);
    if (sealed === null) return;
    keep("words", false);
    form.reset();
    way.show(sealed);
}

function text(typed: FormData, name: string): string {
    return String(typed.get(name) ?? "");
}

function bytes(...texts: readonly string[]): number {
    return texts.reduce((sum, each) => sum + new TextEncoder().encode(each).length, 0);
}

/** What the browser's own validation does not see. */
function refusalsOf(typed: FormData, textBytes: number): Refusal[] {
    const refusals: Refusal[] = [];
    const refuseIf = (wrong: boolean, field: string, id: string): void => {
        if (wrong) refusals.push({ field, text: word(id) });
    };
    refuseIf(text(typed, "what").trim() === "", "what", "refusal-what");
    const long = bytes(...QUESTIONS.map((question) => text(typed, question))) > textBytes;
    refuseIf(long, longest(typed), "refusal-too-long");
    if (text(typed, "identity") === "confidential") {
        const [name, contact] = [text(typed, "name"), text(typed, "contact")];
        refuseIf(name.trim() === "" && contact.trim() === "", "name", "refusal-name");
        refuseIf(bytes(name, contact, text(typed, "safe_contact")) > IDENTITY_MAX, "contact", "refusal-too-long");
    }
    return refusals;
}

function longest(typed: FormData): string {
    return QUESTIONS.reduce((most, each) => (text(typed, each).length > text(typed, most).length ? each : most));
}

function draftOf(typed: FormData, taken: NewReport["files"]): NewReport {
    const danger = text(typed, "danger");
    return {
        unit: text(typed, "unit"),
        leftOut: typed.getAll("left_out").map(String),
        // What was ticked under another unit than the chosen one says nothing.
        unsaid: typed.getAll("unsaid").includes(text(typed, "unit")),
        language: document.documentElement.lang,
        category: text(typed, "category"),
        fields: Object.fromEntries(QUESTIONS.map((question) => [question, text(typed, question)])),
        danger: danger === "no" || danger === "yes" ? danger : "unsure",
        identity: text(typed, "identity") === "confidential"
            ? { name: text(typed, "name"), contact: text(typed, "contact"), safeContact: text(typed, "safe_contact") }
            : null,
        files: taken,
    };
}

/** What a field can mend: its id, and the end of its text's. */
const MENDED: Readonly<Partial<Record<Failure | "cancelled", readonly [string, string]>>> = {
    unit: ["unit", "unit"],
    named: ["unit", "named-unknown"],
    nobody: ["left_out", "all-named"],
    oversight: ["left_out", "all-named-oversight"],
    custodians: ["identity", "custodians"],
    identity: ["contact", "too-long"],
    long: ["what", "too-long"],
};

/** The failure as something to be changed in the form; `null` when it is of another kind. */
function refusalOf(error: unknown): Refusal | null {
    const [field, id] = (error instanceof Failed && MENDED[error.code]) || [];
    return field ? { field, text: word(`refusal-${id}`) } : null;
}

function raise(error: unknown): never {
    throw error;
}

/** Makes the list of the chosen unit's members the place for what is wrong with who is named, as the server does. */
function placeNamed(form: HTMLFormElement): void {
    const unit = form.querySelector('[name="unit"]:checked')?.closest(".unit");
    if (!unit) return;
    document.getElementById("left_out")?.removeAttribute("id");
    const members = unit.querySelector(".members") as HTMLElement;
    members.id = "left_out";
    members.tabIndex = -1;
}

/** Whether anything was typed or chosen that leaving would lose. */
function isTyped(form: HTMLFormElement, chosen: Files): boolean {
    const fields = form.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>('textarea, input:not([type="hidden"])');
    return !chosen.isEmpty() || [...fields].some((field) =>
        field.type === "radio" || field.type === "checkbox" ? (field as HTMLInputElement).checked !== (field as HTMLInputElement).defaultChecked
            : field.type !== "file" && field.value.trim() !== "");
}

/** The receipt; `expected` in its template is as many days after the report's as the template says. */
export function receiptOf(receipt: Receipt): HTMLElement {
    const template = document.getElementById("t-receipt");
    const expected = new Date(`${receipt.day}T00:00:00Z`);
    expected.setUTCDate(expected.getUTCDate() + Number(template?.dataset.days));
    const node = copy("t-receipt", {
        unit: receipt.unit, instead: receipt.insteadOf ?? "", day: day(receipt.day),
        expected: day(expected.toISOString().slice(0, 10)),
    });
    if (receipt.insteadOf === null) part(node, "instead").remove();
    part(node, "readers").append(...receipt.readers.map(listed));
    if (receipt.leftOut.length > 0) the(part(node, "cannot"), "ul").append(...receipt.leftOut.map(listed));
    else part(node, "cannot").remove();
    showToken(part(node, "token"), receipt.token);
    return node;
}

function listed(title: string): HTMLElement {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    name.textContent = title;
    item.append(name);
    return item;
}
