/** The files of a report or message: chosen, cleaned, listed, and watched while they are sent. */
import type { Cleaning } from "../clean";
import type { ChosenFile, Limits } from "../worker/messages";
import { copy, part, size, the, word } from "./dom";
import type { Remote } from "./remote";

interface Item {
    readonly file: File;
    readonly node: HTMLElement;
    readonly cleaned: Promise<Cleaning | null>;
    /** The cleaned content, when there is one. */
    copy: Blob | null;
}

/** The files chosen so far. */
export interface Files {
    /** What is to be sealed, once every file has been looked at; `null` when something has to be changed first. */
    take(limits: Limits): Promise<{ readonly files: readonly ChosenFile[]; readonly refusal: string | null }>;
    /** Shows how much of the file at that place among the taken ones is with the server; 0 to 1. */
    progress(place: number, part: number): void;
    isEmpty(): boolean;
    /** Takes all bars away, after sending. */
    rest(): void;
}

/** Turns the file field of `form` into a list that files are added to. `changed` is called after each change. */
export function files(form: HTMLFormElement, remote: Promise<Remote>, changed: () => void): Files {
    const input = form.querySelector('input[type="file"]') as HTMLInputElement;
    const box = copy("t-files");
    const list = the(box, "ul");
    const all = form.querySelector<HTMLInputElement>("#originals");
    let items: Item[] = [];
    let taken: Item[] = [];
    input.after(box);

    const say = (item: Item, note: string): void => {
        part(item.node, "note").textContent = note;
    };

    const look = async (item: Item): Promise<Cleaning | null> => {
        say(item, word("file-looking"));
        try {
            const found = await (await remote).call("inspect", { content: item.file });
            item.copy = found.result === "cleaned" ? found.file : null;
            say(item, describe(found));
            part(item.node, "keep").hidden = !item.copy;
            return found;
        } catch {
            say(item, word("file-unreadable"));
            return null;
        }
    };

    const add = (file: File): void => {
        const node = copy("t-file", {
            name: file.name, size: size(file.size), remove: `${word("file-remove")}: ${file.name}`,
        });
        const item = { file, node, copy: null } as unknown as { -readonly [K in keyof Item]: Item[K] };
        the(node, "input").checked = all?.checked ?? false;
        item.cleaned = look(item);
        items.push(item);
        list.append(node);
        part(node, "remove").addEventListener("click", () => {
            items = items.filter((other) => other !== item);
            node.remove();
            changed();
            input.focus();
        });
    };

    const read = (): void => {
        for (const file of input.files ?? []) add(file);
        input.value = "";
        changed();
    };
    input.addEventListener("change", read);
    if (input.files?.length) read();
    // Here each file has a box of its own.
    all?.closest("label")?.remove();

    return {
        async take(limits) {
            const looked = await Promise.all(items.map((item) => item.cleaned));
            taken = [];
            const chosen: ChosenFile[] = [];
            let refusal: string | null = looked.includes(null) ? word("file-unreadable") : null;
            const put = (item: Item, content: Blob, name: string): void => {
                if (content.size > limits.fileBytes) refusal ??= word("file-large", { size: size(limits.fileBytes) });
                if (content.size === 0) refusal ??= word("file-empty");
                taken.push(item);
                chosen.push({ content, name, mediaType: item.file.type });
            };
            for (const item of items) {
                const original = the(item.node, "input").checked;
                put(item, item.copy ?? item.file, item.file.name);
                if (item.copy && original) put(item, item.file, originalName(item.file.name));
            }
            if (chosen.length > limits.files) refusal ??= word("files-many", { count: String(limits.files) });
            const total = chosen.reduce((sum, { content }) => sum + padded(content.size), 0);
            if (total > limits.submissionBytes) {
                refusal ??= word("files-total", { size: size(limits.submissionBytes) });
            }
            return { files: chosen, refusal };
        },
        progress(place, done) {
            const item = taken[place];
            if (!item) return;
            const places = taken.flatMap((other, at) => (other === item ? [at] : []));
            const bar = the(item.node, "progress");
            bar.hidden = false;
            bar.value = (places.indexOf(place) + done) / places.length;
        },
        isEmpty: () => items.length === 0,
        rest() {
            for (const { node } of items) the(node, "progress").hidden = true;
        },
    };
}

/** `photo.jpg` becomes `photo.original.jpg`. */
function originalName(name: string): string {
    const dot = name.lastIndexOf(".");
    return dot > 0 ? `${name.slice(0, dot)}.original${name.slice(dot)}` : `${name}.original`;
}

/** What padding and sealing make of a file, at most: 12 % and a little more. */
function padded(bytes: number): number {
    return bytes * 1.12 + 4096;
}

function describe(cleaning: Cleaning): string {
    switch (cleaning.result) {
        case "cleaned": {
            const found = cleaning.found.map((code) => word(`found-${code.replace("_", "-")}`));
            return word("file-cleaned", { found: found.join(document.documentElement.dir === "rtl" ? "، " : ", ") });
        }
        case "nothing":
            return word("file-clean");
        case "damaged":
            return word("file-damaged");
        case "cannot":
            return word(`file-${cleaning.kind}`);
    }
}
