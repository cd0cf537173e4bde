import type { MailText } from '../domain/notices/notice-requests.ts'

/** Cloudflare's binding that sends mail, and whom it comes from; null in deployments without. */
export type Mailer = { readonly binding: Pick<SendEmail, 'send'>; readonly from: string }

const BOX_MS = 15_000

/** Sends one mail. Throws where it was not taken, a `TimeoutError` where no answer came in time. */
export async function sendMail({ binding, from }: Mailer, to: string, { subject, text }: MailText): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException(`mail took longer than ${BOX_MS} ms`, 'TimeoutError')), BOX_MS)
  })
  try {
    await Promise.race([binding.send({ from: { email: from, name: 'Buildpass' }, to, subject, text }), late])
  } finally {
    clearTimeout(timer)
    // If it was in time, nobody waits for this.
    late.catch(() => {})
  }
}
