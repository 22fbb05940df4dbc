/** The npm package `age-encryption` opens what Rust sealed, and seals the same content for Rust to open. */
import { readFileSync, writeFileSync } from "node:fs";
import { Decrypter, Encrypter } from "age-encryption";
import { fromBase64 } from "../src/protocol/base64";
import { isEqual } from "../src/protocol/bytes";
import { type Vector, list, text } from "./vectors";

const inputs = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Vector;
const answers: string[] = [];
for (const one of list(inputs, "cases")) {
    const content = fromBase64(text(one, "content"));
    const [decrypter, encrypter] = [new Decrypter(), new Encrypter()];
    decrypter.addIdentity(text(one, "identity"));
    encrypter.addRecipient(text(one, "recipient"));
    const opened = await decrypter.decrypt(fromBase64(text(one, "file")));
    if (!isEqual(opened, content)) throw new Error(`${opened.length} other bytes than the ${content.length} sealed`);
    answers.push(Buffer.from(await encrypter.encrypt(content)).toString("base64"));
}
writeFileSync(text(inputs, "answers"), JSON.stringify(answers));
console.log(`${answers.length} files opened by age-encryption`);
