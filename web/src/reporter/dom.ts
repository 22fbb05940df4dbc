/**
 * The page's words and parts. The server puts both on the page in the reader's language; the script has no words of
 * its own. Values only ever enter as text.
 */

const words = new Map<string, string>();

/** Whether the server made this page for sealing; reads its words. */
export function readWords(): boolean {
    const template = document.getElementById("t-words");
    if (!(template instanceof HTMLTemplateElement)) return false;
    for (const data of template.content.querySelectorAll("data")) words.set(data.value, data.textContent ?? "");
    return true;
}

export type Values = Readonly<Record<string, string>>;

/** The text `id` with its values; empty when there is none. */
export function word(id: string, values: Values = {}): string {
    return put(words.get(id) ?? "", values);
}

/** Whether there is a text `id`. */
export function hasWord(id: string): boolean {
    return words.has(id);
}

/** `{name}` is replaced once, by a value as it is. */
function put(text: string, values: Values): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/**
 * A copy of the template `id` with its values put in, as one element. A paragraph that a value leaves empty is left
 * out.
 */
export function copy(id: string, values: Values = {}): HTMLElement {
    const template = document.getElementById(id) as HTMLTemplateElement;
    const root = document.importNode(template.content, true);
    for (const node of nodes(root)) {
        if (node instanceof Text) node.data = put(node.data, values);
        else for (const { name, value } of [...node.attributes]) {
            if (value.includes("{")) node.setAttribute(name, put(value, values));
        }
    }
    for (const empty of root.querySelectorAll("p:empty:not([data-part])")) empty.remove();
    // More than one element stays together in a box that takes no room of its own.
    const children = [...root.children] as HTMLElement[];
    if (children.length === 1) return children[0] as HTMLElement;
    const box = document.createElement("div");
    box.append(root);
    return box;
}

function* nodes(root: Node): Generator<Text | Element> {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while (walker.nextNode()) yield walker.currentNode as Text | Element;
}

/** The part of `root` called `name`; the templates have every part that is asked for. */
export function part<T extends HTMLElement = HTMLElement>(root: ParentNode, name: string): T {
    return root.querySelector(`[data-part="${name}"]`) as T;
}

/** The only element of its kind in `root`. */
export function the<K extends keyof HTMLElementTagNameMap>(root: ParentNode, tag: K): HTMLElementTagNameMap[K] {
    return root.querySelector(tag) as HTMLElementTagNameMap[K];
}

/** Puts `node` in place of all of the page's content, and moves the focus to its title. */
export function show(node: HTMLElement): void {
    const main = the(document, "main");
    for (const child of [...main.children]) if (!(child instanceof HTMLTemplateElement)) child.remove();
    main.prepend(node);
    const title = node.querySelector("h1");
    // The authority's name stays behind the dash.
    document.title = document.title.replace(/^.*( – )/, () => `${title?.textContent?.trim() ?? ""} – `);
    // Another language would be another page, and what this one shows would be gone.
    document.querySelector(".tongues")?.remove();
    scrollTo(0, 0);
    title?.focus();
}

/** A day written out in the page's language. */
export function day(iso: string): string {
    const language = document.documentElement.lang;
    const tag = language === "en" ? "en-GB" : language;
    const format = new Intl.DateTimeFormat(`${tag}-u-ca-gregory-nu-latn`, { dateStyle: "long", timeZone: "UTC" });
    return format.format(new Date(`${iso}T00:00:00Z`));
}

/** A size in bytes, rounded up as a person reads it. */
export function size(bytes: number): string {
    const format = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, { maximumFractionDigits: 1 });
    return bytes < 1e6
        ? word("size-kb", { size: format.format(Math.ceil(bytes / 1e3)) })
        : word("size-mb", { size: format.format(bytes / 1e6) });
}
