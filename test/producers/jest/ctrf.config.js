const { basename, dirname } = require('node:path')
const { REPORT } = process.env
module.exports = {
  ...require('./jest.config.js'),
  reporters: ['default', ['jest-ctrf-json-reporter', { outputDir: dirname(REPORT), outputFile: basename(REPORT) }]],
}
