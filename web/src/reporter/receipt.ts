/** The case token on the page: shown once, and looked after until it is kept. */
import { digitValue } from "../protocol/token";
import { copy, part, the, word } from "./dom";
import { keep } from "./leaving";

/** Fills `place` with the token, the ways to keep it, and the question that finds out whether it was kept. */
export function showToken(place: HTMLElement, token: string): void {
    const groups = token.match(/\d{4}/g) ?? [];
    const asked = random(groups.length);
    const box = copy("t-token", { number: String(asked + 1) });
    place.replaceWith(box);
    keep("token", true);
    const output = the(box, "output");
    const said = part(box, "said");
    const kept = (text: string): void => {
        said.textContent = text;
        keep("token", false);
    };
    const show = (visible: boolean): void => {
        output.replaceChildren(...groups.flatMap((group) => {
            const span = document.createElement("span");
            span.textContent = visible ? group : "••••";
            return [span, " "];
        }));
        output.dataset.hidden = String(!visible);
        part(box, "hide").textContent = word(visible ? "receipt-hide" : "receipt-show");
        said.textContent = visible ? "" : word("receipt-hidden");
    };
    show(true);

    // A browser may keep the page for its back button: then without the token.
    addEventListener("pagehide", () => box.remove());

    part(box, "copy").addEventListener("click", async ({ currentTarget }) => {
        if (await copied(groups.join(" "))) kept(word("receipt-copied"));
        else said.textContent = word("receipt-copy-failed");
        (currentTarget as HTMLElement).focus();
    });
    part(box, "print").addEventListener("click", () => {
        const hidden = output.dataset.hidden === "true";
        show(true);
        keep("token", false);
        print();
        show(!hidden);
    });
    part(box, "picture").addEventListener("click", () => draw(groups, () => kept(word("receipt-pictured"))));
    part(box, "hide").addEventListener("click", () => show(output.dataset.hidden === "true"));

    const answer = part(box, "answer");
    part(box, "ask").addEventListener("submit", (event) => {
        event.preventDefault();
        const field = the(box, "input");
        const right = digits(field.value) === groups[asked];
        if (right) field.removeAttribute("aria-invalid");
        else field.setAttribute("aria-invalid", "true");
        answer.className = right ? "checked" : "error";
        answer.textContent = word(right ? "receipt-ask-right" : "receipt-ask-wrong");
        if (!right) return field.focus();
        field.value = "";
        keep("token", false);
    });
    part(box, "skip").addEventListener("click", () => {
        answer.className = "hint";
        answer.textContent = word("receipt-ask-skipped");
        keep("token", false);
    });
}

/** A number from 0 to `below` − 1. */
function random(below: number): number {
    return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % below;
}

async function copied(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        // Only pages with a secure origin have a clipboard; the old way has to do.
        const field = document.createElement("textarea");
        field.value = text;
        document.body.append(field);
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        return done;
    }
}

/** Offers a picture of the digits, and of nothing that says what they are. */
function draw(groups: readonly string[], done: () => void): void {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [720, 240];
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#000";
    pen.font = "600 64px monospace";
    pen.textAlign = "center";
    groups.forEach((group, index) => pen.fillText(group, 140 + 220 * (index % 3), 100 + 90 * Math.floor(index / 3)));
    canvas.toBlob((blob) => {
        if (!blob) return;
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = "note.png";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
        done();
    }, "image/png");
}

/** The digits of what was typed, whatever their script. */
function digits(typed: string): string {
    return [...typed].map((letter) => digitValue(letter) ?? "").join("");
}
