import type { SignInLink } from '../../src/actions/make-sign-in-link.ts'

/** A one-time link from the `npm start` that runs at that address. */
export async function askSignInLink(origin: string, controlKey: string, login: string): Promise<SignInLink> {
  const response = await fetch(`${origin}/local/sign-in-links`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Local-Control': controlKey },
    body: JSON.stringify({ login }),
  })
  if (!response.ok) throw new Error(`npm start answered ${response.status}: ${await response.text()}`)
  // Our own route's answer.
  return (await response.json()) as SignInLink
}
