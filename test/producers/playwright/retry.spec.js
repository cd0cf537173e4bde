const { test, expect } = require('@playwright/test')
test('passes when run again', async ({}, info) => expect(info.retry).toBe(1))
test('fails each time', () => expect(1).toBe(2))
test('passes at once', () => {})
