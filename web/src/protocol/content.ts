/** What people say, as it stands inside envelopes: JSON, in which unknown fields and doubled names are refused. */
import { type Hash, type MemberId, fromHex, fromUtf8, toHex, utf8 } from "./bytes";
import { type Day, readDay } from "./day";
import { type Json, type Reading, asList, asOneOf, asText, asTexts, readJson, record } from "./json";
import { isBlank } from "./manifest";
import { type Recipient, readRecipient } from "./recipient";

/** Browsers send CRLF; the protocol has LF only. Half a character, which is no text, becomes U+FFFD. */
export function withLf(text: string): string {
    return fromUtf8(utf8(text.replace(/\r\n?/g, "\n")));
}

const DANGERS = ["no", "yes", "unsure"] as const;
/** Whether somebody is in danger, as the reporter says. */
export type Danger = (typeof DANGERS)[number];

const CHANNELS = ["web", "sms", "hotline", "mail", "cli"] as const;
/** Which way a report came. */
export type Channel = (typeof CHANNELS)[number];

const RECORDS = ["agreed", "unchecked"] as const;
/** What a caller said of the written record of their talk. */
export type TalkRecord = (typeof RECORDS)[number];

const STATES = ["received", "acknowledged", "open", "closed"] as const;
/** Where a case stands. */
export type State = (typeof STATES)[number];

/** Answers to the form's questions, by question id. */
export type Answers = ReadonlyMap<string, string>;

/** Keeps what is not blank, with LF line ends, in the order of the question ids. */
export function answersOf(typed: Readonly<Record<string, string>>): Answers {
    const kept = Object.entries(typed).filter(([, answer]) => !isBlank(answer));
    return new Map(kept.map(([question, answer]): [string, string] => [question, withLf(answer)]).sort());
}

/** A file that belongs to a report or message. The envelope that carries it is found by `hash`. */
export interface Attachment {
    /** Chunked hash of its ciphertext. */
    readonly hash: Hash;
    /** As the reporter's device gave it: untrusted text, never a path. */
    readonly name: string;
    readonly mediaType: string;
    /** Bytes of content. */
    readonly size: number;
}

/** What a reporter says, apart from files and identity. */
export interface Story {
    readonly channel: Channel;
    /** Whether a server sealed it, so that it was readable there once. */
    readonly assisted: boolean;
    /** Language tag of the form. */
    readonly language: string;
    /** Kind of corruption, as the form names it. */
    readonly category: string;
    readonly fields: Answers;
    readonly danger: Danger;
}

export interface Report extends Story {
    readonly day: Day;
    /** Whether the reporter gave a name, sealed apart. */
    readonly confidential: boolean;
    readonly attachments: readonly Attachment[];
    /** Chunked hash of the identity's ciphertext. */
    readonly identity: Hash;
    /** Hashes of all first grants and shares, sorted. */
    readonly grants: readonly Hash[];
    /** Members who must never get a grant of this case. */
    readonly leftOut: readonly MemberId[];
    /** What became of the record of a talk; `null` when the reporter wrote themselves. */
    readonly record: TalkRecord | null;
}

export interface Message {
    readonly day: Day;
    readonly text: string;
    readonly attachments: readonly Attachment[];
}

/** What the authority says to the reporter, or the state it sets, or both. */
export interface Answer {
    readonly day: Day;
    readonly text: string;
    readonly state: State | null;
}

/** Who a confidential reporter is. */
export interface IdentityCard {
    readonly name: string;
    readonly contact: string;
    readonly safeContact: string;
}

/** A new desk key. */
export interface Rekey {
    readonly day: Day;
    /** What later envelopes are sealed to. */
    readonly recipient: Recipient;
    readonly grants: readonly Hash[];
}

function json(content: object): Uint8Array {
    return utf8(JSON.stringify(content));
}

function attachmentsOf(attachments: readonly Attachment[]): object[] {
    return attachments.map(({ hash, name, mediaType, size }) =>
        ({ hash, name: withLf(name), media_type: withLf(mediaType), size }));
}

/** Writes the JSON that is sealed. */
export function reportJson(report: Report): Uint8Array {
    const { day, channel, assisted, language, category, danger, confidential, identity, grants } = report;
    const talk = report.record === null ? {} : { record: report.record };
    return json({
        day, channel, assisted, language, category,
        fields: Object.fromEntries(report.fields),
        danger, confidential,
        attachments: attachmentsOf(report.attachments),
        identity, grants,
        left_out: report.leftOut,
        ...talk,
    });
}

export function messageJson({ day, text, attachments }: Message): Uint8Array {
    return json({ day, text: withLf(text), attachments: attachmentsOf(attachments) });
}

export function identityJson({ name, contact, safeContact }: IdentityCard): Uint8Array {
    return json({ name: withLf(name), contact: withLf(contact), safe_contact: withLf(safeContact) });
}

export function forgetJson(day: Day): Uint8Array {
    return json({ day });
}

const hash = (value: Json): Hash => toHex(fromHex(asText(value), 32));
const dayOf = (read: Reading): Day => readDay(read.text("day"));

function attachmentOf(value: Json): Attachment {
    const read = record(value, ["hash", "name", "media_type", "size"]);
    return {
        hash: hash(read.get("hash")),
        name: read.text("name"),
        mediaType: read.text("media_type"),
        // Above 2⁵³ it is not exact, and no file is that long.
        size: Number(read.unsigned("size", 64)),
    };
}

/** Reads opened JSON. */
export function readReport(bytes: Uint8Array): Report {
    const read = record(readJson(bytes), [
        "day", "channel", "assisted", "language", "category", "fields", "danger", "confidential", "attachments",
        "identity", "grants", "left_out",
    ], ["record"]);
    return {
        day: dayOf(read),
        channel: asOneOf(read.get("channel"), CHANNELS),
        assisted: read.flag("assisted"),
        language: read.text("language"),
        category: read.text("category"),
        fields: asTexts(read.get("fields")),
        danger: asOneOf(read.get("danger"), DANGERS),
        confidential: read.flag("confidential"),
        attachments: read.list("attachments", attachmentOf),
        identity: hash(read.get("identity")),
        grants: read.list("grants", hash),
        leftOut: read.list("left_out", (value) => toHex(fromHex(asText(value), 8))),
        record: read.optional("record", null, (value) => asOneOf(value, RECORDS)),
    };
}

export function readMessage(bytes: Uint8Array): Message {
    const read = record(readJson(bytes), ["day", "text", "attachments"]);
    return { day: dayOf(read), text: read.text("text"), attachments: asList(read.get("attachments"), attachmentOf) };
}

export function readAnswer(bytes: Uint8Array): Answer {
    const read = record(readJson(bytes), ["day", "text"], ["state"]);
    const state = read.optional("state", null, (value) => asOneOf(value, STATES));
    return { day: dayOf(read), text: read.text("text"), state };
}

export function readIdentityCard(bytes: Uint8Array): IdentityCard {
    const read = record(readJson(bytes), ["name", "contact", "safe_contact"]);
    return { name: read.text("name"), contact: read.text("contact"), safeContact: read.text("safe_contact") };
}

export function readRekey(bytes: Uint8Array): Rekey {
    const read = record(readJson(bytes), ["day", "recipient", "grants"]);
    return { day: dayOf(read), recipient: readRecipient(read.text("recipient")), grants: read.list("grants", hash) };
}

export function readForget(bytes: Uint8Array): Day {
    return dayOf(record(readJson(bytes), ["day"]));
}
