// The check that comes to mind first: KV knows the hash of a token, or it does not.
import { Hono } from 'hono'
import { toHex } from '../../src/domain/formats/encoding.ts'
import { type Measured, measured } from '../measured.ts'
import { bearerOf } from './bearer.ts'

type Env = Measured & { readonly KV: KVNamespace; readonly SVG: string }

const app = new Hono<{ Bindings: Env }>()

app.get('/badge', async (c) => {
  const known = await c.env.KV.get(await keyFor(bearerOf(c.req.raw)), 'json')
  return known ? c.body(c.env.SVG, 200, { 'Content-Type': 'image/svg+xml' }) : c.body(null, 401)
})

app.post('/mint', async (c) => {
  const token = crypto.randomUUID()
  await c.env.KV.put(await keyFor(token), JSON.stringify({ scope: 'status' }))
  return c.text(token)
})

app.post('/revoke', async (c) => {
  await c.env.KV.delete(await keyFor(bearerOf(c.req.raw)))
  return c.body(null, 204)
})

async function keyFor(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return `token:${toHex(digest)}`
}

export default measured(app)
