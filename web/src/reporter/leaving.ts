/** Warns before something is lost: an unsent report, a message, a case token or a sealed file that nobody has kept. */

const reasons = new Set<string>();

const warn = (event: BeforeUnloadEvent): void => {
    event.preventDefault();
    event.returnValue = "";
};

/** Notes that leaving would lose `reason`, or no longer would. */
export function keep(reason: "words" | "token" | "file", unsafe: boolean): void {
    if (unsafe) reasons.add(reason);
    else reasons.delete(reason);
    if (reasons.size > 0) addEventListener("beforeunload", warn);
    else removeEventListener("beforeunload", warn);
}

/** *Leave now* leaves at once, whatever is lost, and the page left behind is not one step back. */
export function leaveAtOnce(): void {
    document.querySelector<HTMLAnchorElement>("a.leave")?.addEventListener("click", (event) => {
        event.preventDefault();
        removeEventListener("beforeunload", warn);
        location.replace((event.currentTarget as HTMLAnchorElement).href);
    });
}
