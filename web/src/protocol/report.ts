/**
 * Filing: from a token's keys and a unit to everything that is stored of a new case. `Draft.begin` fixes the card, so
 * that files can be sealed as they are read; `finish` seals the report around them.
 */
import {
    type AuthorityId, type Hash, type MemberId, type Random, concat, fromHex, systemRandom, toHex,
} from "./bytes";
import { type SignedCard, signCard } from "./card";
import { type IdentityCard, type Story, identityJson, reportJson } from "./content";
import type { Day } from "./day";
import { Chain, type Sealed, type SealedEnvelope, sealedText } from "./envelope";
import { refuse } from "./error";
import { type FilePlace, Files } from "./files";
import { type SealedGrant, grantHash, sealGrant } from "./grant";
import type { History } from "./history";
import { caseIdentity, caseSigning, identityIdentity } from "./keys";
import { type Member, custodiansOf, investigatorsOf, unitCalled } from "./manifest";
import { BLOCK, textSize } from "./padding";
import { type Recipient, throwawayLike } from "./recipient";
import { seal } from "./seal";
import { type Binding, Kind, bindText } from "./sealed";
import { split } from "./share";
import type { SigningKey } from "./sign";
import type { TokenKeys } from "./token";

/** Everything that is stored of a new case, apart from its files' ciphertexts. */
export interface Submission {
    readonly card: SignedCard;
    /** Finds it again. */
    readonly locatorHash: Hash;
    /** First grants and shares. */
    readonly grants: readonly SealedGrant[];
    /** The report, its attachments, the identity. */
    readonly envelopes: readonly SealedEnvelope[];
}

interface Custodian {
    readonly id: MemberId;
    readonly recipient: Recipient;
}

const NOBODY: IdentityCard = { name: "", contact: "", safeContact: "" };

/** A case that is being made. */
export class Draft {
    /** Files sealed so far. */
    files = new Files();

    private constructor(
        private readonly authority: AuthorityId,
        readonly card: SignedCard,
        private readonly author: SigningKey,
        private readonly locatorHash: Hash,
        private readonly grants: readonly SealedGrant[],
        private readonly custodians: readonly Custodian[],
        private readonly reachableCustodians: number,
        private readonly threshold: number,
        private readonly leftOut: readonly MemberId[],
        private readonly random: Random,
    ) {}

    /**
     * Fixes the card of a new case for `unit` and seals its case key: for every investigator of the unit a grant,
     * though what those in `leftOut` get opens for nobody. `day` must be one on which the newest manifest is valid.
     */
    static begin(
        history: History,
        unit: string,
        leftOut: readonly MemberId[],
        keys: TokenKeys,
        day: Day,
        random: Random = systemRandom,
    ): Draft {
        const manifest = history.validOn(day) ?? refuse("manifest-expired");
        const found = unitCalled(manifest, unit) ?? refuse("no-unit");
        const investigators = investigatorsOf(manifest, found);
        const isNamed = ({ id }: Member): boolean => leftOut.includes(id);
        if (investigators.every(isNamed)) refuse("nobody-left");
        const caseKey = random(32);
        const author = keys.author.verifyingKey;
        const card = signCard({
            case: toHex(random(16)),
            unit,
            serial: manifest.serial,
            manifest: history.currentHash,
            caseRecipient: caseIdentity(caseKey).recipient,
            caseVerifyingKey: caseSigning(caseKey).verifyingKey,
            replyRecipient: keys.reply.recipient,
            author,
            day,
        }, history.authority, keys.author);
        const recipientOf = (member: Member): Recipient =>
            isNamed(member) ? throwawayLike(member.recipient, random) : member.recipient;
        const grants = investigators.map((member) => {
            const key = isNamed(member) ? random(32) : caseKey;
            return sealGrant(card, Kind.CaseGrant, author, member.id, recipientOf(member), key, random);
        });
        const custodians = custodiansOf(manifest);
        return new Draft(
            history.authority,
            card,
            keys.author,
            keys.locatorHash,
            grants,
            custodians.map((member) => ({ id: member.id, recipient: recipientOf(member) })),
            custodians.filter((member) => !isNamed(member)).length,
            manifest.identityThreshold,
            [...new Set(leftOut)].sort(),
            random,
        );
    }

    private binding(kind: Kind): Binding {
        return { card: this.card.hash, kind, author: this.author.verifyingKey };
    }

    /** Where files are sealed to. */
    place(): FilePlace {
        return { binding: this.binding(Kind.Attachment), recipient: this.card.card.caseRecipient };
    }

    private seal(kind: Kind, content: Uint8Array, recipient: Recipient): Sealed {
        const text = bindText(this.binding(kind), content, this.random);
        return sealedText(text.commitment, seal(recipient, text.plaintext, this.random));
    }

    /** Seals the report, and the identity apart: for an anonymous report an empty one, so that all look alike. */
    finish(story: Story, identity: IdentityCard | null): Submission {
        const isReachable = this.threshold > 0 && this.reachableCustodians >= this.threshold;
        if (identity && !isReachable) refuse("too-few-custodians");
        const identityKey = this.random(32);
        const content = identityJson(identity ?? NOBODY);
        if (textSize(content.length) > BLOCK) refuse("identity-too-long");
        const sealedIdentity = this.seal(Kind.Identity, content, identityIdentity(identityKey).recipient);
        const grants = [...this.grants, ...this.shares(identityKey)];
        const report = this.seal(Kind.Report, reportJson({
            day: this.card.card.day,
            ...story,
            confidential: identity !== null,
            attachments: this.files.list(),
            identity: sealedIdentity.hash,
            grants: grants.map(({ grant }) => grantHash(grant)).sort(),
            leftOut: this.leftOut,
            record: null,
        }), this.card.card.caseRecipient);

        const chain = Chain.start(this.authority, this.card, this.author);
        const envelopes = [
            chain.push(Kind.Report, report),
            ...this.files.envelopes(chain),
            chain.push(Kind.Identity, sealedIdentity),
        ];
        return { card: this.card, locatorHash: this.locatorHash, grants, envelopes };
    }

    private shares(identityKey: Uint8Array): SealedGrant[] {
        const [k, n] = [this.threshold, this.custodians.length];
        const shares = split(identityKey, k, n, this.random) ?? [];
        const [manifest, card] = [fromHex(this.card.card.manifest, 32), fromHex(this.card.hash, 32)];
        return this.custodians.flatMap(({ id, recipient }, place) => {
            const share = shares[place];
            if (!share) return [];
            const body = concat(Uint8Array.of(share.index, k, n), manifest, card, share.value);
            const author = this.author.verifyingKey;
            return [sealGrant(this.card, Kind.Share, author, id, recipient, body, this.random)];
        });
    }
}
