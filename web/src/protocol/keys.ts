/** The keys of one case: each 32 random bytes, from which the keys that work are derived. */
import { type Identity, hybridIdentity } from "./recipient";
import { type SigningKey, signingKey } from "./sign";
import { derive } from "./token";

/** Opens what is sealed to the case: the report and first files. */
export function caseIdentity(caseKey: Uint8Array): Identity {
    return hybridIdentity(derive(caseKey, "amparo/v1/case/mlkem768x25519"));
}

/** Signs as one who may act in the case. */
export function caseSigning(caseKey: Uint8Array): SigningKey {
    return signingKey(derive(caseKey, "amparo/v1/case/sign"));
}

/** Opens what is sealed to the desk: everything after the report. */
export function deskIdentity(deskKey: Uint8Array): Identity {
    return hybridIdentity(derive(deskKey, "amparo/v1/desk/mlkem768x25519"));
}

/** Opens a confidential reporter's identity; its key is split among the custodians. */
export function identityIdentity(identityKey: Uint8Array): Identity {
    return hybridIdentity(derive(identityKey, "amparo/v1/identity/mlkem768x25519"));
}
