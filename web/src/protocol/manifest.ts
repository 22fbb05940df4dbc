/**
 * The manifest: who receives reports, with which keys, signed by the heads of the authority. It is JSON, signed and
 * kept as the exact bytes; `history.ts` checks the signatures and that each follows from the one before.
 */
import {
    type AuthorityId, type Hash, type MemberId, concat, fields, fromHex, hashOf, toHex, u64, utf8,
} from "./bytes";
import { type Day, daysSince, readDay } from "./day";
import { ProtocolError, refuse } from "./error";
import { type Json, type Reading, asOneOf, asText, asTexts, readJson, record } from "./json";
import { type Recipient, readRecipient, recipientText } from "./recipient";
import { type VerifyingKey, readVerifyingKey } from "./sign";

/** The longest time a manifest may be valid, in days: a quarter. */
export const VALID_DAYS = 92;
/** The largest manifest that is read, in bytes. */
export const SIZE_MAX = 4 << 20;

/** Text in several languages, by language tag (`en`, `fr`, `ar`…). */
export type ByLanguage = ReadonlyMap<string, string>;

const ROLES = ["investigator", "lead", "custodian", "hotline", "auditor"] as const;
/** What a member may do. */
export type Role = (typeof ROLES)[number];

/** The keys that sign manifests, and how many of them must. */
export interface RootPolicy {
    readonly keys: readonly VerifyingKey[];
    readonly threshold: number;
}

/** A receiving unit. */
export interface Unit {
    readonly id: string;
    readonly name: ByLanguage;
    readonly remit: ByLanguage;
    readonly members: readonly MemberId[];
}

/** A member as the manifest names them. */
export interface Member {
    readonly id: MemberId;
    readonly title: ByLanguage;
    readonly roles: readonly Role[];
    readonly recipient: Recipient;
    readonly verifyingKey: VerifyingKey;
}

/** A key that was used once. */
export interface Retired {
    readonly member: MemberId;
    readonly recipient: Recipient;
    readonly verifyingKey: VerifyingKey;
    readonly day: Day;
}

/** What a manifest says; see `docs/protocol.md`, section 4. */
export interface Manifest {
    /** `null` in the first manifest, whose hash it is. */
    readonly authority: AuthorityId | null;
    readonly name: ByLanguage;
    readonly root: RootPolicy;
    readonly serial: bigint;
    /** Hash of the manifest before; `null` in the first. */
    readonly previous: Hash | null;
    readonly issued: Day;
    readonly expires: Day;
    readonly units: readonly Unit[];
    readonly members: readonly Member[];
    readonly retired: readonly Retired[];
    readonly recovery: Recipient | null;
    /** How many custodians must act together to open an identity; 0 when confidential reports are not offered. */
    readonly identityThreshold: number;
    readonly oversightUnit: string | null;
}

/** Unicode's White_Space, which is what Rust cuts; `trim` cuts other characters. */
const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";
const BLANK = new RegExp(`^${SPACE}$`);
const AROUND = new RegExp(`^${SPACE}|${SPACE}$`, "g");

/** Whether there is nothing in it but white space. */
export function isBlank(text: string): boolean {
    return BLANK.test(text);
}

/** The text without white space before and after it. */
export function trimmed(text: string): string {
    return text.replace(AROUND, "");
}

/** Reads the exact bytes and checks everything that one manifest alone can show. */
export function readManifest(bytes: Uint8Array): Manifest {
    if (bytes.length > SIZE_MAX) refuse("manifest-unsound");
    try {
        const manifest = manifestOf(readJson(bytes));
        check(manifest);
        return manifest;
    } catch (error) {
        throw error instanceof ProtocolError ? new ProtocolError("manifest-unsound") : error;
    }
}

const hex = (length: number) => (value: Json): string => toHex(fromHex(asText(value), length));
const day = (value: Json): Day => readDay(asText(value));
const recipient = (value: Json): Recipient => readRecipient(asText(value));
const verifyingKey = (value: Json): VerifyingKey => readVerifyingKey(asText(value));

function manifestOf(value: Json): Manifest {
    const required = ["amparo", "version", "name", "root", "serial", "issued", "expires", "units", "members"];
    const optional = ["authority", "previous", "retired", "recovery", "oversight_unit"];
    const read = record(value, [...required, "identity_threshold"], optional);
    asOneOf(read.get("amparo"), ["manifest"]);
    if (read.unsigned("version", 8) !== 1n) refuse("malformed");
    return {
        authority: read.optional("authority", null, hex(32)),
        name: asTexts(read.get("name")),
        root: rootOf(record(read.get("root"), ["keys", "threshold"])),
        serial: read.unsigned("serial", 64),
        previous: read.optional("previous", null, hex(32)),
        issued: day(read.get("issued")),
        expires: day(read.get("expires")),
        units: read.list("units", (unit) => unitOf(record(unit, ["id", "name", "remit", "members"]))),
        members: read.list("members", (member) =>
            memberOf(record(member, ["id", "title", "roles", "recipient", "verifying_key"]))),
        retired: read.optional("retired", [], (list) => (Array.isArray(list) ? list : refuse("malformed")).map((one) =>
            retiredOf(record(one, ["member", "recipient", "verifying_key", "day"])))),
        recovery: read.optional("recovery", null, recipient),
        identityThreshold: Number(read.unsigned("identity_threshold", 8)),
        oversightUnit: read.optional("oversight_unit", null, asText),
    };
}

function rootOf(read: Reading): RootPolicy {
    return { keys: read.list("keys", verifyingKey), threshold: Number(read.unsigned("threshold", 8)) };
}

function unitOf(read: Reading): Unit {
    return {
        id: read.text("id"),
        name: asTexts(read.get("name")),
        remit: asTexts(read.get("remit")),
        members: read.list("members", hex(8)),
    };
}

function memberOf(read: Reading): Member {
    return {
        id: hex(8)(read.get("id")),
        title: asTexts(read.get("title")),
        roles: read.list("roles", (role) => asOneOf(role, ROLES)),
        recipient: recipient(read.get("recipient")),
        verifyingKey: verifyingKey(read.get("verifying_key")),
    };
}

function retiredOf(read: Reading): Retired {
    return {
        member: hex(8)(read.get("member")),
        recipient: recipient(read.get("recipient")),
        verifyingKey: verifyingKey(read.get("verifying_key")),
        day: day(read.get("day")),
    };
}

function isComplete(texts: ByLanguage): boolean {
    return texts.size > 0 && [...texts].every(([tag, text]) => tag !== "" && !isBlank(text));
}

function isDistinct(list: readonly string[]): boolean {
    return new Set(list).size === list.length;
}

/** Refuses what contradicts itself or the protocol. */
function check(manifest: Manifest): void {
    const { root, members, units, retired, recovery } = manifest;
    const isFirst = manifest.serial === 1n;
    const days = daysSince(manifest.expires, manifest.issued);
    const keyHolders = [...members, ...retired];
    const recipients = [...keyHolders.map((holder) => holder.recipient), ...(recovery ? [recovery] : [])];
    const custodians = custodiansOf(manifest).length;
    const holds = manifest.serial >= 1n
        && isFirst === (manifest.authority === null) && isFirst === (manifest.previous === null)
        && isDistinct(root.keys) && root.keys.length >= 1 && root.keys.length <= 32
        && root.threshold >= 1 && root.threshold <= root.keys.length
        && isComplete(manifest.name) && days >= 0 && days <= VALID_DAYS
        && isDistinct(members.map((member) => member.id))
        && members.every((member) => isComplete(member.title) && member.roles.length > 0)
        && isDistinct(keyHolders.map((holder) => holder.verifyingKey)) && isDistinct(recipients.map(recipientText))
        && units.length > 0 && isDistinct(units.map((unit) => unit.id))
        && units.every((unit) => isSound(unit, manifest))
        && manifest.identityThreshold <= custodians && custodians <= 255
        && (manifest.oversightUnit === null || unitCalled(manifest, manifest.oversightUnit) !== null);
    if (!holds) refuse("manifest-unsound");
}

function isSound(unit: Unit, manifest: Manifest): boolean {
    const known = new Set(manifest.members.map((member) => member.id));
    return /^[a-z0-9-]{1,32}$/.test(unit.id) && isComplete(unit.name) && isComplete(unit.remit)
        && isDistinct(unit.members) && unit.members.every((member) => known.has(member))
        && investigatorsOf(manifest, unit).length > 0;
}

/** The unit called `id`. */
export function unitCalled(manifest: Manifest, id: string): Unit | null {
    return manifest.units.find((unit) => unit.id === id) ?? null;
}

/** The members of `unit` for whom its cases are sealed, in the manifest's order. */
export function investigatorsOf(manifest: Manifest, unit: Unit): Member[] {
    const receives = ({ roles }: Member): boolean => roles.includes("investigator") || roles.includes("lead");
    return manifest.members.filter((member) => receives(member) && unit.members.includes(member.id));
}

/** The custodians, in the manifest's order, which is that of their shares. */
export function custodiansOf(manifest: Manifest): Member[] {
    return manifest.members.filter((member) => member.roles.includes("custodian"));
}

/** Whether it is valid on `day`. */
export function isValidOn(manifest: Manifest, day: Day): boolean {
    return manifest.issued <= day && day <= manifest.expires;
}

/** The text in `language`, else in English, else in whichever language comes first; empty when there is none. */
export function inLanguage(texts: ByLanguage, language: string): string {
    const [first] = [...texts.keys()].sort();
    return texts.get(language) ?? texts.get("en") ?? texts.get(first ?? "") ?? "";
}

/** The hash of a root policy that posters, page footers and the desk show. */
export function rootFingerprint(root: RootPolicy): Hash {
    const sorted = [...new Set(root.keys)].sort().map((key) => fromHex(key, 32));
    return hashOf(utf8("amparo/v1/root\0"), fields(concat(...sorted), u64(root.threshold)));
}
