/** Shows an operation that takes its time: what is done, how far it is, how long it may take, and a way out. */
import type { Progress } from "../worker/messages";
import { copy, part, the, word } from "./dom";
import type { Files } from "./files";
import type { Watch } from "./remote";

/** Milliseconds between two changes of what is said, so that a screen reader can follow. */
const CALM = 1000;

/** Runs `work` instead of sending the form, one at a time, and hands on to `fail` what goes wrong. */
export function onSubmit(form: HTMLFormElement, work: () => Promise<void>, fail: (error: unknown) => void): void {
    let busy = false;
    form.addEventListener("submit", async (event) => {
        // Whatever happens from here on, the form itself is never sent.
        event.preventDefault();
        if (busy) return;
        busy = true;
        try {
            await work();
        } catch (error) {
            fail(error);
        } finally {
            busy = false;
        }
    });
}

/**
 * Runs `work` with the form at rest: nothing can be changed or pressed twice, and progress stands below it. Afterwards
 * the form is as it was.
 */
export async function sending<T>(form: HTMLElement, files: Files | null, work: (watch: Watch) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    const box = copy("t-progress", { waiting: word("stage-waiting") });
    const bar = the(box, "progress");
    const cancel = part<HTMLButtonElement>(box, "cancel");
    const left = remaining();
    const loads: { done: number; total: number }[] = [];
    let spoken = 0;

    const say = (id: string): void => {
        const stage = the(box, "p");
        if (stage.textContent !== word(id)) stage.textContent = word(id);
    };
    const show = (value: number | null): void => {
        if (value === null) bar.removeAttribute("value");
        else bar.value = value;
    };
    const progress = (now: Progress): void => {
        switch (now.stage) {
            case "waiting":
            case "back":
                part(box, "waiting").hidden = now.stage === "back";
                return;
            case "keys":
            case "work":
                say(`stage-${now.stage}`);
                return show(now.part);
            case "files": {
                say("stage-files");
                loads[now.file] = now;
                files?.progress(now.file, now.done / now.total);
                const sum = (of: "done" | "total"): number => loads.reduce((all, load) => all + (load?.[of] ?? 0), 0);
                show(sum("done") / sum("total"));
                if (performance.now() - spoken > CALM) {
                    spoken = performance.now();
                    part(box, "left").textContent = left(sum("done"), sum("total"));
                }
                return;
            }
            case "sealing":
            case "sending":
                // From here on it may have arrived.
                cancel.hidden = now.stage === "sending";
                part(box, "left").textContent = "";
                say(`stage-${now.stage}`);
                return show(null);
        }
    };

    say("stage-keys");
    cancel.addEventListener("click", () => abort.abort());
    form.setAttribute("inert", "");
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    form.after(box);
    box.focus();
    try {
        return await work({ progress, signal: abort.signal });
    } finally {
        box.remove();
        form.removeAttribute("inert");
        for (const button of buttons) button.disabled = false;
        files?.rest();
    }
}

/** Tells how long it may still take, by what has been done since the first call. */
function remaining(): (done: number, total: number) => string {
    let start: { time: number; done: number } | null = null;
    return (done, total) => {
        const now = performance.now();
        start ??= { time: now, done };
        const seconds = (now - start.time) / 1000;
        if (seconds < 3 || done <= start.done) return "";
        const left = (total - done) * seconds / (done - start.done);
        return left < 60 ? word("stage-left-short") : word("stage-left", { minutes: String(Math.ceil(left / 60)) });
    };
}
