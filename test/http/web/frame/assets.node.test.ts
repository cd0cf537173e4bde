import { expect, it } from 'vitest'
import { describePages } from '../../../support/server/browser.ts'

describePages('stylesheet, script and icon', (pages) => {
  it('are kept for good under the address that the pages name', async () => {
    const { origin } = pages()
    const html = await (await fetch(`${origin}/sign-in`)).text()
    const paths = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '')
    expect(paths.map((path) => path.replace(/\?v=[0-9a-f]+$/, ''))).toEqual([
      '/assets/icon.svg',
      '/assets/app.css',
      '/assets/app.js',
    ])
    for (const path of paths) {
      const response = await fetch(origin + path)
      expect([path, response.status]).toEqual([path, 200])
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    }
  })

  it('have another scheme for its colours alone', async () => {
    const css = await (await fetch(`${pages().origin}/assets/app.css`)).text()
    expect(css).toContain('light-dark(')
    expect(css).not.toContain('prefers-color-scheme')
  })

  it('are the only ones: the command line is asked for anew', async () => {
    const response = await fetch(`${pages().origin}/assets/buildpass.mjs`, { method: 'HEAD' })
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([
      200,
      'public, max-age=0, must-revalidate',
    ])
  })

  it('stand in the way of no other address', async () => {
    const { origin, demo } = pages()
    expect((await fetch(`${origin}/_headers`)).status).toBe(404)
    expect((await fetch(`${origin}/assets/../app.ts`)).status).toBe(404)
    const badge = await fetch(`${origin}/gh/acme/web.svg?circle-token=${demo.tokens.status}`)
    expect(badge.headers.get('Content-Type')).toContain('svg')
  })
})
