export type BasicCredentials = { readonly user: string; readonly password: string }

/** User name and password of an `Authorization: Basic` header (RFC 7617), as bytes; null for anything else. */
export function parseBasicCredentials(authorization: string): BasicCredentials | null {
  const basic = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)
  if (!basic?.[1]) return null
  try {
    const userPass = atob(basic[1])
    const colon = userPass.indexOf(':')
    return colon < 0 ? null : { user: userPass.slice(0, colon), password: userPass.slice(colon + 1) }
  } catch {
    return null // Not base64 after all.
  }
}
