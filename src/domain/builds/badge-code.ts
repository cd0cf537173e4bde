import { type Project, slugText } from '../project.ts'
import type { BadgeStyle } from './badge.ts'

export type BadgeFormat = 'image' | 'markdown' | 'textile' | 'rdoc' | 'asciidoc' | 'restructuredtext' | 'pod' | 'html'

/** What a badge's code is made of: the image, where it leads, and what it says where images are not shown. */
type BadgeUrls = { readonly image: string; readonly link: string; readonly alt: string }

/** How each kind of document shows an image that is a link. */
export const BADGE_FORMATS: Record<
  BadgeFormat,
  { readonly name: string; readonly write: (urls: BadgeUrls) => string }
> = {
  image: { name: 'Image URL', write: ({ image }) => image },
  markdown: { name: 'Markdown', write: ({ image, link, alt }) => `[![${alt}](${image})](${link})` },
  textile: { name: 'Textile', write: ({ image, link, alt }) => `!${image}(${alt})!:${link}` },
  rdoc: { name: 'RDoc', write: ({ image, link }) => `{<img src="${image}" />}[${link}]` },
  asciidoc: { name: 'AsciiDoc', write: ({ image, link, alt }) => `image:${image}["${alt}", link="${link}"]` },
  restructuredtext: {
    name: 'reStructuredText',
    write: ({ image, link, alt }) => `.. image:: ${image}\n    :target: ${link}\n    :alt: ${alt}`,
  },
  pod: {
    name: 'pod',
    write: ({ image, link, alt }) =>
      `=begin html\n\n<a href="${link}"><img src="${image.replaceAll('&', '&amp;')}" alt="${alt}"></a>\n\n=end html`,
  },
  html: {
    name: 'HTML',
    write: ({ image, link, alt }) => `<a href="${link}"><img src="${image.replaceAll('&', '&amp;')}" alt="${alt}"></a>`,
  },
}

export type BadgeWish = {
  readonly origin: string
  readonly project: Project
  /** Null: whatever the default branch is at the time. */
  readonly branch: string | null
  readonly style: BadgeStyle
  /** For a private project: a status token, or a placeholder for one; neither needs escaping. */
  readonly token: string | null
}

/** The addresses of a badge. Only characters that no format gives a meaning stand in them. */
export function badgeUrlsFor({ origin, project, branch, style, token }: BadgeWish): BadgeUrls {
  const slug = slugText(project)
  const tree = branch === null ? '' : `/tree/${branch.split('/').map(encodeStrictly).join('/')}`
  const query = [`style=${style}`, ...(token === null ? [] : [`circle-token=${token}`])].join('&')
  return {
    image: `${origin}/status-badge/img/${slug}${tree}.svg?${query}`,
    link: `${origin}/status-badge/redirect/${slug}${tree}`,
    alt: 'build status',
  }
}

/** As encodeURIComponent, and the marks that it leaves alone too: a bracket would end a link in Markdown. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*_~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
