/** What comes in is shown within seconds; when the desk locks itself, nothing stays on the screen. */
import { fetchPage, takeList } from "./page";

/** How long nothing is asked after the desk did not answer, in milliseconds. */
const PAUSE = 2000;

const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

export function follow(): void {
    const base = document.body.dataset["follow"];
    if (base !== undefined) void keepFollowing(base);
}

async function keepFollowing(base: string): Promise<void> {
    let seen = "";
    for (;;) {
        try {
            const response = await fetch(`${base}/changes?since=${seen}`, { credentials: "same-origin" });
            if (response.status === 403 || response.redirected) return location.reload();
            const now = await response.text();
            if (response.ok && seen !== "" && now !== seen) await show();
            if (response.ok) seen = now;
            else await wait(PAUSE);
        } catch {
            await wait(PAUSE);
        }
    }
}

/** Takes over a changed list; in a case, says that something has come, so that nothing moves under somebody's eyes. */
async function show(): Promise<void> {
    const entries = document.querySelector<HTMLElement>("[data-entries]");
    if (entries === null && document.getElementById("found") === null) return;
    const fetched = await fetchPage(location.href, { headers: { "amparo-look": "no" } });
    if (fetched === null) return;
    if (entries === null) {
        takeList(fetched.page);
        return;
    }
    const now = fetched.page.querySelector<HTMLElement>("[data-entries]")?.dataset["entries"];
    const notice = document.getElementById("more");
    if (notice !== null && now !== undefined && now !== entries.dataset["entries"]) notice.hidden = false;
}
