import { describe, expect, it } from 'vitest'
import { openMasker } from '../../cli/logs/mask.ts'
import { maskedValues } from '../../cli/logs/masked-values.ts'
import { mintSecret, type TokenKind } from '../../src/domain/access/secret.ts'

const none = { values: [], names: [] }

/** What a log shows of these chunks. */
function shown(values: readonly Uint8Array[], chunks: readonly (string | Uint8Array)[]): string {
  const masker = openMasker(values)
  // What comes out may share the memory of what went in, which is used again.
  const parts = chunks.flatMap((chunk) => masker.push(Buffer.from(chunk)).map((part) => Buffer.from(part)))
  return Buffer.concat([...parts, ...masker.end()]).toString()
}

/** The same, with the text cut in two at each place, and into single bytes. */
function everyCut(values: readonly Uint8Array[], text: string): string {
  const bytes = Buffer.from(text)
  const whole = shown(values, [bytes])
  for (let at = 0; at <= bytes.length; at++)
    expect([at, shown(values, [bytes.subarray(0, at), bytes.subarray(at)])]).toEqual([at, whole])
  expect(
    shown(
      values,
      [...bytes].map((byte) => Uint8Array.of(byte)),
    ),
  ).toBe(whole)
  return whole
}

describe('a value in a log', () => {
  const values = maskedValues({ DEPLOY_TOKEN: 's3cr3t-value', DB_PASSWORD: 'correct horse', LANG: 'not-masked' }, none)

  it.each([
    ['s3cr3t-value', '***'],
    ['before s3cr3t-value after', 'before *** after'],
    ['s3cr3t-values3cr3t-value', '******'],
    ['s3cr3t-s3cr3t-value', 's3cr3t-***'],
    ['s3cr3t-valu', 's3cr3t-valu'],
    ['not-masked', 'not-masked'],
    ['user:correct horse@host\nS3CR3T-VALUE', 'user:***@host\nS3CR3T-VALUE'],
    ['correct%20horse', '***'],
    ['', ''],
    ['naïve ✓ s3cr3t-value ✗', 'naïve ✓ *** ✗'],
  ])('%j is shown as %j, wherever it is cut', (text, masked) => {
    expect(everyCut(values, text)).toBe(masked)
  })

  it.each([0, 1, 2, 3, 4, 5])('is masked in base64 with %i bytes before it', (before) => {
    const text = Buffer.from(`${'x'.repeat(before)}s3cr3t-value${'y'.repeat(7 - before)}`).toString('base64')
    const masked = everyCut(values, `Basic ${text} end`)
    expect(masked).toMatch(/^Basic .{0,8}\*\*\*.{0,12} end$/)
    expect(Buffer.from(masked.slice(6), 'base64').toString('latin1')).not.toMatch(/s3c|value/)
  })

  it('is masked whole where two overlap, and where one contains another', () => {
    const some = ['abcdefgh', 'fghijklm', 'abcdefghijklmnop', 'mnopqrst'].map((text) => Buffer.from(text))
    expect(everyCut(some, '<abcdefghijklm>')).toBe('<***>')
    expect(everyCut(some, '<abcdefghijklmnopqrst>')).toBe('<***>')
    expect(everyCut(some, '<abcdefgh-fghijklm>')).toBe('<***-***>')
  })

  it('of several lines is masked line by line, whatever stands before each', () => {
    const several = maskedValues({ CA_KEY: 'first line\r\nshort\nthe last line\n' }, none)
    expect(everyCut(several, '1| first line\n2| short\n3| the last line\n')).toBe('1| ***\n2| short\n3| ***\n')
  })

  it('is one of a variable whose name looks secret, from 8 characters on, or that was named', () => {
    const env = {
      my_token: 'value-a-1',
      THE_SECRET_ONE: 'value-b-2',
      PGPASSWORD: 'value-c-3',
      SshKeyFile: 'value-d-4',
      AWS_PROFILE: 'value-e-5',
      SHORT_TOKEN: 'seven77',
      NOT_AWS_PROFILE: 'value-f-6',
      HOME: 'value-g-7',
      NAMED: 'value-h-8',
      FIVE: 'fiver',
    }
    const found = maskedValues(env, { values: ['by hand'], names: ['NAMED', 'FIVE', 'UNSET'] }).map(String)
    expect([...Object.values(env), 'by hand'].filter((value) => found.includes(value))).toEqual([
      ...['value-a-1', 'value-b-2', 'value-c-3', 'value-d-4', 'value-e-5', 'value-h-8'],
      ...['fiver', 'by hand'],
    ])
  })
})

const letters = (count: number) => 'Ab3dEfGh1jKlMn0pQrStUvWxYz'.repeat(10).slice(0, count)
const hex = (count: number) => '0123456789abcdef'.repeat(10).slice(0, count)
const base64 = (text: string) => Buffer.from(text).toString('base64url')
const jwt = `${base64('{"alg":"RS256","typ":"JWT"}')}.${base64('{"sub":"1234567890","name":"A"}')}.${letters(43)}`
const pem = (label: string, lines = `${letters(64)}\n${letters(64)}\n${letters(20)}==`) =>
  `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----`

/** Put together here, so that nobody's scanner takes this file for a leak. */
const SHAPED: readonly [string, string][] = [
  ...(['personal', 'project', 'reporting'] as const satisfies readonly TokenKind[]).map(
    (kind) => [`Buildpass, ${kind}`, mintSecret(kind)] as [string, string],
  ),
  ['a share link', `bps_${letters(42)}`],
  ['GitHub', `ghp_${letters(36)}`],
  ['GitHub, an installation', `ghs_${letters(120)}`],
  ['GitHub, fine-grained', `github_pat_${letters(22)}_${letters(59)}`],
  ['GitLab', `glpat-${letters(20)}`],
  ['AWS', 'AKIAIOSFODNN7EXAMPLE'],
  ['Slack', `xoxb-${'1234567890'}-${'1234567890'}-${letters(24)}`],
  ['a Slack webhook', `hooks.slack.com/services/T00000000/B00000000/${letters(24)}`],
  ['npm', `npm_${letters(36)}`],
  ['PyPI', `pypi-AgEIcHlwaS5vcmc${letters(100)}`],
  ['Google', `AIza${letters(35)}`],
  ['Stripe', `sk_live_${letters(24)}`],
  ['Docker', `dckr_pat_${letters(27)}`],
  ['DigitalOcean', `dop_v1_${hex(64)}`],
  ['Vault', `hvs.${letters(90)}`],
  ['a JSON Web Token', jwt],
]

describe('a secret that is known by its shape', () => {
  it.each(SHAPED)('%s is masked, wherever it is cut', (_, secret) => {
    expect(everyCut([], `token=${secret}`)).toBe('token=***')
    expect(everyCut([], `a ${secret}\nb "${secret}", c`)).toBe('a ***\nb "***", c')
  })

  it.each([
    ...['ghp_short', 'npm_config_registry=x', 'eyJhbGciOiJIUzI1NiJ9 is no token', 'eyJhbGciOiJIUzI1NiJ9.x', 'AKIA'],
    ...['sk_live_', 'xoxb-', 'bpu_123', 'AIza is a prefix', '-----BEGIN CERTIFICATE-----\nMIIB\n', '-----BEGIN '],
    ...['-----BEGIN a PRIVATE KEY-----', `-----BEGIN ${'A '.repeat(40)}`],
  ])('%j is none', (text) => expect(everyCut([], text)).toBe(text))

  it.each(['RSA PRIVATE KEY', 'PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'])(
    'a block of an %s is masked to its end, and what follows is shown',
    (label) => {
      const masked = everyCut([], `key:\n${pem(label)}\nerror: the end of it\n`)
      expect(masked).toMatch(/^key:\n\*\*\* .*-----\n?error: the end of it\n$/s)
      expect(masked).not.toContain(letters(8))
    },
  )

  it('a private key is masked on one line of JSON, and with the headers of an encrypted one', () => {
    const json = JSON.stringify({ private_key: pem('PRIVATE KEY'), client: 'c' })
    expect(everyCut([], json)).not.toContain(letters(8))
    expect(everyCut([], json)).toContain('"client":"c"')
    const headers = `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${hex(32)}\n\n${letters(64)}`
    expect(everyCut([], pem('RSA PRIVATE KEY', headers))).not.toContain(letters(8))
  })

  it('the beginning of a private key in a sentence hides no more than itself', () => {
    expect(everyCut([], 'expected "-----BEGIN PRIVATE KEY-----", got "x"\n')).toBe('expected "***", got "x"\n')
    expect(everyCut([], '-----BEGIN PRIVATE KEY----- not found\n')).toBe('*** not found\n')
  })
})

describe('masking', () => {
  it('changes no byte of what is no secret', () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7919) % 256))
    const masker = openMasker(maskedValues({ A_TOKEN: 'some-value' }, none))
    const parts = [0, 1, 4_096, 65_536].map((from, at, all) => bytes.subarray(from, all[at + 1] ?? bytes.length))
    const out = parts.flatMap((part) => masker.push(part).map((one) => Buffer.from(one)))
    expect(Buffer.concat([...out, ...masker.end()]).equals(bytes)).toBe(true)
  })

  it('holds back no more than what may still become a secret', () => {
    const masker = openMasker([Buffer.from('abcdefghij')])
    const shownOf = (text: string) => Buffer.concat(masker.push(Buffer.from(text))).toString()
    expect([shownOf('last line\n'), shownOf('x abcde'), shownOf('f'), shownOf('!')]).toEqual([
      'last line\n',
      'x ',
      '',
      'abcdef!',
    ])
    expect(shownOf(`eyJhbGci${'B'.repeat(100_000)}`)).toHaveLength(100_008)
  })

  it.each([
    ['plain text', 'passed test/http/web/build.test.tsx (12 tests) 340 ms\n'],
    ['nothing but beginnings of tokens', 'ghp_'],
    ['nothing but beginnings of web tokens', 'eyJh'],
    ['nothing but beginnings of keys', '-----BEGIN '],
    ['one character', 'a'],
    ['all but the last of a long value', `${'a'.repeat(999)}b`],
  ])('takes time by the length alone: %s', (_, text) => {
    const values = maskedValues({ A_TOKEN: 's3cr3t-value', B_TOKEN: `${'a'.repeat(1_000)}b` }, none)
    const cpuOf = (bytes: number) => {
      const masker = openMasker(values)
      const chunk = Buffer.alloc(65_536, text)
      const before = process.cpuUsage().user
      for (let done = 0; done < bytes; done += chunk.length) masker.push(chunk)
      return (process.cpuUsage().user - before) / 1e6
    }
    cpuOf(1 << 18)
    // A second for a MiB is a hundred times what ordinary text takes: what is asked is that nothing is quadratic.
    expect(cpuOf(1 << 20)).toBeLessThan(4)
  })
})
