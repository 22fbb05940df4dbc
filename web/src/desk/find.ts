/** The list follows what is typed into the search box. */
import { fetchPage, takeList } from "./page";

/** How long somebody pauses between two letters, in milliseconds. */
const PAUSE = 60;

export function findWhileTyping(): void {
    const form = document.querySelector<HTMLFormElement>("form.search");
    const box = form?.querySelector<HTMLInputElement>("#q");
    if (!form || !box) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asked = new AbortController();
    const find = async (): Promise<void> => {
        asked.abort();
        asked = new AbortController();
        const body = new URLSearchParams();
        for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
        const fetched = await fetchPage(form.action, { method: "POST", body, signal: asked.signal });
        if (fetched === null || !takeList(fetched.page)) return location.reload();
        // The next letters change the same list, and the address leads back to it.
        const list = fetched.page.querySelector<HTMLInputElement>("form.search [name=list]");
        const own = form.querySelector<HTMLInputElement>("[name=list]");
        if (list && own) own.value = list.value;
        history.replaceState(null, "", fetched.address);
    };
    const later = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => void find().catch(ignoreAbort), PAUSE);
    };
    box.addEventListener("input", later);
    form.addEventListener("change", (event) => {
        if (event.target !== box) later();
    });
}

/** A question that a newer one has overtaken is no error; where the desk is gone, the form itself says so. */
function ignoreAbort(): void {
    return undefined;
}
