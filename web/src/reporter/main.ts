/** Makes a page that seals do so on this device. Everything that needs no script goes on without it. */
import { caseEntry } from "./case";
import { isAble, startDevice } from "./device";
import { copy, readWords } from "./dom";
import { leaveAtOnce } from "./leaving";
import { report, toSite } from "./report";

function start(): void {
    const place = document.getElementById("sealed");
    const form = document.querySelector<HTMLFormElement>("form#report, form#open");
    if (!place || !form || !readWords()) return;
    if (typeof Worker !== "function" || !isAble()) {
        place.replaceChildren(copy("t-unable"));
        place.hidden = false;
        return;
    }
    leaveAtOnce();
    const filing = form.id === "report";
    const device = startDevice(filing);
    if (filing) report(form, device, toSite);
    else caseEntry(form, device);
}

start();
