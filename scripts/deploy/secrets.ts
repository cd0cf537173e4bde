import { randomBytes } from 'node:crypto'

/** The secrets that a Worker needs and nobody has to choose, and how each is made: once, and never again. */
export const SECRETS: Readonly<Record<string, () => string>> = {
  PEPPERS: () => `p1:${randomKey()}`,
  DOWNLOAD_KEY: randomKey,
  DATA_KEY: () => `d1:${randomKey()}`,
}

function randomKey(): string {
  return randomBytes(32).toString('base64url')
}
