/** Taking over parts of a page that the desk has made anew. */

/** A page, fetched and parsed, and its address after redirects. */
export interface Fetched {
    readonly page: Document;
    readonly address: string;
}

/** Asks the desk for a page. Null when it did not answer with one, as when it has locked itself. */
export async function fetchPage(address: string, options: RequestInit): Promise<Fetched | null> {
    const response = await fetch(address, { ...options, credentials: "same-origin", redirect: "follow" });
    if (!response.ok) return null;
    return { page: new DOMParser().parseFromString(await response.text(), "text/html"), address: response.url };
}

/** Puts the list of `page` in the place of the one that is shown, and keeps the focus on the same case. */
export function takeList(page: Document): boolean {
    const [shown, next] = [document.getElementById("found"), page.getElementById("found")];
    if (shown === null || next === null) return false;
    const focused = shown.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    shown.replaceWith(document.importNode(next, true));
    const count = document.getElementById("count");
    if (count !== null && count.textContent !== next.dataset["count"]) count.textContent = next.dataset["count"] ?? "";
    if (focused !== null && focused !== undefined) {
        document.querySelector<HTMLElement>(`#found a[href="${CSS.escape(focused)}"]`)?.focus();
    }
    return true;
}
