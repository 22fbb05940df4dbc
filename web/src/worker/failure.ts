/** The one map from whatever goes wrong to the code that the page has a text for. */
import { Problem, Unreachable } from "../client/connection";
import { type ErrorCode, ProtocolError } from "../protocol/error";
import type { Failure } from "./messages";
import { OtherRoot } from "./session";

/** What the protocol refuses, by the beginning of its code; the first that fits holds. */
const REFUSED: readonly (readonly [string, Failure])[] = [
    ["manifest-signature", "unsigned"],
    ["manifest-unsigned", "unsigned"],
    ["manifest-broken", "history"],
    ["manifest-other-authority", "history"],
    ["manifest-older", "older"],
    ["manifest-expired", "expired"],
    ["manifest-", "manifest"],
    ["card-manifest", "history"],
    ["card-", "card"],
    ["other-author", "card"],
    ["moved", "moved"],
    ["envelope-signature", "member"],
    ["envelope-altered", "reply"],
    ["sealed-", "reply"],
    ["seal-", "reply"],
    ["timeline-missing", "withheld"],
    ["timeline-no-report", "withheld"],
    ["timeline-", "timeline"],
    ["envelope-", "timeline"],
    ["move-", "timeline"],
    ["token-used", "own"],
    ["token-", "typo"],
    ["no-unit", "unit"],
    ["named-unknown", "named"],
    ["nobody-left-oversight", "oversight"],
    ["nobody-left", "nobody"],
    ["too-few-custodians", "custodians"],
    ["identity-too-long", "identity"],
    ["text-too-long", "long"],
    ["malformed", "server"],
] satisfies readonly (readonly [ErrorCode | `${string}-`, Failure])[];

/** Answers of the server, by the end of the problem's type. */
const PROBLEMS: Readonly<Record<string, Failure>> = {
    "not-found": "unknown",
    moved: "moved",
    expired: "expired",
    full: "full",
    "too-large": "large",
    refused: "refused",
    malformed: "refused",
    conflict: "refused",
};

export function failureOf(error: unknown): Failure | "cancelled" {
    if (error instanceof ProtocolError) return REFUSED.find(([start]) => error.code.startsWith(start))?.[1] ?? "own";
    if (error instanceof OtherRoot) return "root";
    if (error instanceof Problem) return PROBLEMS[error.type] ?? (error.status >= 500 ? "server" : "refused");
    if (error instanceof Unreachable) return "offline";
    if (!(error instanceof Error || error instanceof DOMException)) return "own";
    switch (error.name) {
        case "AbortError":
            return "cancelled";
        // A file that was moved, changed or taken away since it was chosen.
        case "NotReadableError":
        case "NotFoundError":
            return "file";
        default:
            return "own";
    }
}
