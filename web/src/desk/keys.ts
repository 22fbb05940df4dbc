/** Everything by keyboard. `?` lists the keys. */

/** What a key does; whether there was anything to do. */
type Action = () => boolean;

const focus = (selector: string): Action => () => {
    const found = document.querySelector<HTMLElement>(selector);
    found?.closest("details")?.setAttribute("open", "");
    found?.focus();
    if (found instanceof HTMLInputElement) found.select();
    return found !== null;
};

const press = (selector: string): Action => () => {
    const found = document.querySelector<HTMLElement>(selector);
    found?.click();
    return found !== null;
};

/** Moves the focus from case to case, or from entry to entry of a case. */
const step = (by: number): Action => () => {
    const places = [...document.querySelectorAll<HTMLElement>(".cases a, .entry")];
    if (places.length === 0) return false;
    const at = places.findIndex((place) => place.contains(document.activeElement));
    const next = places[at < 0 ? (by > 0 ? 0 : places.length - 1) : Math.min(Math.max(at + by, 0), places.length - 1)];
    if (next?.matches(".entry")) next.tabIndex = -1;
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return true;
};

const ACTIONS: Readonly<Record<string, Action>> = {
    "/": focus("#q"),
    "?": () => {
        document.querySelector<HTMLDialogElement>("#keys")?.showModal();
        return true;
    },
    a: focus("#answer-text, #acknowledge-text"),
    e: focus("#note-text"),
    f: focus("#f-order"),
    j: step(1),
    k: step(-1),
    n: press("a[rel=next]"),
    p: press("a[rel=prev]"),
    u: press(".back a, a.brand"),
};

/** Whether what is pressed is meant for a field. */
function isTyping(target: EventTarget | null): boolean {
    return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

export function listenForKeys(): void {
    const hint = document.getElementById("keys-hint");
    if (hint !== null) hint.hidden = false;
    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
        if (event.key === "Escape" && isTyping(event.target)) {
            // Or a search box would be emptied.
            event.preventDefault();
            (event.target as HTMLElement).blur();
            return;
        }
        if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
        const action = ACTIONS[event.key];
        if (action?.()) event.preventDefault();
    });
}
