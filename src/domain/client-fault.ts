// Why an OAuth client got no token, and what its administrators should look at: told in the directory's request log, never to the caller.

/** What is wrong with a client or its secret. */
type CredentialFaultName = 'client_expired' | 'method_wrong' | 'secret_wrong' | 'secret_expired'

/** What is wrong with a client assertion (RFC 7523 §3). */
type AssertionFaultName =
  | 'assertion_malformed'
  | 'alg_refused'
  | 'issuer_wrong'
  | 'subject_wrong'
  | 'audience_wrong'
  | 'expiry_wrong'
  | 'not_yet_valid'
  | 'id_malformed'
  | 'key_unknown'
  | 'signature_wrong'
  | 'assertion_replayed'

export interface AssertionFault {
  name: AssertionFaultName
  /** What came and what would have been taken; holds no secret. */
  detail: string
}

export interface ClientFault {
  name: CredentialFaultName | AssertionFaultName
  detail: string
}

/** What to do about each. */
export const faultAdvice: Readonly<Record<ClientFault['name'], string>> = {
  client_expired: 'Make a new OAuth client for this directory and enter it at the identity provider.',
  method_wrong:
    'Set the identity provider to the way of authentication that this client was made for, or make another client.',
  secret_wrong:
    'Enter the client secret anew at the identity provider; if it is lost, make a further secret of this client.',
  secret_expired: 'Make a further secret of this client and enter it at the identity provider.',
  assertion_malformed:
    'The identity provider must send a signed JWT in client_assertion, neither encrypted nor without a signature.',
  alg_refused: 'Let the identity provider sign by a public key: RS256, PS256 or ES256.',
  issuer_wrong:
    'Compare the issuer of this client with the one that the identity provider shows; Entra’s is https://login.microsoftonline.com/{tenant}/v2.0.',
  subject_wrong:
    'Compare the subject of this client with the one that the identity provider shows; Entra’s is the object id of the enterprise application.',
  audience_wrong:
    'Compare the audience of this client with the one that the identity provider shows; without one it must be the token address or the directory’s base address.',
  expiry_wrong:
    'The assertion must carry exp, not past and at most a day ahead: compare the clocks of both sides.',
  not_yet_valid: 'The assertion begins in the future: compare the clocks of both sides.',
  id_malformed: 'The identity provider must send jti as a text, or leave it out.',
  key_unknown:
    'The key named in the assertion is not among those of this client: compare the address of the key set, or paste the new key.',
  signature_wrong:
    'The key is known, but the signature is not by it: make the client anew with the issuer’s present keys.',
  assertion_replayed:
    'An assertion opens this door once. If the identity provider hands out the same one again until it expires, make the client with repeatable: true.',
}
