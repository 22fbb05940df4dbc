// Load on a server, so that it asks its price.
import { createHash } from 'node:crypto';

/** Pays the server for places for files, until it asks for at least that many bits. */
export async function raisePrice(reporter, bits) {
  for (;;) {
    const asked = await (await fetch(new URL('v1/work', reporter))).json();
    if (asked.bits >= bits) return;
    const headers = { 'Amparo-Work': solve(asked.challenge, asked.bits) };
    const { status } = await fetch(new URL('v1/uploads', reporter), { method: 'POST', headers });
    if (status !== 200 && status !== 429) throw new Error(`a place for files was answered with ${status}`);
  }
}

/** docs/protocol.md, section 13. */
function solve(challenge, bits) {
  const start = Buffer.from(challenge, 'hex');
  const numbers = Array.from({ length: 16 }, (_, puzzle) => {
    const input = Buffer.concat([start, Buffer.from([puzzle, 0, 0, 0, 0])]);
    for (let number = 0; ; number += 1) {
      input.writeUInt32BE(number, start.length + 1);
      const first = createHash('sha256').update(input).digest().readUInt32BE(0);
      if (bits === 0 || first >>> (32 - bits) === 0) return input.toString('hex', start.length + 1);
    }
  });
  return `${challenge}.${numbers.join('')}`;
}
