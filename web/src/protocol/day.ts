/** A UTC calendar day from 2000-01-01 to 9999-12-31, written `YYYY-MM-DD`; earlier days compare as smaller texts. */
import { refuse } from "./error";

export type Day = string;

/** Milliseconds in a day. */
const LENGTH = 86_400_000;

/** Reads a real day in its one form. */
export function readDay(text: string): Day {
    if (!/^[2-9]\d{3}-\d\d-\d\d$/.test(text)) refuse("malformed");
    const time = Date.parse(`${text}T00:00:00Z`);
    // Some engines take 30 February for a day in March.
    return !Number.isNaN(time) && dayOf(time) === text ? text : refuse("malformed");
}

/** The UTC day of that time, in milliseconds since 1970. */
export function dayOf(time: number): Day {
    return new Date(time).toISOString().slice(0, 10);
}

/** The day `days` later (earlier when negative). */
export function plus(day: Day, days: number): Day {
    return dayOf(Date.parse(`${day}T00:00:00Z`) + days * LENGTH);
}

/** Whole days from `earlier` to `day`; negative when `earlier` is later. */
export function daysSince(day: Day, earlier: Day): number {
    return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${earlier}T00:00:00Z`)) / LENGTH);
}

/**
 * The day by which a manifest's expiry is judged when a report is filed: the server's, or two days before the
 * device's when that is later, so that neither clock alone can make an old manifest pass.
 */
export function filingDay(servers: Day, devices: Day): Day {
    const latest = plus(devices, -2);
    return latest > servers ? latest : servers;
}
