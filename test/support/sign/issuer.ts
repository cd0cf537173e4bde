import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { type MockInstance, vi } from 'vitest'

export type IssuerKey = { readonly kid: string; readonly privateKey: CryptoKey; readonly jwk: Record<string, unknown> }

export async function makeKey(kid: string, alg = 'RS256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

type Claims = { readonly [claim: string]: unknown }

/** An identity token as a CI system would issue it now, with what the test is about put over it. */
export function issue(
  { kid, privateKey }: IssuerKey,
  { iss, aud = 'https://builds.test', ...claims }: Claims,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    iss,
    ...(aud === null ? {} : { aud }),
    sub: 'job',
    jti: crypto.randomUUID(),
    iat: now,
    exp: now + 300,
    ...claims,
  }
  // Whoever signs may put anything anywhere.
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...header })
    .sign(privateKey)
}

export function keySetOf(...keys: readonly IssuerKey[]): Response {
  return Response.json({ keys: keys.map(({ jwk }) => jwk) })
}

/** Answers the Worker's outbound requests by address; anything else is refused as an unreachable network would. */
export function serve(answers: Record<string, () => Response | Promise<Response>>): MockInstance<typeof fetch> {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const url = input instanceof Request ? input.url : String(input)
    const answer = answers[url]
    if (!answer) throw new TypeError(`nothing answers at ${url}`)
    return answer()
  })
}
