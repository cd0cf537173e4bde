const assert = require('node:assert')
const { Before, Given, Then } = require('@cucumber/cucumber')
let runs = 0
Before({ tags: '@hook' }, () => {
  throw new Error('the hook broke')
})
Given('a step that passes', () => {})
Then('a step that fails', () => assert.equal(1 + 1, 3))
Given('a step that skips', () => 'skipped')
Given('a step that is pending', () => 'pending')
Then('a step that is red', () => {
  throw new Error('\u001b[31mred\u001b[39m <b> ]]> \u0000 end')
})
Given('a step that passes the second time', () => assert.equal(++runs, 2))
Then('{int} is 1', (n) => assert.equal(n, 1))
