module.exports = {
  ...require('./jest.config.js'),
  reporters: ['default', ['jest-trx-results-processor', { outputFile: process.env.REPORT }]],
}
