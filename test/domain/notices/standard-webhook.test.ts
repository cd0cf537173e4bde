import { expect, it } from 'vitest'
import {
  mintListenerSecret,
  parseWebhookSecret,
  webhookHeadersFor,
} from '../../../src/domain/notices/standard-webhook.ts'

it('signs as the specification’s own example does', async () => {
  // From the test vectors of https://github.com/standard-webhooks/standard-webhooks.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const body = '{"test": 2432232314}'
  const headers = await webhookHeadersFor(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, body)
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

it.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `whsec_${'A'.repeat(90)}`])(
  '%j is no secret',
  (text) => {
    expect(parseWebhookSecret(text)).toBeNull()
  },
)

it('mints secrets that it takes', () => {
  const secret = mintListenerSecret()
  expect(parseWebhookSecret(secret)).toBe(secret)
})
