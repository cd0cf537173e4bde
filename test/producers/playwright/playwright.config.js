module.exports = { testDir: __dirname, testMatch: '*.spec.js', outputDir: process.env.PLAYWRIGHT_RESULTS, workers: 1, timeout: 2000 }
