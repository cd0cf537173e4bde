import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BADGE_FORMATS, type BadgeFormat, type BadgeWish, badgeUrlsFor } from '../../../src/domain/builds/badge-code.ts'

const project = {
  id: 'p',
  vcs: 'gh',
  org: 'acme',
  repo: 'web',
  visibility: 'private',
  defaultBranch: 'main',
  repositoryUrl: null,
} as const
const wish: BadgeWish = { origin: 'https://b.test', project, branch: 'a/b', style: 'svg', token: 'bpp_x' }
const IMAGE = 'https://b.test/status-badge/img/gh/acme/web/tree/a/b.svg?style=svg&circle-token=bpp_x'
const LINK = 'https://b.test/status-badge/redirect/gh/acme/web/tree/a/b'

describe('the code of a badge', () => {
  it.each<[BadgeFormat, string]>([
    ['image', IMAGE],
    ['markdown', `[![build status](${IMAGE})](${LINK})`],
    ['textile', `!${IMAGE}(build status)!:${LINK}`],
    ['rdoc', `{<img src="${IMAGE}" />}[${LINK}]`],
    ['asciidoc', `image:${IMAGE}["build status", link="${LINK}"]`],
    ['restructuredtext', `.. image:: ${IMAGE}\n    :target: ${LINK}\n    :alt: build status`],
    ['html', `<a href="${LINK}"><img src="${IMAGE.replace('&', '&amp;')}" alt="build status"></a>`],
    [
      'pod',
      `=begin html\n\n<a href="${LINK}"><img src="${IMAGE.replace('&', '&amp;')}" alt="build status"></a>\n\n=end html`,
    ],
  ])('in %s', (format, code) => {
    expect(BADGE_FORMATS[format].write(badgeUrlsFor(wish))).toBe(code)
  })

  it('of the default branch names no branch, and of a public project no token', () => {
    const { image, link } = badgeUrlsFor({ ...wish, branch: null, token: null })
    expect(image).toBe('https://b.test/status-badge/img/gh/acme/web.svg?style=svg')
    expect(link).toBe('https://b.test/status-badge/redirect/gh/acme/web')
  })

  it('holds, whatever the branch is called, nothing that a format gives a meaning', () => {
    const branches = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.constantFrom('a)b', '__x__', '"><script>', '[x]', '!x!', "it's", '#1', '%', 'a?b'),
    )
    fc.assert(
      fc.property(branches, (branch) => {
        const { image, link } = badgeUrlsFor({ ...wish, branch, token: null })
        expect(`${image}${link}`).toMatch(/^[A-Za-z0-9:/.?=%-]+(?:status-badge[A-Za-z0-9:/.?=%-]+)*$/)
        const path = new URL(link).pathname.slice('/status-badge/redirect/gh/acme/web/tree/'.length)
        // A URL cannot hold a segment of dots alone: every parser works it out.
        if (!branch.split('/').some((part) => part === '.' || part === '..'))
          expect(decodeURIComponent(path)).toBe(branch)
      }),
    )
  })
})
