/**
 * JSON as the protocol reads it: objects, lists, texts, whole numbers and booleans. A name that stands twice is refused
 * everywhere, where the browser's own reader would take the last of two values; so is `null`, since what is absent is
 * left out, and a number with sign, fraction or exponent.
 */
import { fromUtf8 } from "./bytes";
import { refuse } from "./error";

export type Json = string | bigint | boolean | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

/** How deep objects and lists may stand in each other; nothing in the protocol comes near. */
const DEPTH = 16;
const ESCAPES: Readonly<Record<string, string>> = {
    '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t",
};

/** Reads one value and nothing after it. */
export function readJson(bytes: Uint8Array): Json {
    const reader = new Reader(fromUtf8(bytes));
    const value = reader.value(0);
    reader.end();
    return value;
}

class Reader {
    private place = 0;

    constructor(private readonly text: string) {}

    end(): void {
        this.skip();
        if (this.place !== this.text.length) refuse("malformed");
    }

    value(depth: number): Json {
        this.skip();
        const rest = this.text.charAt(this.place);
        if (depth > DEPTH) refuse("malformed");
        if (rest === "{") return this.object(depth);
        if (rest === "[") return this.list(depth);
        if (rest === '"') return this.string();
        const word = this.match(/true|false|(?:0|[1-9]\d*)(?![\d.eE])/y);
        return word === "true" || word === "false" ? word === "true" : BigInt(word);
    }

    private object(depth: number): JsonObject {
        const object: JsonObject = new Map();
        this.items("}", () => {
            this.skip();
            const name = this.string();
            this.skip();
            this.match(/:/y);
            if (object.has(name)) refuse("malformed");
            object.set(name, this.value(depth + 1));
        });
        return object;
    }

    private list(depth: number): Json[] {
        const list: Json[] = [];
        this.items("]", () => list.push(this.value(depth + 1)));
        return list;
    }

    /** What stands between brackets, separated by commas; the place is at the opening one. */
    private items(close: string, item: () => void): void {
        this.place += 1;
        this.skip();
        if (this.text.charAt(this.place) === close) {
            this.place += 1;
            return;
        }
        for (;;) {
            item();
            this.skip();
            const next = this.text.charAt(this.place++);
            if (next === close) return;
            if (next !== ",") refuse("malformed");
        }
    }

    private string(): string {
        this.match(/"/y);
        let text = "";
        for (;;) {
            // eslint-disable-next-line no-control-regex
            text += this.match(/[^"\\\u0000-\u001f]*/y);
            const next = this.text.charAt(this.place++);
            if (next === '"') return text;
            if (next !== "\\") refuse("malformed");
            text += this.escape();
        }
    }

    private escape(): string {
        const letter = this.match(/["\\/bfnrtu]/y);
        if (letter !== "u") return ESCAPES[letter] ?? refuse("malformed");
        const unit = parseInt(this.match(/[0-9a-fA-F]{4}/y), 16);
        if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
        // Half a character alone is no text.
        if (unit > 0xdbff) refuse("malformed");
        const low = parseInt(this.match(/\\u[dD][c-fC-F][0-9a-fA-F]{2}/y).slice(2), 16);
        return String.fromCharCode(unit, low);
    }

    private skip(): void {
        this.match(/[ \t\n\r]*/y);
    }

    /** What `pattern`, which is sticky, finds here. */
    private match(pattern: RegExp): string {
        pattern.lastIndex = this.place;
        const found = pattern.exec(this.text)?.[0] ?? refuse("malformed");
        this.place += found.length;
        return found;
    }
}

/** The value as an object with all of `required`, perhaps some of `optional`, and no other names. */
export function record(value: Json, required: readonly string[], optional: readonly string[] = []): Reading {
    if (!(value instanceof Map)) refuse("malformed");
    const known = new Set([...required, ...optional]);
    for (const name of value.keys()) if (!known.has(name)) refuse("malformed");
    for (const name of required) if (!value.has(name)) refuse("malformed");
    return new Reading(value);
}

/** An object whose names are known to be right. */
export class Reading {
    constructor(private readonly object: JsonObject) {}

    get(name: string): Json {
        return this.object.get(name) ?? refuse("malformed");
    }

    /** What `read` makes of the value, or `absent` when there is none. */
    optional<T, U>(name: string, absent: U, read: (value: Json) => T): T | U {
        const value = this.object.get(name);
        return value === undefined ? absent : read(value);
    }

    text(name: string): string {
        return asText(this.get(name));
    }

    flag(name: string): boolean {
        const value = this.get(name);
        return typeof value === "boolean" ? value : refuse("malformed");
    }

    /** A whole number of at most `bits` bits. */
    unsigned(name: string, bits: number): bigint {
        const value = this.get(name);
        return typeof value === "bigint" && value < 1n << BigInt(bits) ? value : refuse("malformed");
    }

    list<T>(name: string, read: (value: Json) => T): T[] {
        return asList(this.get(name), read);
    }
}

/** The value as a text. */
export function asText(value: Json): string {
    return typeof value === "string" ? value : refuse("malformed");
}

/** The value as one of `words`. */
export function asOneOf<T extends string>(value: Json, words: readonly T[]): T {
    return words.find((word) => word === value) ?? refuse("malformed");
}

/** The value as a list, each of whose items `read` reads. */
export function asList<T>(value: Json, read: (value: Json) => T): T[] {
    return Array.isArray(value) ? value.map((item) => read(item)) : refuse("malformed");
}

/** The value as an object of any names whose values are texts. */
export function asTexts(value: Json): Map<string, string> {
    if (!(value instanceof Map)) refuse("malformed");
    return new Map([...value].map(([name, text]) => [name, asText(text)]));
}
