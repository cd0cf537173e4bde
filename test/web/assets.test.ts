import { SELF } from 'cloudflare:test'
import { describe, expect, it } from 'vitest'
import { browse } from '../support/browse.ts'

describe('stylesheet, script and icon', () => {
  it('are kept for good under the address that the pages name', async () => {
    const html = await (await browse('/sign-in')).text()
    const paths = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '')
    expect(paths.map((path) => path.replace(/\?v=[0-9a-f]+$/, ''))).toEqual([
      '/assets/icon.svg',
      '/assets/app.css',
      '/assets/app.js',
    ])
    for (const path of paths) {
      const response = await SELF.fetch(`https://builds.test${path}`)
      expect([path, response.status]).toEqual([path, 200])
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
      await response.body?.cancel()
    }
  })

  it('stand in the way of no other address', async () => {
    expect((await browse('/gh/assets/app.css')).headers.get('Location')).toContain('/sign-in')
    expect((await browse('/_headers')).status).toBe(404)
    expect((await SELF.fetch('https://builds.test/gh/acme/assets.svg')).headers.get('Content-Type')).toContain('svg')
  })
})
