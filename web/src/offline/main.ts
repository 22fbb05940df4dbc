/**
 * The offline page: one file that is opened from a disk, seals a report to a file, and asks nothing of any network.
 *
 * This one script is the page's and its worker's: the page starts a worker of its own text, so that the page's policy
 * needs to name no other script.
 */
import { checked, isAble, shownFingerprint } from "../reporter/device";
import { part, readWords, show, size, word } from "../reporter/dom";
import { keep, leaveAtOnce } from "../reporter/leaving";
import { type Remote, remote } from "../reporter/remote";
import { type Way, receiptOf, report } from "../reporter/report";
import { runWorker } from "../reporter/workerSource";
import type { SealedReport } from "../worker/messages";
import { type Asker, serve } from "../worker/serve";
import { operations } from "./operations";

declare const self: Asker;

if (typeof document === "undefined") serve(self, operations);
else start();

function start(): void {
    const form = document.querySelector<HTMLFormElement>("form#report");
    const source = document.currentScript?.textContent;
    // What the page says without a script stays on it.
    if (!form || !source || !isAble() || !readWords()) return;
    document.getElementById("unable")?.remove();
    form.hidden = false;
    leaveAtOnce();
    const manifests: unknown = JSON.parse(document.getElementById("manifests")?.textContent ?? "");
    report(form, checked(startHere(source), (running) => running.call("check", {
        manifests, fingerprint: shownFingerprint(), language: document.documentElement.lang,
    })), toFile);
}

/** Starts the worker; where a browser lets none run, the page itself does its work, between what it shows. */
async function startHere(source: string): Promise<Remote> {
    try {
        return remote(await runWorker(source));
    } catch {
        const { port1, port2 } = new MessageChannel();
        serve(port1, operations);
        port1.start();
        port2.start();
        return remote(port2);
    }
}

/** Sealed to a file, which is the reporter's to keep and to send. */
const toFile: Way<SealedReport> = {
    seal: (running, draft, watch) => running.call("seal", draft, watch),
    show(sealed) {
        const node = receiptOf(sealed);
        const link = part<HTMLAnchorElement>(node, "save");
        // For as long as the page is open: the file may be saved more than once.
        link.href = URL.createObjectURL(sealed.file);
        part(node, "size").textContent = size(sealed.file.size);
        keep("file", true);
        link.addEventListener("click", () => {
            keep("file", false);
            part(node, "saved").textContent = word("offline-saved");
        });
        show(node);
    },
};
