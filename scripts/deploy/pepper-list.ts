import { randomBytes } from 'node:crypto'

/** The value of PEPPERS: `id:key`, comma separated, the current one first. See src/domain/access/secret-hash.ts. */
export type PepperList = readonly { readonly id: string; readonly key: string }[]

export function parsePepperList(text: string): PepperList {
  return text.split(',').map((entry) => {
    const [id = '', key = ''] = entry.trim().split(':')
    return { id, key }
  })
}

export function pepperText(peppers: PepperList): string {
  return peppers.map(({ id, key }) => `${id}:${key}`).join(',')
}

/** A new pepper in front: new tokens are hashed with it, and the older ones still find theirs. */
export function withNewPepper(peppers: PepperList): PepperList {
  const numbers = peppers.map(({ id }) => Number(/^p(\d+)$/.exec(id)?.[1] ?? 0))
  return [{ id: `p${Math.max(0, ...numbers) + 1}`, key: randomBytes(32).toString('base64url') }, ...peppers]
}

/** The list without one pepper; null when that is the current one, or none of them. */
export function withoutPepper(peppers: PepperList, id: string): PepperList | null {
  const rest = peppers.filter((pepper) => pepper.id !== id)
  return rest.length === peppers.length || peppers[0]?.id === id ? null : rest
}
