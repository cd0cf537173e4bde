import { describe, expect, it } from 'vitest'
import { outboundUrlProblem, parseAllowedHosts } from '../../src/domain/outbound-url.ts'

const NOT_PUBLIC = 'must be on a public host'

describe('an address that an admin types', () => {
  it.each([
    'https://hooks.example.com/in?x=1',
    'https://api.github.com',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://xn--bcher-kva.example/',
    'https://example.com:8443/',
  ])('%s may be called', (url) => {
    expect(outboundUrlProblem(url, [])).toBeNull()
  })

  it.each([
    ['http://hooks.example.com/', 'must be an https URL'],
    ['ftp://example.com/', 'must be an https URL'],
    ['javascript:alert(1)', 'must be an https URL'],
    ['//example.com', 'must be a URL'],
    ['https://user:pass@example.com/', 'must not hold a user name or password'],
    ['https://localhost/', NOT_PUBLIC],
    ['https://localhost./', NOT_PUBLIC],
    ['https://api.localhost/', NOT_PUBLIC],
    ['https://jenkins/', NOT_PUBLIC],
    ['https://jenkins.internal/', NOT_PUBLIC],
    ['https://printer.local/', NOT_PUBLIC],
    ['https://metadata.google.internal/', NOT_PUBLIC],
    ['https://127.0.0.1/', NOT_PUBLIC],
    ['https://127.1/', NOT_PUBLIC],
    ['https://2130706433/', NOT_PUBLIC],
    ['https://0x7f000001/', NOT_PUBLIC],
    ['https://0177.0.0.1/', NOT_PUBLIC],
    ['https://１２７.0.0.1/', NOT_PUBLIC],
    ['https://0.0.0.0/', NOT_PUBLIC],
    ['https://10.1.2.3/', NOT_PUBLIC],
    ['https://100.64.0.1/', NOT_PUBLIC],
    ['https://169.254.169.254/latest/meta-data', NOT_PUBLIC],
    ['https://172.16.0.1/', NOT_PUBLIC],
    ['https://172.31.255.255/', NOT_PUBLIC],
    ['https://192.168.1.1/', NOT_PUBLIC],
    ['https://224.0.0.1/', NOT_PUBLIC],
    ['https://255.255.255.255/', NOT_PUBLIC],
    ['https://[::1]/', NOT_PUBLIC],
    ['https://[::]/', NOT_PUBLIC],
    ['https://[::ffff:127.0.0.1]/', NOT_PUBLIC],
    ['https://[64:ff9b::7f00:1]/', NOT_PUBLIC],
    ['https://[fe80::1]/', NOT_PUBLIC],
    ['https://[fd00::1]/', NOT_PUBLIC],
    ['https://[2002:7f00:1::]/', NOT_PUBLIC],
    ['https://[2001:db8::1]/', NOT_PUBLIC],
  ])('%s may not: %s', (url, problem) => {
    expect(outboundUrlProblem(url, [])).toBe(problem)
  })
})

describe('OUTBOUND_PRIVATE_HOSTS', () => {
  const allowed = parseAllowedHosts('127.0.0.1:9999, Jenkins.internal,')

  it.each([
    ['http://127.0.0.1:9999/x', null],
    ['http://127.0.0.1:9998/x', 'must be an https URL'],
    ['http://jenkins.internal:8080/', null],
    ['https://jenkins.internal/', null],
    ['https://other.internal/', NOT_PUBLIC],
    ['http://user@jenkins.internal/', 'must not hold a user name or password'],
  ])('lets %s be: %s', (url, problem) => {
    expect(outboundUrlProblem(url, allowed)).toBe(problem)
  })
})
