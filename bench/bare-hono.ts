import { Hono } from 'hono'

const app = new Hono<{ Bindings: { SVG: string } }>()
app.get('/gh/:org/:file', (c) => c.body(c.env.SVG, 200, { 'Content-Type': 'image/svg+xml' }))
export default app
