import { randomBase62 } from '../access/secret.ts'

/** The CI systems that can report by webhook. */
export type WebhookSource = 'github' | 'gitlab' | 'circleci' | 'buildkite' | 'jenkins'

export const WEBHOOK_SOURCES: Record<WebhookSource, { readonly name: string }> = {
  github: { name: 'GitHub' },
  gitlab: { name: 'GitLab' },
  circleci: { name: 'CircleCI' },
  buildkite: { name: 'Buildkite' },
  jenkins: { name: 'Jenkins' },
}

export function parseWebhookSource(text: string): WebhookSource | null {
  return Object.hasOwn(WEBHOOK_SOURCES, text) ? (text as WebhookSource) : null
}

export const MIN_WEBHOOK_SECRET_LENGTH = 16
export const MAX_WEBHOOK_SECRET_LENGTH = 200

/** The rule that a secret made by the CI system breaks, or null when it can be used: it must fit into a header. */
export function webhookSecretProblem(text: string): string | null {
  if (text.length < MIN_WEBHOOK_SECRET_LENGTH || text.length > MAX_WEBHOOK_SECRET_LENGTH)
    return `must be ${MIN_WEBHOOK_SECRET_LENGTH} to ${MAX_WEBHOOK_SECRET_LENGTH} characters long`
  return /^[!-~]+$/.test(text) ? null : 'must be printable ASCII without spaces'
}

const MINTED_LENGTH = 40

export function mintIncomingSecret(): string {
  return randomBase62(MINTED_LENGTH)
}
