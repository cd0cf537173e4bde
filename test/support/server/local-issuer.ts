import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export type LocalIssuer = {
  readonly origin: string
  /** An identity token, signed with the key that the issuer shows. */
  readonly issue: (issuer: string, claims: Record<string, unknown>) => Promise<string>
  readonly close: () => Promise<void>
}

/** Answers what the issuer's vendor serves beside its keys; null for what it does not. */
export type IssuerExtra = (url: URL, request: IncomingMessage) => Promise<object | null>

/** An issuer of identity tokens that listens for real; its keys are under every path that a vendor has them at. */
export async function startLocalIssuer(extra: IssuerExtra = async () => null): Promise<LocalIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }]
  const http = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://issuer')
    const isKeys = /\/(?:oauth\/discovery\/keys|\.well-known\/jwks(?:-pub\.json)?)$/.test(url.pathname)
    const answer = isKeys ? { keys } : await extra(url, request)
    response.statusCode = answer === null ? 404 : 200
    response.end(JSON.stringify(answer ?? {}))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    issue: (issuer, claims) =>
      new SignJWT({ sub: 'job', jti: crypto.randomUUID(), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime('5 minutes')
        .sign(privateKey),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}
