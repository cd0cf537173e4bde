import { expect, test } from 'vitest'
let runs = 0
test('passes when run again', { retry: 2 }, () => expect(++runs).toBe(2))
test('fails each time', { retry: 2 }, () => expect(1).toBe(2))
