import { exactly, type JsonOf, list, object, whole } from '../json/shape.ts'

export const webhookTakenShape = object({ message: exactly('ok'), builds: list(whole(42)) })

export type WebhookTakenJson = JsonOf<typeof webhookTakenShape>
