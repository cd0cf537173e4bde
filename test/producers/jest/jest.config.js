module.exports = { testMatch: ['**/*.spec.js'], rootDir: __dirname }
