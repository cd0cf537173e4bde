import { describe, expect, it } from 'vitest'
import { badgeFor } from '../../../src/domain/builds/badge.ts'
import { badgeJson } from '../../../src/http/badges/badge-json.ts'

describe('badgeJson', () => {
  it('is what shields.io reads', () => {
    expect(badgeJson(badgeFor('failed'))).toEqual({
      schemaVersion: 1,
      label: 'build',
      message: 'failing',
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
      isError: false,
    })
  })

  it('calls a refusal an error, and takes a label', () => {
    expect(badgeJson(badgeFor('invalid_token', 'deploy\n'))).toMatchObject({
      label: 'deploy',
      message: 'invalid token',
      isError: true,
    })
  })
})
