/** Conflict of interest: from what was ticked to who will read a report, and who never can. */
import type { MemberId } from "../protocol/bytes";
import { refuse } from "../protocol/error";
import { type Manifest, type Member, type Unit, custodiansOf, investigatorsOf, unitCalled } from "../protocol/manifest";

/** For whom a report is sealed. */
export interface Readers {
    readonly unit: Unit;
    /** Those of the unit who can open it. */
    readonly readers: readonly Member[];
    /** Those of its readers, and of the custodians, who were named. */
    readonly leftOut: readonly Member[];
}

/**
 * What the form asks for. Whoever was ticked is left out wherever they would take part; who has no part in this report
 * is not told of. Where the reporter would rather not say who in a unit is involved (`unsaid`), the oversight unit reads
 * it, and nobody of the unit chosen does, even if they belong to both.
 */
export function readersOf(
    manifest: Manifest,
    chosenUnit: string,
    ticked: readonly MemberId[],
    unsaid: readonly string[],
): Readers {
    const chosen = unitCalled(manifest, chosenUnit) ?? refuse("no-unit");
    const oversight = manifest.oversightUnit === null ? null : unitCalled(manifest, manifest.oversightUnit);
    const isUnsaid = oversight !== null && oversight.id !== chosen.id && unsaid.includes(chosen.id);
    const unit = isUnsaid ? oversight : chosen;
    const named = new Set(ticked);
    if (isUnsaid) for (const { id } of investigatorsOf(manifest, chosen)) named.add(id);
    const investigators = investigatorsOf(manifest, unit);
    const isNamed = ({ id }: Member): boolean => named.has(id);
    const leftOut = new Set([...investigators, ...custodiansOf(manifest)].filter(isNamed));
    return { unit, readers: investigators.filter((member) => !isNamed(member)), leftOut: [...leftOut] };
}
