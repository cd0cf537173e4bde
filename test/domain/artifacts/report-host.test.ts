import { describe, expect, it } from 'vitest'
import { importHmacKey } from '../../../src/domain/access/secret-hash.ts'
import type { DownloadKey } from '../../../src/domain/access/tickets/signed-text.ts'
import { isBelow, labelIn, parseReportsOrigin, reportLabelFor } from '../../../src/domain/artifacts/report-host.ts'
import { toBase64Url } from '../../../src/domain/formats/encoding.ts'

describe('the setting of the hosts of reports', () => {
  it.each([
    ['https://*.reports.example.com', { scheme: 'https', base: 'reports.example.com', port: '' }],
    ['https://*.reports.example.com:8443', { scheme: 'https', base: 'reports.example.com', port: ':8443' }],
    ['https://*.example.net', { scheme: 'https', base: 'example.net', port: '' }],
    ['http://*.localhost', { scheme: 'http', base: 'localhost', port: '' }],
    ['http://*.localhost:8787', { scheme: 'http', base: 'localhost', port: ':8787' }],
    ['http://*.reports.localhost', { scheme: 'http', base: 'reports.localhost', port: '' }],
  ])('%s is taken', (text, reports) => {
    expect(parseReportsOrigin(text)).toEqual(reports)
  })

  it.each([
    '',
    'https://reports.example.com',
    'https://*',
    'https://*.',
    'https://*.com',
    'https://*.127.0.0.1',
    'https://*.*.example.com',
    'https://a*.example.com',
    'https://*.reports.example.com/',
    'https://*.reports.example.com/x',
    'https://*.Reports.example.com',
    'https://*.reports.example.com:0',
    'https://*.reports..example.com',
    'https://user@*.example.com',
    'http://*.reports.example.com',
    'https://*.localhost',
    'ftp://*.example.com',
    '*.reports.example.com',
  ])('%j is refused', (text) => {
    expect(parseReportsOrigin(text)).toBeNull()
  })
})

describe('the label of a build', () => {
  const place = { projectId: 'p', buildId: 'b', nodeIndex: 0, shareId: null }
  const keyOf = async (byte: number) => (await importHmacKey(toBase64Url(new Uint8Array(32).fill(byte)))) as DownloadKey

  it('is one label of a host, always the same, and another for each project, build, node, share link and key', async () => {
    const key = await keyOf(1)
    const labels = await Promise.all([
      reportLabelFor(key, place),
      reportLabelFor(key, { ...place, projectId: 'q' }),
      reportLabelFor(key, { ...place, buildId: 'c' }),
      reportLabelFor(key, { ...place, nodeIndex: 1 }),
      reportLabelFor(key, { ...place, shareId: 's' }),
      reportLabelFor(key, { ...place, shareId: 't' }),
      reportLabelFor(await keyOf(2), place),
    ])
    for (const label of labels) expect(label).toMatch(/^[a-z2-7]{26}$/)
    expect(new Set(labels).size).toBe(7)
    expect(await reportLabelFor(key, place)).toBe(labels[0])
  })
})

describe('a host', () => {
  const reports = { scheme: 'https', base: 'reports.example.com', port: '' } as const
  const label = 'abcdefghijklmnopqrstuvwxyz'

  it.each([
    [`${label}.reports.example.com`, true, label],
    [`${label}.REPORTS.example.com`, true, null],
    [`${label}.reports.example.com.`, true, null],
    [`x.${label}.reports.example.com`, true, null],
    ['www.reports.example.com', true, null],
    ['.reports.example.com', true, null],
    ['reports.example.com', false, null],
    [`${label}reports.example.com`, false, null],
    [`${label}.reports.example.com.evil.example`, false, null],
    ['builds.example.com', false, null],
  ])('%s is below the domain: %s, and has the label %s', (hostname, below, found) => {
    expect([isBelow(reports, hostname), labelIn(reports, hostname)]).toEqual([below, found])
  })
})
