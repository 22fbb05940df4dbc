/**
 * Conflict of interest: from what a reporter ticked to who will read a report, and who never can.
 *
 * `src/protocol/readers.rs` is the same rule; both are held to `tests/vectors/readers.json`.
 */
import type { MemberId } from "./bytes";
import { ProtocolError, refuse } from "./error";
import { type Manifest, type Member, type Unit, custodiansOf, investigatorsOf, unitCalled } from "./manifest";

/** What a reporter asks for. */
export interface Choice {
    /** Id of the unit. */
    readonly unit: string;
    /** Ids of the members who were ticked as involved. */
    readonly leftOut: readonly MemberId[];
    /** Whether somebody in the unit is involved whom the reporter would rather not name. */
    readonly unsaid: boolean;
}

/** For whom a report is sealed; all members in the manifest's order. */
export interface Readers {
    readonly unit: Unit;
    /** The unit that was chosen, when the oversight unit reads it instead. */
    readonly insteadOf: Unit | null;
    /** Those of the unit who can open it. */
    readonly readers: readonly Member[];
    /** Those of the unit's investigators, and of the custodians, who were named: what they get opens for nobody. */
    readonly leftOut: readonly Member[];
    /** Whether enough custodians are left to open a name. */
    readonly opensNames: boolean;
}

/**
 * Whoever is named is left out wherever they would take part, under whichever unit they stood; who has no part in this
 * report is not told of. Where it is unsaid who is involved, the oversight unit reads it, and nobody of the unit chosen
 * does, even if they belong to both; `unsaid` says nothing where no other unit has that office.
 */
export function readersOf(manifest: Manifest, choice: Choice): Readers {
    const chosen = unitCalled(manifest, choice.unit) ?? refuse("no-unit");
    const threshold = manifest.identityThreshold;
    const custodians = threshold > 0 ? custodiansOf(manifest) : [];
    const investigators = manifest.units.flatMap((unit) => investigatorsOf(manifest, unit));
    const listed = new Set([...investigators, ...custodians].map(({ id }) => id));
    const named = new Set(choice.leftOut);
    for (const id of named) if (!listed.has(id)) refuse("named-unknown");

    const oversight = unitCalled(manifest, manifest.oversightUnit ?? "");
    const instead = choice.unsaid && oversight !== chosen ? oversight : null;
    if (instead) for (const { id } of investigatorsOf(manifest, chosen)) named.add(id);
    const unit = instead ?? chosen;
    const isNamed = ({ id }: Member): boolean => named.has(id);
    const ofUnit = investigatorsOf(manifest, unit);
    const readers = ofUnit.filter((member) => !isNamed(member));
    if (readers.length === 0) refuse(isOffered(manifest, choice) ? "nobody-left-oversight" : "nobody-left");
    return {
        unit,
        insteadOf: instead && chosen,
        readers,
        leftOut: manifest.members.filter((one) => isNamed(one) && (ofUnit.includes(one) || custodians.includes(one))),
        opensNames: threshold > 0 && custodians.filter((one) => !isNamed(one)).length >= threshold,
    };
}

/** Whether the oversight unit could read it, if it were unsaid who is involved. */
function isOffered(manifest: Manifest, choice: Choice): boolean {
    if (choice.unsaid) return false;
    try {
        readersOf(manifest, { ...choice, unsaid: true });
        return true;
    } catch (error) {
        if (error instanceof ProtocolError) return false;
        throw error;
    }
}
