/** Manifests of one authority, each following from the one before. */
import { type AuthorityId, type Hash, fromHex, hash } from "./bytes";
import type { Day } from "./day";
import { as, refuse } from "./error";
import {
    type Manifest, type Member, type RootPolicy, investigatorsOf, isBlank, isValidOn, readManifest, rootFingerprint,
    trimmed, unitCalled,
} from "./manifest";
import { type VerifyingKey, readVerifyingKey, verify } from "./sign";

/** A manifest as it came: the exact bytes, and the lines of its signature file. */
export interface UntrustedManifest {
    readonly bytes: Uint8Array;
    /** Lines of verifying key, space and signature, both in hex. */
    readonly signatures: string;
}

interface Known {
    readonly hash: Hash;
    readonly manifest: Manifest;
}

/**
 * An authority's manifests from some serial on, all checked; the only way to a manifest. The first of them stands under
 * its own root policy alone, so what is read by it must be tied to it otherwise: by the fingerprint on the poster, or
 * by a card that names it and is signed with the token.
 */
export class History {
    private constructor(readonly authority: AuthorityId, private readonly known: readonly Known[]) {}

    /** Checks content, signatures, and that each manifest follows from the one before. */
    static verify(manifests: readonly UntrustedManifest[]): History {
        const known: Known[] = [];
        let authority: AuthorityId | null = null;
        for (const source of manifests) {
            const manifest = readManifest(source.bytes);
            const name: Hash = hash(source.bytes);
            authority ??= manifest.authority ?? name;
            const before = known[known.length - 1];
            if (before) checkFollows(manifest, before, authority);
            const signed = holdingSignatures(source, authority);
            // The root before hands over, and the root named in it accepts: else anybody could write the public keys of
            // another authority into a manifest of their own and show its fingerprint.
            const policies: RootPolicy[] = before ? [before.manifest.root, manifest.root] : [manifest.root];
            for (const { keys, threshold } of policies) {
                if (keys.filter((key) => signed.has(key)).length < threshold) refuse("manifest-unsigned");
            }
            known.push({ hash: name, manifest });
        }
        return new History(authority ?? refuse("manifest-missing"), known);
    }

    private get newest(): Known {
        return this.known[this.known.length - 1] ?? refuse("manifest-missing");
    }

    /** The newest manifest. */
    get current(): Manifest {
        return this.newest.manifest;
    }

    /** The newest manifest's hash. */
    get currentHash(): Hash {
        return this.newest.hash;
    }

    /** The fingerprint of the current root policy. */
    get fingerprint(): Hash {
        return rootFingerprint(this.current.root);
    }

    /** The manifest of that serial, with its hash. */
    bySerial(serial: bigint): Known | null {
        return this.known.find(({ manifest }) => manifest.serial === serial) ?? null;
    }

    /** The current manifest when it is valid on `day`, so that something new may be sealed to it. */
    validOn(day: Day): Manifest | null {
        return isValidOn(this.current, day) ? this.current : null;
    }

    /** Refuses when all are older than `serial`, which was seen already. */
    checkNotOlder(serial: bigint): void {
        if (this.current.serial < serial) refuse("manifest-older");
    }

    /** The member whose verifying key `key` is or was, as the newest manifest with that key names them. */
    memberOfKey(key: VerifyingKey): Member | null {
        for (const { manifest } of [...this.known].reverse()) {
            const found = manifest.members.find((member) => member.verifyingKey === key);
            if (found) return found;
        }
        return null;
    }

    /** Whether `member` receives the cases of `unit` in any manifest from `serial` on. */
    receivedCases(member: string, unit: string, serial: bigint): boolean {
        return this.known.some(({ manifest }) => {
            const found = manifest.serial >= serial ? unitCalled(manifest, unit) : null;
            return found !== null && investigatorsOf(manifest, found).some(({ id }) => id === member);
        });
    }
}

function checkFollows(manifest: Manifest, before: Known, authority: AuthorityId): void {
    const follows = manifest.serial === before.manifest.serial + 1n && manifest.authority === authority
        && manifest.previous === before.hash && manifest.issued >= before.manifest.issued;
    if (!follows) refuse("manifest-broken");
}

/**
 * The keys whose signature holds; a line that cannot be read, or whose signature does not hold, refuses the file, since
 * somebody meant it to count.
 */
function holdingSignatures(source: UntrustedManifest, authority: AuthorityId): Set<VerifyingKey> {
    return as("manifest-signature", () => {
        const holding = new Set<VerifyingKey>();
        for (const line of source.signatures.split("\n").filter((line) => !isBlank(line))) {
            const [key = "", signature = "", ...more] = trimmed(line).split(" ");
            const verifyingKey = readVerifyingKey(key);
            const holds = verify(verifyingKey, "manifest", authority, source.bytes, fromHex(signature, 64));
            if (!holds || more.length > 0) refuse("manifest-signature");
            holding.add(verifyingKey);
        }
        return holding;
    });
}
