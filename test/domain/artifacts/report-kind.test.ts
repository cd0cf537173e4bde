import { describe, expect, it } from 'vitest'
import { mediaTypeOf } from '../../../src/domain/artifacts/media-type.ts'
import { folderOfIndex, reportKindOf, topmost } from '../../../src/domain/artifacts/report-kind.ts'
import { isShown, shownTypeFor } from '../../../src/domain/artifacts/shown-type.ts'

describe('the reports of a build', () => {
  const at = (path: string, nodeIndex = 0) => ({ nodeIndex, path })

  it('are the index.html that are in no folder of another', () => {
    const indexes = [
      at('coverage/index.html'),
      at('coverage/src/index.html'),
      at('coverage/src/deep/index.html'),
      at('coverage2/index.html'),
      at('e2e/report/index.html'),
      at('coverage/src/index.html', 1),
    ]
    expect(topmost(indexes).map(({ nodeIndex, path }) => `${nodeIndex} ${folderOfIndex(path)}`)).toEqual([
      '0 coverage/',
      '0 coverage2/',
      '0 e2e/report/',
      '1 coverage/src/',
    ])
    expect(topmost([at('index.html'), at('a/index.html')])).toEqual([at('index.html')])
  })

  it.each([
    ['x/', ['trace/index.html'], 'playwright'],
    ['x/', ['prettify.js'], 'coverage'],
    ['x/', ['widgets/statistic.json'], 'allure'],
    ['x/', ['project.json', 'iframe.html'], 'storybook'],
    ['x/', ['assets/navigation.js'], 'typedoc'],
    ['x/', ['element-list'], 'javadoc'],
    ['playwright-report/', [], 'playwright'],
    ['target/site/jacoco/', [], 'coverage'],
    ['x/', ['other.js'], null],
    ['', [], null],
  ])('in %j with %j is of the kind %s', (folder, files, kind) => {
    expect(reportKindOf(folder, (mark) => (files as string[]).includes(mark))).toBe(kind)
  })
})

describe('the type with which a file is shown', () => {
  const NONE = 'application/octet-stream'

  it.each([
    ['a/index.html', NONE, 'text/html; charset=utf-8'],
    ['a.HTM', NONE, 'text/html; charset=utf-8'],
    ['a.js', 'text/html', 'text/javascript; charset=utf-8'],
    ['a.mjs', NONE, 'text/javascript; charset=utf-8'],
    ['a.css', NONE, 'text/css; charset=utf-8'],
    ['a.json', NONE, 'application/json; charset=utf-8'],
    ['a.js.map', NONE, 'application/json; charset=utf-8'],
    ['a.wasm', NONE, 'application/wasm'],
    ['a.svg', NONE, 'image/svg+xml; charset=utf-8'],
    ['a.png', NONE, 'image/png'],
    ['a.woff2', NONE, 'font/woff2'],
    ['a.ttf', NONE, 'font/ttf'],
    ['a.mp4', NONE, 'video/mp4'],
    ['a.webm', NONE, 'video/webm'],
    ['a.pdf', NONE, 'application/pdf'],
    ['a.log', NONE, 'text/plain; charset=utf-8'],
    ['README.md', 'text/markdown', 'text/plain; charset=utf-8'],
    ['a.txt', 'text/plain; charset=iso-8859-1', 'text/plain; charset=iso-8859-1'],
    ['a.html', 'text/html; charset=utf-16', 'text/html; charset=utf-16'],
    ['a.unknown', 'image/png', 'image/png'],
    ['a.unknown', NONE, NONE],
    ['LICENSE', NONE, NONE],
    ['.constructor', 'text/plain', 'text/plain'],
    ['a.__proto__', 'text/plain', 'text/plain'],
  ])('of %s, said to be %s, is %s', (path, said, type) => {
    expect(shownTypeFor(path, said)).toBe(type)
  })

  it.each([
    ...['a.html', 'a.txt', 'a.json', 'a.png', 'a.svg', 'a.mp4', 'a.pdf', 'a.log', 'a.md', 'a.xml'].map(
      (path) => [path, true] as const,
    ),
    ...['a.zip', 'a.exe', 'a.js', 'a.bin', 'LICENSE', 'a.tar.gz'].map((path) => [path, false] as const),
  ])('%s is shown in place: %s', (path, shown) => {
    expect(isShown(path)).toBe(shown)
  })
})

it.each(['a.constructor', 'a.__proto__', 'a.toString', 'html', 'dir.html/x', ''])(
  'the name %j has no media type',
  (path) => {
    expect(mediaTypeOf(path)).toBeNull()
  },
)
