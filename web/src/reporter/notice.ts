/** What the page says when something went wrong, or has to be changed first. */
import type { Failure } from "../worker/messages";
import { copy, hasWord, the, word } from "./dom";
import { Failed } from "./remote";

/** Failures that mean: what the server shows is not what the authority or the reporter made. */
const CHECKS: readonly string[] = [
    "script", "manifest", "unsigned", "root", "expired", "older", "history", "card", "member", "reply", "withheld", "timeline",
] satisfies readonly Failure[];

/** Whether the failure is a check's, after which nothing is sent any more. */
export function isCheck(error: unknown): boolean {
    return error instanceof Failed && CHECKS.includes(error.code);
}

/** The notice for a failure: what happened, what to do. */
export function failure(error: unknown): HTMLElement {
    const code = error instanceof Failed ? error.code : "own";
    const text = hasWord(`failure-${code}`) ? code : "own";
    return copy("t-failure", {
        title: word(isCheck(error) ? "failure-check" : "failure-other"),
        happened: word(`failure-${text}`),
        todo: word(`failure-${text}-todo`),
    });
}

/** Something to be changed in a form: the id of its field, and what is wrong. */
export interface Refusal {
    readonly field: string;
    readonly text: string;
}

/** Puts `node` before `form`, in place of an earlier notice, and moves the focus to it. */
export function before(form: HTMLElement, node: HTMLElement | null): void {
    document.getElementById("notice")?.remove();
    if (!node) return;
    node.id = "notice";
    form.before(node);
    node.focus();
}

/** Shows what has to be changed, in the form's order: a list above the form, and each reason at its field. */
export function refuse(form: HTMLElement, refusals: readonly Refusal[]): void {
    for (const old of form.querySelectorAll(".error[data-refusal]")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid], #left_out")) mark(field, false);
    const error = `${word("error-prefix")} `;
    document.title = document.title.replace(error, "");
    if (refusals.length === 0) return before(form, null);
    document.title = error + document.title;
    const notice = copy("t-refused");
    const at = ({ field }: Refusal): Element => document.getElementById(field) ?? form;
    const inOrder = [...refusals].sort((one, other) => at(one).compareDocumentPosition(at(other)) & 2 || -1);
    for (const { field, text } of inOrder) {
        const link = document.createElement("a");
        link.href = `#${field}`;
        link.textContent = text;
        const item = document.createElement("li");
        item.append(link);
        the(notice, "ul").append(item);
        const place = document.getElementById(field);
        if (!place) continue;
        mark(place, true);
        const reason = document.createElement("p");
        reason.className = "error";
        reason.dataset.refusal = "";
        reason.id = `${field}-error`;
        const prefix = document.createElement("b");
        prefix.textContent = word("error-prefix");
        reason.append(prefix, ` ${text}`);
        // Within a group it stands below what asks, else right before the field.
        const asks = place.querySelector(":scope > .hint") ?? place.querySelector(":scope > legend");
        if (asks) asks.after(reason);
        else place.before(reason);
    }
    before(form, notice);
}

/** Ties a field to its reason, or unties it. */
function mark(field: Element, refused: boolean): void {
    const reason = `${field.id}-error`;
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== reason);
    if (refused) described.push(reason);
    if (described.length > 0) field.setAttribute("aria-describedby", described.join(" "));
    else field.removeAttribute("aria-describedby");
    // A plain group cannot be invalid, but it is described.
    if (refused && field.getAttribute("role") !== "group") field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
}
