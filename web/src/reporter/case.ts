/** The reporter's case: opened with the token, read, added to, moved and forgotten, all on this device. */
import type { CaseView, Entry, State } from "../worker/messages";
import { copy, day, part, show, the, word } from "./dom";
import type { Device } from "./device";
import { type Files, files } from "./files";
import { keep } from "./leaving";
import { before, failure, refuse } from "./notice";
import { showToken } from "./receipt";
import { Failed, type Remote } from "./remote";
import { onSubmit, sending } from "./sending";

/** Takes over the form in which the token is entered. */
export function caseEntry(form: HTMLFormElement, device: Device): void {
    const field = the(form, "input");
    device.authority.catch(() => {
        the(form, "button").disabled = true;
    });
    take(form, async () => {
        if (field.value.trim() === "") return refuse(form, [{ field: "token", text: word("token-missing") }]);
        await device.authority;
        const remote = await device.remote;
        const view = await sending(form, null, (watch) => remote.call("open", { token: field.value }, watch));
        field.value = "";
        showCase(view, device, remote, null);
    });
}

/** Runs `work` when the form is submitted, and shows at the form what goes wrong. */
function take(form: HTMLFormElement, work: () => Promise<void>): void {
    onSubmit(form, () => (refuse(form, []), work()), (error) => fail(form, error));
}

function fail(form: HTMLElement, error: unknown): void {
    const code = error instanceof Failed ? error.code : "own";
    const id = `token-${code}`;
    if (code === "cancelled") before(form, null);
    else if (code === "moved") before(form, moved());
    else if (word(id) !== "") refuse(form, [{ field: "token", text: word(id) }]);
    else if (code === "long") refuse(form, [{ field: "text", text: word("refusal-too-long") }]);
    else before(form, failure(error));
}

/** Says that the token is one from before the case moved. */
function moved(): HTMLElement {
    const [title, happened, todo] = ["title", "happened", "todo"].map((id) => word(`fault-moved-${id}`));
    return copy("t-failure", { title: title ?? "", happened: happened ?? "", todo: todo ?? "" });
}

function showCase(view: CaseView, device: Device, remote: Remote, notice: HTMLElement | null): void {
    const node = copy("t-case", {
        state: view.state,
        name: word(`state-${view.state}`),
        since: word("state-since", { day: day(view.stateDay) }),
        means: word(`state-${view.state}-means`),
        unit: view.unit,
        filed: day(view.filed),
    });
    the(node, "ol").append(...view.entries.map(entry));
    const form = the(node, "form");
    const text = the(form, "textarea");
    text.value = "";
    let chosen: Files;
    const changed = (): void => keep("words", text.value.trim() !== "" || !chosen.isEmpty());
    chosen = files(form, device.remote, changed);
    text.addEventListener("input", changed);
    take(form, async () => {
        const { limits } = await device.authority;
        const { files: taken, refusal } = await chosen.take(limits);
        if (refusal !== null) return refuse(form, [{ field: "files", text: refusal }]);
        if (text.value.trim() === "" && taken.length === 0) {
            return refuse(form, [{ field: "text", text: word("refusal-message") }]);
        }
        if (new TextEncoder().encode(text.value).length > limits.textBytes) throw new Failed("long");
        const message = { text: text.value, files: taken };
        const after = await sending(form, chosen, (watch) => remote.call("message", message, watch));
        keep("words", false);
        showCase(after, device, remote, copy("t-sent"));
    });
    const ask = (id: string, yes: (page: HTMLElement) => Promise<void>): void => {
        const page = copy(id);
        part(page, "no").addEventListener("click", () => show(node));
        const button = part<HTMLButtonElement>(page, "yes");
        button.addEventListener("click", () => {
            if (!button.disabled) void yes(page).catch((error: unknown) => fail(part(page, "yes").parentElement!, error));
        });
        show(page);
    };
    part(node, "move").addEventListener("click", () => ask("t-move", async (page) => {
        const row = part(page, "yes").parentElement!;
        const moved = await sending(row, null, (watch) => remote.call("move", null, watch));
        showMoved(moved.token, () => showCase(moved.view, device, remote, null));
    }));
    part(node, "forget").addEventListener("click", () => ask("t-forget", async (page) => {
        const row = part(page, "yes").parentElement!;
        await sending(row, null, (watch) => remote.call("forget", null, watch));
        keep("words", false);
        show(copy("t-forgotten"));
    }));
    show(node);
    if (view.calledOff) the(node, "h1").after(copy("t-called-off"));
    if (notice) {
        the(node, "h1").after(notice);
        notice.focus();
    }
}

function showMoved(token: string, back: () => void): void {
    keep("words", false);
    const node = copy("t-moved");
    showToken(part(node, "token"), token);
    part(node, "back").addEventListener("click", back);
    show(node);
}

/** One entry of the timeline. */
function entry(one: Entry): HTMLElement {
    switch (one.what) {
        case "unreadable":
            return copy("t-unreadable");
        case "answer":
            return copy("t-answer", {
                day: day(one.day),
                title: word("timeline-answer", { office: one.office }),
                words: one.text,
                told: one.state ? word("timeline-state", { state: word(`state-${one.state satisfies State}`) }) : "",
            });
        case "moved":
            return copy("t-own", { day: "", title: word("timeline-moved"), files: "" });
        default:
            return copy("t-own", {
                day: one.day ? day(one.day) : "",
                title: word(`timeline-${one.what}`),
                files: one.files ? word(`files-${one.files}`) || String(one.files) : "",
            });
    }
}
